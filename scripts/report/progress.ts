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
}

/**
 * A line for each notebook that is running, rewritten in place on a terminal; elsewhere a line for each finished cell.
 *
 * @param expected seconds that each notebook took in an earlier run of the same profile, where known
 * @param now seconds on any clock
 */
export function progressDisplay(
  terminal: Terminal,
  expected: ReadonlyMap<string, number>,
  now = () => performance.now() / 1000,
): ProgressDisplay {
  const begun = new Map<string, number>();
  const running = new Map<string, string>();
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
      redraw(event.state === 'finished' ? `${line}\n` : '');
    },
    end: ({ name, status, seconds }) => {
      running.delete(name);
      const mark = { passed: '✓', failed: '✗', interrupted: '–' }[status];
      redraw(`${mark} ${name} ${status} after ${formatDuration(seconds)}\n`);
    },
  };
}

function describe(name: string, event: CellEvent, elapsed: number, expected: number | undefined): string {
  const finished = event.state === 'finished' ? event.number : event.number - 1;
  const whole = expected ?? (finished > 0 ? (elapsed * event.total) / finished : undefined);
  const left = whole === undefined || finished === event.total ? 0 : whole - elapsed;
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
