import type { CellEvent } from '../../kernels/modelpred/execute.cjs';
import { formatDuration } from '../../src/notebook/format.js';
import type { Outcome } from './execute.js';

/** The part of a writable stream that is used. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows what the notebooks are doing. */
export interface ProgressDisplay {
  readonly cell: (name: string, event: CellEvent) => void;
  readonly end: (outcome: Outcome) => void;
  /** Wall time of each cell of a notebook that has ended. */
  readonly cellSeconds: (name: string) => number[];
}

/**
 * A line for each notebook that is running, rewritten in place on a terminal; elsewhere a line for each finished cell.
 *
 * @param expected seconds that each notebook's cells took in an earlier run of the same profile, where known: time left counts
 *   work, so without them it is not told
 * @param now seconds on any clock
 */
export function progressDisplay(
  terminal: Terminal,
  expected: ReadonlyMap<string, readonly number[]>,
  now = () => performance.now() / 1000,
): ProgressDisplay {
  const begun = new Map<string, number>();
  const running = new Map<string, string>();
  const taken = new Map<string, number[]>();
  let shown = 0;

  const redraw = (finished = ''): void => {
    if (!terminal.isTTY) {
      terminal.write(finished);
      return;
    }
    const room = (terminal.columns ?? 80) - 1;
    const lines = [...running.values()].map(
      (line) => (line.length > room ? `${line.slice(0, room - 1)}…` : line) + '\n',
    );
    const back = shown === 0 ? '' : `\x1b[${shown}A\x1b[J`;
    terminal.write(back + finished + lines.join(''));
    shown = lines.length;
  };

  return {
    cell: (name, event) => {
      if (!begun.has(name)) begun.set(name, now());
      const elapsed = now() - (begun.get(name) ?? now());
      const line = describe(name, event, elapsed, expected.get(name));
      running.set(name, line);
      const own = taken.get(name) ?? [];
      own[event.number - 1] = event.seconds;
      taken.set(name, own);
      redraw(event.state === 'finished' ? `${line}\n` : '');
    },
    cellSeconds: (name) => taken.get(name) ?? [],
    end: ({ name, status, seconds }) => {
      running.delete(name);
      const mark = { passed: '✓', failed: '✗', interrupted: '–' }[status];
      redraw(`${mark} ${name} ${status} after ${formatDuration(seconds)}\n`);
    },
  };
}

/**
 * Seconds left of a notebook, from those of its cells in an earlier run: the cells that are not begun, and of the running one
 * what its progress leaves, or what it took before beyond what it has taken.
 */
function secondsLeft({ number, state, seconds, progress }: CellEvent, expected: readonly number[]): number {
  const later = expected.slice(number).reduce((sum, each) => sum + each, 0);
  if (state === 'finished' || state === 'failed') return later;
  const before = expected[number - 1] ?? 0;
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0;
  // Several things may report progress one after the other: an end of one is not the end of the cell.
  return later + Math.max(before - seconds, share > 0 ? Math.min(before, (seconds * (1 - share)) / share) : 0);
}

function describe(name: string, event: CellEvent, elapsed: number, expected: readonly number[] | undefined): string {
  const left = expected?.length === event.total ? secondsLeft(event, expected) : 0;
  const inner = event.progress && event.state === 'running' ? event.progress : undefined;
  return [
    `  ${name}: cell ${event.number} of ${event.total}`,
    inner && inner.total > 0 ? `${inner.label} ${Math.floor((100 * inner.done) / inner.total)} %` : '',
    formatDuration(elapsed),
    left > 0 ? `about ${formatDuration(left)} left` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
