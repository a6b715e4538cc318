// What the process that runs cells and its parent say to each other.
import type { MimeBundle } from '../../../src/notebook/cell.js' with { 'resolution-mode': 'import' };
import type { CellError } from './cell-error.cjs';
import type { ExpressionResult } from './session.cjs';

/** What the parent asks for. `cell` is a number that the cell's outputs carry. */
export type Request =
  | {
      readonly type: 'execute';
      readonly cell: number;
      readonly code: string;
      readonly expressions?: Readonly<Record<string, string>>;
      /** Whether the client can be asked for input. */
      readonly input?: boolean;
    }
  | { readonly type: 'ask'; readonly id: string; readonly question: Question }
  | { readonly type: 'interrupt' }
  | { readonly type: 'input'; readonly text?: string }
  | { readonly type: 'comm'; readonly message: CommWire }
  | { readonly type: 'finish' };

/** About code, not running it; positions in UTF-16 units. */
export type Question =
  | { readonly about: 'complete'; readonly code: string; readonly position: number }
  | { readonly about: 'inspect'; readonly code: string; readonly position: number; readonly detailed: boolean }
  | { readonly about: 'completeness'; readonly code: string };

/** A message of a comm, buffers in base64. */
export interface CommWire {
  readonly kind: 'open' | 'message' | 'close';
  readonly id: string;
  readonly target?: string;
  readonly data: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly string[];
}

/** What the process sends: that it can take cells, then what a cell, by number, puts out. */
export type ChildEvent =
  | { readonly type: 'ready' }
  /** The code of a cell has been compiled and begins to run. */
  | { readonly type: 'started'; readonly cell: number }
  | { readonly type: 'stream'; readonly cell: number; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'display'; readonly cell: number; readonly data: MimeBundle; readonly id?: string }
  | { readonly type: 'result'; readonly cell: number; readonly data: MimeBundle }
  | { readonly type: 'error'; readonly cell: number; readonly origin: number; readonly error: CellError }
  | { readonly type: 'clear'; readonly cell: number; readonly wait: boolean }
  | { readonly type: 'input'; readonly cell: number; readonly prompt: string; readonly password: boolean }
  | { readonly type: 'comm'; readonly cell: number; readonly message: CommWire }
  | { readonly type: 'target'; readonly name: string }
  | { readonly type: 'answer'; readonly id: string; readonly answer: unknown }
  | {
      readonly type: 'done';
      readonly cell: number;
      readonly failure?: CellError;
      readonly expressions: Readonly<Record<string, ExpressionResult>>;
    };

/** File descriptors beside the usual three. */
export const DESCRIPTORS = { events: 3, interrupts: 4, answers: 5 } as const;
/** Ends what a cell wrote to file descriptors 1 and 2 themselves, so that the parent knows it has all of it. */
export const endOfCell = (cell: number): string => `\u0000modelpred end of cell ${cell}\u0000`;
