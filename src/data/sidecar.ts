import { z } from 'zod';
import { dataPath, readBytes } from './files.js';
import { InputError } from '../errors.js';
import { listNearest } from '../nearest-names.js';

/** Names of the data sets carried in the package. */
export const datasetNames = [
  'iris',
  'breast_cancer',
  'spambase',
  'digits',
  'german_credit',
  'penguins',
  'sonar',
  'wine',
  'first_names',
  'fashion_t2k',
  'fashion_train5k',
] as const;
/** Name of a data set carried in the package. */
export type DatasetName = (typeof datasetNames)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const source = z.looseObject({ packageManager: z.string(), package: z.string(), version: z.string() });
/** What is said of every data set, carried or in an optional package. */
export const describedSet = {
  title: z.string(),
  rows: z.int().positive(),
  features: z.int().positive(),
  classes: z.array(z.string()).min(2),
  classCounts: z.record(z.string(), z.int().nonnegative()),
  source: z.union([source, z.array(source)]),
  originalSource: z.string(),
  licence: z.string(),
  licenceUrl: z.url(),
  licenceNote: z.string(),
  conversion: z.string().optional(),
  citation: z.string(),
  knownIssues: z.array(z.looseObject({ kind: z.string(), note: z.string().optional(), count: z.int().optional() })),
};

const shared = { ...describedSet, name: z.enum(datasetNames) };

const tableSidecar = z.object({
  ...shared,
  file: z.string(),
  sha256: hash,
  columns: z.array(z.object({ name: z.string(), type: z.enum(['number', 'category', 'text', 'label']) })),
  label: z.string(),
  missingValues: z.int().nonnegative(),
  imageShape: z.tuple([z.int().positive(), z.int().positive()]).optional(),
  conflictingLabelRows: z.array(z.int().nonnegative()),
});

const imageSidecar = z.object({
  ...shared,
  files: z.array(z.object({ file: z.string(), sha256: hash })).length(2),
  imageShape: z.tuple([z.int().positive(), z.int().positive()]),
  pixelRange: z.tuple([z.number(), z.number()]),
});

const sidecarSchema = z.union([tableSidecar, imageSidecar]);

/** Description of a CSV data set: source, licence, citation, checksum, columns, known issues. */
export type TableSidecar = z.infer<typeof tableSidecar>;
/** Description of an image data set in IDX files. */
export type ImageSidecar = z.infer<typeof imageSidecar>;
/** What the JSON file beside a carried data set says of it. Row numbers in it count from 0, the header excluded. */
export type Sidecar = TableSidecar | ImageSidecar;

/**
 * The description of a carried data set.
 *
 * @throws InputError if there is no data set of this name or its description is damaged.
 */
export async function readSidecar(name: DatasetName): Promise<Sidecar> {
  if (!datasetNames.includes(name))
    throw new InputError(`There is no data set "${String(name)}"; ${listNearest(String(name), datasetNames)}.`);
  const text = (await readBytes(dataPath(`${name}.json`))).toString('utf8');
  return parseJson(sidecarSchema, text, `data/${name}.json`);
}

/** JSON text checked against a schema; `shown` names the file in the error. */
export function parseJson<T>(schema: z.ZodType<T>, text: string, shown: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${shown} is not valid JSON; restore it by installing the package again.`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [problem] = result.error.issues;
  throw new InputError(
    `${shown} is damaged at ${problem.path.join('.') || 'its top level'} (${problem.message}); ` +
      `restore it by installing the package again.`,
  );
}
