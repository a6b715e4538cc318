import type { ICodeCell, INotebookContent, IOutput } from '@jupyterlab/nbformat';

/** A code cell for a test: its source, or its source with tags. */
export type Source = string | { readonly source: string; readonly tags: readonly string[] };

/** A notebook of code cells with ids `cell-1`, `cell-2`, … */
export function notebookOf(...sources: readonly Source[]): INotebookContent {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'modelpred', display_name: 'modelpred (TypeScript)' } },
    cells: sources.map((entry, i) => {
      const { source, tags } = typeof entry === 'string' ? { source: entry, tags: [] } : entry;
      const metadata = tags.length > 0 ? { tags: [...tags] } : {};
      return { cell_type: 'code', id: `cell-${i + 1}`, metadata, execution_count: null, outputs: [], source };
    }),
  };
}

/** Outputs of the cell with a number from 1. */
export const outputsOf = (notebook: INotebookContent, number: number): IOutput[] =>
  (notebook.cells[number - 1] as ICodeCell).outputs;

/** What an output holds for a MIME type. */
export const dataOf = (output: IOutput | undefined, mime: string): unknown =>
  (output?.data as Record<string, unknown> | undefined)?.[mime];
