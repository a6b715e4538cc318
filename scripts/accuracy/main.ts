import type { ProblemName } from '../../src/experiments/problems/problem.js';
import { writeFileAtomically } from '../../src/storage.js';
import { readOptions } from '../options.js';
import { certifiedNames, measureCertificates } from './certificates.js';
import { measureDatamodels } from './datamodels.js';
import { measureLabelErrors } from './label-errors.js';
import { goals, measureModelPred } from './modelpred.js';
import { measureSecondOrder } from './second-order.js';
import { measureTrainingRuns } from './training-runs.js';
import { measureValuation } from './valuation.js';

// Measures how near predictions come to retrained models, against targets and reference values, and keeps the numbers in
// report/. Usage:
//   npm run accuracy                       everything
//   npm run accuracy -- --only digits      one data set, or several: --only digits --only spambase
//   npm run accuracy -- --only label-errors   finding wrong labels
//   npm run accuracy -- --only training-runs  derivatives of whole training runs
const names = [...Object.keys(goals), 'label-errors', 'training-runs'];
const usage = `npm run accuracy -- [--only NAME]...   how near predictions come to retrained models; keeps the numbers in report/accuracy

  --only NAME   one part, or several: ${names.join(', ')}
`;
const { only } = readOptions(usage, { only: { type: 'string', multiple: true } });
const unknown = only?.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}"; name one of ${names.join(', ')}.`);
  process.exit(2);
}
const chosen = (name: string): boolean => only?.includes(name) ?? true;

const keep = async (part: string, name: string, results: unknown): Promise<void> =>
  writeFileAtomically(
    `report/accuracy/${part}-${name.replaceAll(/\W+/g, '-')}.json`,
    `${JSON.stringify(results, null, 2)}\n`,
  );
for (const [name, goal] of Object.entries(goals).filter(([name]) => chosen(name))) {
  await keep('modelpred', name, await measureModelPred(name as ProblemName, goal));
}
for (const name of Object.keys(goals).filter(chosen)) {
  await keep('second-order', name, await measureSecondOrder(name as ProblemName));
}
for (const name of certifiedNames.filter(chosen)) {
  await keep('certificates', name, await measureCertificates(name as ProblemName));
}
if (chosen('breast cancer')) await keep('datamodels', 'breast cancer', await measureDatamodels());
if (chosen('spambase')) await keep('values', 'spambase', await measureValuation());
if (chosen('label-errors')) await keep('label-errors', 'all tables', await measureLabelErrors());
if (chosen('training-runs')) await keep('training-runs', 'digits', await measureTrainingRuns());
