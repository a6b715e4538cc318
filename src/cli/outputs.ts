import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../storage.js';

/** Writes a file whole or not at all; to what is no file (a pipe, a device) directly. */
export async function writeOutput(file: string, contents: string): Promise<void> {
  const status = await stat(file).catch(() => undefined);
  if (status === undefined || status.isFile()) await writeFileAtomically(file, contents);
  else
    await writeFile(file, contents).catch((error: NodeJS.ErrnoException) => {
      throw Object.assign(error, { path: file });
    });
}

/** Writes the files of a run folder; `metrics.json` is the last, so that a folder that has it is complete. */
export async function writeRunFolder(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const names = Object.keys(files).sort((a, b) => Number(a === 'metrics.json') - Number(b === 'metrics.json'));
  for (const name of names) await writeOutput(join(folder, name), files[name]);
}

/** Rows as CSV (RFC 4180, UTF-8), a header first. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  const quote = (value: string | number): string => {
    const text = String(value);
    return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(quote).join(',')}\n`).join('');
}
