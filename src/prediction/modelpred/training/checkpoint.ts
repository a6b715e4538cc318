import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../../data/files.js';
import { InputError } from '../../../errors.js';
import { bytesOf, canonicalJson, writeFileAtomically } from '../../../storage.js';
import type { AdamState } from './adam.js';
import type { TrainingLook } from './training-result.js';
import { type Provenance, provenanceSchema } from '../training-provenance.js';

/** A training between two steps; with its provenance and bank, all that its remaining steps depend on. */
export interface TrainingState {
  /** Steps taken. */
  step: number;
  readonly weights: Float32Array;
  readonly adam: AdamState;
  /** The weights with the lowest validation error so far, or a copy of the initial ones. */
  readonly bestWeights: Float32Array;
  bestStep: number;
  /** Lowest validation error so far; null before the first look. */
  bestError: number | null;
  /** Sum of the training losses since the last look. */
  lossSinceLook: number;
  readonly history: TrainingLook[];
}

const fileName = 'checkpoint.modelpred';

const headerSchema = z.strictObject({
  format: z.literal(1),
  provenance: provenanceSchema,
  step: z.int().nonnegative(),
  bestStep: z.int().nonnegative(),
  bestError: z.number().nullable(),
  lossSinceLook: z.number(),
  history: z.array(z.strictObject({ step: z.int(), trainingLoss: z.number(), validationError: z.number().nullable() })),
  sha256: z.string(),
});

/** Writes the state into a folder, in place of an earlier one: one line of JSON, then the four arrays as raw float32. */
export async function writeCheckpoint(folder: string, state: TrainingState, provenance: Provenance): Promise<void> {
  const arrays = Buffer.concat(stateArrays(state).map(bytesOf));
  const { step, bestStep, bestError, lossSinceLook, history } = state;
  const header: z.infer<typeof headerSchema> = {
    format: 1,
    provenance,
    step,
    bestStep,
    bestError,
    lossSinceLook,
    history,
    sha256: sha256(arrays),
  };
  await writeFileAtomically(
    join(folder, fileName),
    Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), arrays]),
  );
}

/**
 * The state stored in a folder, or undefined where there is none.
 *
 * @param length numbers in the network.
 * @throws InputError if the stored training is another one, or the file is damaged.
 */
export async function readCheckpoint(
  folder: string,
  provenance: Provenance,
  length: number,
): Promise<TrainingState | undefined> {
  const file = join(folder, fileName);
  const contents = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (contents === undefined) return undefined;
  const end = contents.indexOf('\n');
  const header = headerSchema.safeParse(parseJson(contents.subarray(0, end).toString()));
  const arrays = contents.subarray(end + 1);
  if (!header.success || sha256(arrays) !== header.data.sha256) {
    throw new InputError(`The checkpoint ${file} is damaged or cut short; delete it to train from the start.`);
  }
  const different = Object.entries(provenance).find(
    ([key, value]) => canonicalJson(value) !== canonicalJson(header.data.provenance[key as keyof Provenance]),
  );
  if (different !== undefined) {
    throw new InputError(
      `The checkpoint ${file} belongs to another training (its ${different[0]} differs); name another folder, or delete it to train from the start.`,
    );
  }
  const [weights, first, second, bestWeights] = [0, 1, 2, 3].map(
    (i) => new Float32Array(new Uint8Array(arrays.subarray(4 * length * i, 4 * length * (i + 1))).buffer),
  );
  const { step, bestStep, bestError, lossSinceLook, history } = header.data;
  return { step, bestStep, bestError, lossSinceLook, history, weights, adam: { first, second }, bestWeights };
}

function stateArrays({ weights, adam, bestWeights }: TrainingState): Float32Array[] {
  return [weights, adam.first, adam.second, bestWeights];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
