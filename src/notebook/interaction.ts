import { type Comm, type CommChannel, currentCell } from './cell.js';

type CellOf = NonNullable<ReturnType<typeof currentCell>>;

/** @throws Error outside a notebook. */
function cell(what: string): CellOf {
  const running = currentCell();
  if (!running) throw new Error(`${what} works in a notebook's cell only.`);
  return running;
}

/** Removes what the running cell has shown: at once, or with `wait` when its next output comes. Nothing outside a kernel. */
export function clearOutput(wait = false): void {
  currentCell()?.clear(wait);
}

/**
 * A line that the person at the notebook types; the cell waits for it. With `password` it is not shown.
 *
 * @throws Error outside a notebook, and where the front end takes no input, as in headless execution.
 */
export function ask(question: string, options: { readonly password?: boolean } = {}): string {
  return cell('ask()').ask(question, options.password ?? false);
}

/**
 * Opens a two-way channel (a comm) to what the front end has registered under a name.
 *
 * @throws Error outside a notebook.
 */
export function openComm(target: string, opening?: Parameters<CommChannel['open']>[1]): Comm {
  return cell('openComm()').comms.open(target, opening);
}

/**
 * Lets the front end open channels under a name.
 *
 * @throws Error outside a notebook.
 */
export function onCommOpen(target: string, onOpen: Parameters<CommChannel['register']>[1]): void {
  cell('onCommOpen()').comms.register(target, onOpen);
}
