import type { ICell, ICodeCell, IMimeBundle, INotebookContent, IOutput } from '@jupyterlab/nbformat';

/**
 * An executed notebook in the form in which it is committed: without the cell that set this run's parameters, its code
 * cells numbered from 1, and each figure as one picture beside its specification. Metadata that changes from run to run is gone already when the kernel's executor returns it.
 */
export function committedForm(executed: INotebookContent): INotebookContent {
  let count = 0;
  const cells = executed.cells
    .filter((cell) => !tagsOf(cell).includes('injected-parameters'))
    .map((cell) => (cell.cell_type === 'code' ? numbered(cell as ICodeCell, ++count) : cell));
  return { ...executed, cells };
}

function numbered(cell: ICodeCell, count: number): ICodeCell {
  const outputs = cell.outputs
    .map(withOnePicture)
    .map((output) => (output.output_type === 'execute_result' ? { ...output, execution_count: count } : output));
  return { ...cell, execution_count: count, outputs };
}

/** Code hosts show PNG, front ends draw the specification; the SVG beside them would double the file. */
function withOnePicture(output: IOutput): IOutput {
  const data = output.data as IMimeBundle | undefined;
  if (data?.['image/png'] === undefined) return output;
  return { ...output, data: { ...data, 'image/svg+xml': undefined } };
}

const tagsOf = (cell: ICell): readonly unknown[] => (Array.isArray(cell.metadata.tags) ? cell.metadata.tags : []);
