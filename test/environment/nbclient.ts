import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { runProgram, withoutCoverage, workspaceModule, type Ended } from './workspace.js';

// Executes all cells in one kernel, also after a failure: input, output, seconds for a cell, messages of the failures.
const program = `
import json, sys, nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
source, target, seconds = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(notebook, timeout=int(seconds), interrupt_on_timeout=True)
failures = []
with client.setup_kernel():
    for index, cell in enumerate(notebook.cells):
        try:
            client.execute_cell(cell, index)
            failures.append(None)
        except CellExecutionError as error:
            failures.append(str(error))
nbformat.write(notebook, target)
print(json.dumps(failures))`;

/** Runs the tests' Jupyter in a folder: Python with these arguments. */
export type JupyterPython = (...args: string[]) => Promise<Ended>;

/** The Python that has Jupyter, with this project's kernel; undefined where the tests have none. */
export async function jupyterPython(folder: string): Promise<JupyterPython | undefined> {
  const python = process.env.MODELPRED_JUPYTER;
  if (!python) return undefined;
  const { jupyterEnvironment } = await workspaceModule<{ jupyterEnvironment: () => NodeJS.ProcessEnv }>('jupyter');
  return (...args) => runProgram(python, args, { cwd: folder, env: { ...jupyterEnvironment(), ...withoutCoverage } });
}

/** Executes a notebook with nbclient: the notebook with its outputs, and for each cell the message of its failure. */
export async function executeWithNbclient(
  python: JupyterPython,
  { notebook, folder, secondsPerCell }: { notebook: object; folder: string; secondsPerCell: number },
): Promise<{ executed: INotebookContent; failures: (string | null)[] }> {
  const [input, output] = ['input.ipynb', 'output.ipynb'].map((name) => path.join(folder, name));
  writeFileSync(input, JSON.stringify(notebook));
  const ended = await python('-c', program, input, output, String(secondsPerCell));
  assert.equal(ended.code, 0, ended.stderr);
  const executed = JSON.parse(readFileSync(output, 'utf8')) as INotebookContent;
  return { executed, failures: JSON.parse(ended.stdout) as (string | null)[] };
}
