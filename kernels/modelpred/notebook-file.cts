// Notebooks as files: read with checks, written so that running them again gives clean diffs.
import type { ICell, ICodeCell, INotebookContent, IOutput } from '@jupyterlab/nbformat';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { InputError } from '../../src/errors.js';
import { PROGRESS_MIME } from '../../src/notebook/index.js';

/** A cell's source, which files hold as one text or as lines. */
export function sourceOf(cell: ICell): string {
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}

export const isCodeCell = (cell: ICell): cell is ICodeCell => cell.cell_type === 'code';

/** The tags of a cell. */
export function tagsOf(cell: ICell): readonly string[] {
  const { tags } = cell.metadata;
  return Array.isArray(tags) ? tags : [];
}

/** The first line of a cell that is more than blank or a comment, for messages. */
export function firstLine(cell: ICell): string {
  const lines = sourceOf(cell)
    .split('\n')
    .map((line) => line.trim());
  return lines.find((line) => line && !line.startsWith('//')) ?? lines.find(Boolean) ?? '(empty cell)';
}

/**
 * A notebook from the text of its file.
 *
 * @throws InputError when it is not a notebook of this project's kernel.
 */
export function parseNotebook(text: string, name: string): INotebookContent {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name} is not a notebook: it is not JSON (${(error as Error).message}).`);
  }
  const { nbformat, cells, metadata } = (content ?? {}) as Partial<INotebookContent>;
  if (typeof nbformat !== 'number' || !Array.isArray(cells)) {
    throw new InputError(`${name} is not a notebook: it is JSON without "nbformat" and "cells".`);
  }
  if (nbformat !== 4) throw new InputError(`${name} is in notebook format ${nbformat}; convert it to format 4.`);
  const broken = cells.findIndex((cell) => {
    const { cell_type, source } = (cell ?? {}) as Partial<ICell>;
    return typeof cell_type !== 'string' || !(typeof source === 'string' || Array.isArray(source));
  });
  if (broken >= 0) throw new InputError(`${name} is damaged: cell ${broken + 1} has no "cell_type" or no "source".`);
  const kernel = metadata?.kernelspec?.name ?? 'modelpred';
  if (kernel !== 'modelpred') {
    throw new InputError(`${name} is for the kernel "${kernel}"; choose the kernel "modelpred" in it to run it here.`);
  }
  for (const cell of cells) cell.metadata ??= {};
  return content as INotebookContent;
}

/** Reads a notebook. @throws InputError when there is none. */
export async function readNotebook(file: string): Promise<INotebookContent> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`Cannot read the notebook ${file}: ${(error as Error).message}.`);
  }
  return parseNotebook(text, file);
}

// What changes from run to run and is not a result.
const VOLATILE_NOTEBOOK = ['widgets', 'papermill'];
const VOLATILE_CELL = ['execution', 'ExecuteTime', 'papermill', 'trusted'];

const omit = <T extends object>(object: T, names: readonly string[]): T =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as T;

const isProgress = (output: IOutput): boolean =>
  Object.hasOwn((output.data as object | undefined) ?? {}, PROGRESS_MIME);

/** The notebook without timestamps, widget state and progress bars. */
export function withoutVolatile(notebook: INotebookContent): INotebookContent {
  const cells = notebook.cells.map((cell): ICell => {
    const metadata = omit(cell.metadata, VOLATILE_CELL);
    if (!isCodeCell(cell)) return { ...cell, metadata };
    return { ...cell, metadata, outputs: cell.outputs.filter((output) => !isProgress(output)) };
  });
  return { ...notebook, metadata: omit(notebook.metadata, VOLATILE_NOTEBOOK), cells };
}

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
const isTextMime = (mime: string): boolean =>
  mime.startsWith('text/') || mime === 'image/svg+xml' || mime === 'application/javascript';

/** The same with its keys in order. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}

// Jupyter's own form: keys in order, long texts as lists of lines.
function normalise(value: Json, key: string, parent: string): Json {
  const multiline = key === 'source' || key === 'text' || (parent === 'data' && isTextMime(key));
  if (typeof value === 'string') return multiline ? lines(value) : value;
  // What a JSON output holds is its own: only its keys are ordered.
  if (value === null || typeof value !== 'object' || parent === 'data') return ordered(value);
  if (Array.isArray(value)) return value.map((item) => normalise(item, '', key));
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, normalise(value[name], name, key)]));
}

/** A notebook as the text of its file, in Jupyter's own layout. */
export function formatNotebook(notebook: INotebookContent): string {
  return `${JSON.stringify(normalise(notebook as unknown as Json, '', ''), null, 1)}\n`;
}

/** Writes a notebook in one step: readers see the old file or the new one. */
export async function writeNotebook(file: string, notebook: INotebookContent): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, formatNotebook(notebook));
  await rename(temporary, file);
}
