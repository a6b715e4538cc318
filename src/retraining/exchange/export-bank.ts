import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { InputError } from '../../errors.js';
import { writeFileAtomically } from '../../storage.js';
import { subsetSizes } from '../../subsets/subsets.js';
import { refuseUnknownOptions } from '../../unknown-options.js';
import type { Bank } from '../bank.js';
import { encodeNpy } from './npy.js';
import { encodeNpz } from './npz.js';

export const exportFormats = ['npy', 'npz', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Columns of parameters in a Parquet file at most; readers are slow with more. */
const mostColumns = 5000;

/**
 * Writes a bank for other programs, and returns the files:
 *
 * - `npy`: into a folder, `masks.npy` (`B×N` bytes), `parameters.npy` (`B×p` float64) and `residuals.npy`;
 * - `npz`: the same three arrays in one file, below 4 GB;
 * - `parquet`: into one file, a row per model: `row`, `points` (Σ weights), `residual`, `mask` (N bytes) and `theta_0` … `theta_{p−1}`.
 *
 * @throws InputError for an unknown format, or more parameters than a table should have columns.
 */
export async function exportBank(options: {
  readonly bank: Bank;
  /** A file, or of `npy` a folder. */
  readonly to: string;
  readonly format: ExportFormat;
}): Promise<string[]> {
  refuseUnknownOptions(options, ['bank', 'to', 'format'], 'exportBank');
  const { bank, to, format } = options;
  const { pool, learner, subsets, parameters, residuals } = bank;
  const [B, N, p] = [subsets.count, pool.size, learner.parameterCount(pool)];
  const arrays = {
    masks: { shape: [B, N], values: subsets.weights },
    parameters: { shape: [B, p], values: parameters },
    residuals: { shape: [B], values: residuals },
  };
  if (format === 'npz') {
    await writeFileAtomically(to, encodeNpz(arrays));
    return [to];
  }
  if (format === 'npy') {
    const files = Object.entries(arrays).map(([name, array]) => ({ file: join(to, `${name}.npy`), array }));
    for (const { file, array } of files) await writeFileAtomically(file, encodeNpy(array));
    return files.map(({ file }) => file);
  }
  if (!exportFormats.includes(format))
    throw new InputError(`There is no format "${String(format)}"; choose one of ${exportFormats.join(', ')}.`);
  if (p > mostColumns)
    throw new InputError(`${p} parameters are too many columns for Parquet (at most ${mostColumns}); export to npy.`);
  const rows = Array.from({ length: B }, (_, b) => b);
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'row', data: Int32Array.from(rows), type: 'INT32' },
      { name: 'points', data: Int32Array.from(subsetSizes(subsets)), type: 'INT32' },
      { name: 'residual', data: residuals, type: 'DOUBLE' },
      { name: 'mask', data: rows.map((b) => subsets.weights.subarray(b * N, (b + 1) * N)), type: 'BYTE_ARRAY' },
      ...Array.from({ length: p }, (_, j) => ({
        name: `theta_${j}`,
        data: Float64Array.from(rows, (b) => parameters[b * p + j]),
        type: 'DOUBLE' as const,
      })),
    ],
  });
  await writeFileAtomically(to, new Uint8Array(buffer));
  return [to];
}
