// Parameters of a notebook, after papermill's convention: the cell tagged `parameters` declares them with defaults, a
// cell tagged `injected-parameters` after it assigns other values.
import type { ICodeCell, INotebookContent } from '@jupyterlab/nbformat';
import { InputError } from '../../src/errors.js';
import { isCodeCell, sourceOf, tagsOf } from './notebook-file.cjs';

export type ParameterValue = string | number | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Names that the top level of a cell declares with `let`. */
async function declaredNames(source: string): Promise<string[]> {
  // Loaded here: half a second that a run without parameters need not spend.
  const { default: ts } = await import('typescript');
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.Latest);
  return file.statements
    .filter(ts.isVariableStatement)
    .filter((statement) => (statement.declarationList.flags & ts.NodeFlags.Let) !== 0)
    .flatMap((statement) => statement.declarationList.declarations.map(({ name }) => name))
    .filter(ts.isIdentifier)
    .map((name) => name.text);
}

/**
 * The notebook with values for some of its parameters.
 *
 * @throws InputError when it has no parameters cell, or the cell does not declare one of the names with `let`.
 */
export async function withParameters(notebook: INotebookContent, parameters: Parameters): Promise<INotebookContent> {
  const names = Object.keys(parameters);
  if (names.length === 0) return notebook;
  const cells = notebook.cells.filter((cell) => !tagsOf(cell).includes('injected-parameters'));
  const at = cells.findIndex((cell) => isCodeCell(cell) && tagsOf(cell).includes('parameters'));
  if (at < 0) {
    throw new InputError(`The notebook has no code cell tagged "parameters", so ${names[0]} cannot be set.`);
  }
  const declared = await declaredNames(sourceOf(cells[at]));
  const unknown = names.find((name) => !declared.includes(name));
  if (unknown !== undefined) {
    const known = declared.join(', ') || 'nothing';
    throw new InputError(`The notebook has no parameter ${unknown}: its parameters cell declares ${known} with "let".`);
  }
  const injected: ICodeCell = {
    cell_type: 'code',
    ...(notebook.nbformat_minor >= 5 ? { id: 'injected-parameters' } : {}),
    metadata: { tags: ['injected-parameters'] },
    execution_count: null,
    outputs: [],
    source: names.map((name) => `${name} = ${JSON.stringify(parameters[name])};`).join('\n'),
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}
