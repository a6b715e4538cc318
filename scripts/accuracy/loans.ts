import type { Dataset } from '../../src/data/dataset.js';
import { randomStream, type RandomStream } from '../../src/numerics/random.js';

const jobs = ['clerk', 'driver', 'engineer', 'nurse', 'none', 'other', 'teacher'];
const purposes = ['car', 'debt', 'education', 'house', 'repair', 'wedding'];
const regions = ['coast', 'east', 'north', 'south', 'west'];
const numbers = ['income', 'age', 'amount', 'score', 'years', 'dependents', 'income missing', 'score missing'];
const choices = [jobs, purposes, regions];

/**
 * A made-up table of loans as they come: long-tailed and integer numbers, missing values filled with a typical one beside a column that
 * says so, one-hot categories, and about 17 % of the rows in the class "yes" (the loan failed), which depends on the logarithms of some
 * columns, on categories, and on chance.
 */
export function loans(size: number, seed: number): Dataset {
  const stream = randomStream(seed, 'loans');
  const featureNames = [...numbers, ...choices.flat()];
  const features = new Float64Array(size * featureNames.length);
  const labels = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const { row, failed } = loan(stream);
    features.set(row, i * featureNames.length);
    labels[i] = Number(failed);
  }
  return {
    name: 'loans',
    size,
    dimension: featureNames.length,
    features,
    labels,
    classes: ['no', 'yes'],
    featureNames,
  };
}

function loan(stream: RandomStream): { row: number[]; failed: boolean } {
  const income = Math.exp(10 + 0.6 * stream.normal());
  const age = Math.round(20 + 45 * stream.uniform());
  const amount = Math.exp(9 + 0.9 * stream.normal());
  const score = Math.round(620 + 80 * stream.normal());
  const years = Math.floor(-5 * Math.log(1 - stream.uniform()));
  const dependents = Math.floor(4 * stream.uniform() ** 2);
  const [job, purpose, region] = choices.map((names) => names[stream.integer(names.length)]);
  const incomeMissing = stream.uniform() < 0.08;
  const scoreMissing = stream.uniform() < 0.12;
  const logit =
    2.2 *
    (1.5 * Math.log(amount / 8000) -
      1.6 * Math.log(income / 22000) -
      0.012 * (score - 620) -
      0.08 * years +
      0.3 * dependents -
      2.4 +
      (job === 'none' ? 1.1 : job === 'engineer' ? -0.9 : 0) +
      (purpose === 'debt' ? 0.8 : 0) +
      (region === 'coast' ? 0.5 : 0) +
      (incomeMissing ? 0.5 : 0));
  const row = [
    incomeMissing ? 22000 : income,
    age,
    amount,
    scoreMissing ? 620 : score,
    years,
    dependents,
    Number(incomeMissing),
    Number(scoreMissing),
    ...choices.flatMap((names, c) => names.map((name) => Number(name === [job, purpose, region][c]))),
  ];
  return { row, failed: stream.uniform() < 1 / (1 + Math.exp(-logit)) };
}
