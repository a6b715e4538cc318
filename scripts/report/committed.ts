import type { ICell, ICodeCell, INotebookContent } from '@jupyterlab/nbformat';
import { lightForm } from './light.js';

/**
 * An executed notebook in the form in which it is committed: without the cell that set this run's parameters, its code
 * cells numbered from 1, its figures light. Metadata that changes from run to run is gone already when the kernel's executor returns it.
 */
export function committedForm(executed: INotebookContent): INotebookContent {
  let count = 0;
  const cells = executed.cells
    .filter((cell) => !tagsOf(cell).includes('injected-parameters'))
    .map((cell) => (cell.cell_type === 'code' ? numbered(cell as ICodeCell, ++count) : cell));
  return lightForm({ ...executed, cells });
}

function numbered(cell: ICodeCell, count: number): ICodeCell {
  const outputs = cell.outputs.map((output) =>
    output.output_type === 'execute_result' ? { ...output, execution_count: count } : output,
  );
  return { ...cell, execution_count: count, outputs };
}

const tagsOf = (cell: ICell): readonly unknown[] => (Array.isArray(cell.metadata.tags) ? cell.metadata.tags : []);
