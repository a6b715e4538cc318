import { dirname } from 'node:path';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { InputError, InterruptedError } from '../../src/errors.js';
import { executeNotebook, readNotebook, type CellEvent } from '../../kernels/modelpred/execute.cjs';
import { describeFailure } from '../../kernels/modelpred/terminal.cjs';
import type { Profile } from '../../src/experiments/common/profile.js';
import type { NotebookFile } from './notebooks.js';

/** How one notebook's execution ended. */
export interface Outcome {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'interrupted';
  readonly seconds: number;
  /** What went wrong, naming the cell; empty where nothing did. */
  readonly message: string;
}

/** An outcome with the notebook as far as it was executed; null where nothing of it was. */
export interface Execution {
  readonly outcome: Outcome;
  readonly notebook: INotebookContent | null;
}

/** Executes one notebook and reports how that ended; never rejects. */
export type Execute = (
  notebook: NotebookFile,
  onCell: (event: CellEvent) => void,
  signal: AbortSignal,
) => Promise<Execution>;

/** Executes notebooks in the project's kernel, each in a process of its own, with the profile as their parameter. */
export function kernelExecution(profile: Profile): Execute {
  return async ({ name, path }, onCell, signal) => {
    const started = performance.now();
    const ended = (status: Outcome['status'], message: string, notebook: INotebookContent | null): Execution => ({
      outcome: { name, status, seconds: (performance.now() - started) / 1000, message },
      notebook,
    });
    try {
      const source = await readNotebook(path);
      const { notebook, failure } = await executeNotebook(source, {
        parameters: { profile },
        folder: dirname(path),
        onCell,
        signal,
      });
      return failure === undefined
        ? ended('passed', '', notebook)
        : ended('failed', describeFailure(name, failure), notebook);
    } catch (error) {
      if (error instanceof InterruptedError) return ended('interrupted', 'The run was stopped on request.', null);
      if (error instanceof InputError) return ended('failed', error.message, null);
      // Say, a kernel process that the system ended: the other notebooks go on.
      return ended('failed', `${name} could not be executed: ${(error as Error).stack}`, null);
    }
  };
}

/** Who is told while notebooks run. */
export interface ExecutionListener {
  readonly onCell: (notebook: NotebookFile, event: CellEvent) => void;
  /** Called once per notebook that was begun; awaited before the next begins, so that what is finished is safe. */
  readonly onEnd: (execution: Execution) => Promise<void>;
}

/**
 * Executes notebooks in order, several at a time. A failing one does not stop the others; an aborted signal ends the
 * running ones and begins no more.
 *
 * @returns the executions in the order of the notebooks, without those never begun
 */
export async function executeAll(
  notebooks: readonly NotebookFile[],
  execute: Execute,
  jobs: number,
  listener: ExecutionListener,
  signal: AbortSignal,
): Promise<Execution[]> {
  const executions: Execution[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < notebooks.length && !signal.aborted) {
      const index = next++;
      const notebook = notebooks[index];
      executions[index] = await execute(notebook, (event) => listener.onCell(notebook, event), signal);
      await listener.onEnd(executions[index]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return executions.filter((execution) => execution !== undefined);
}
