import { safePoint, type RunControl } from '../control.js';
import { InputError } from '../errors.js';
import { utilitiesOf, type Game, type Valuation } from './game.js';
import { weightsPerSubset, type Semivalue } from './semivalue.js';
import { refuseUnknownOptions } from '../unknown-options.js';

const largestEnumeration = 20;
const block = 2 ** 13;

export interface ExactSemivaluesOptions extends RunControl {
  readonly game: Game;
  readonly semivalues: readonly Semivalue[];
}

/**
 * Exact semivalues from the utilities of all 2^N subsets; the oracle of the sampled ones. Several semivalues share one
 * enumeration.
 *
 * @returns a valuation for each semivalue, standard errors 0
 * @throws InputError with no player or more than 20 (a million subsets).
 */
export async function exactSemivalues(options: ExactSemivaluesOptions): Promise<Valuation[]> {
  refuseUnknownOptions(options, ['game', 'semivalues', 'onProgress', 'signal'], 'exactSemivalues');
  const { game, semivalues, ...control } = options;
  const n = game.players;
  if (!(n >= 1 && n <= largestEnumeration))
    throw new InputError(`Enumeration is for 1 to ${largestEnumeration} players, not ${n}; sample the values instead.`);
  const utilities = await allUtilities(game, control);
  return semivalues.map((semivalue) => {
    const perSubset = weightsPerSubset(semivalue, n);
    const values = new Float64Array(n);
    for (let set = 0; set < 2 ** n; set++) {
      const weight = perSubset[bitCount(set)];
      for (let i = 0; i < n; i++)
        if ((set & (1 << i)) === 0) values[i] += weight * (utilities[set | (1 << i)] - utilities[set]);
    }
    return { values, standardErrors: new Float64Array(n) };
  });
}

/** `2^N` utilities; bit i of an index says whether player i is in. */
async function allUtilities(game: Game, control?: RunControl): Promise<Float64Array> {
  const n = game.players;
  const total = 2 ** n;
  const label = `all ${total.toLocaleString('en')} subsets`;
  const utilities = new Float64Array(total);
  control?.onProgress?.({ label, done: 0, total });
  for (let first = 0; first < total; first += block) {
    const count = Math.min(block, total - first);
    const weights = new Uint8Array(count * n);
    for (let b = 0; b < count; b++) for (let i = 0; i < n; i++) weights[b * n + i] = ((first + b) >> i) & 1;
    utilities.set(
      await utilitiesOf(game, { count, poolSize: n, weights }, control?.signal && { signal: control.signal }),
      first,
    );
    control?.onProgress?.({ label, done: first + count, total });
    await safePoint(control, label);
  }
  return utilities;
}

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}
