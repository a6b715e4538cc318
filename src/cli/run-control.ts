import type { Progress, RunControl } from '../control.js';

/** A command at work: what it passes to the library, and how it ends. */
export interface CommandRun {
  readonly control: RunControl;
  /** Clears the progress line and stops listening to Ctrl-C. */
  readonly close: () => void;
}

const redrawSeconds = 0.2;
/** Where nobody watches, a line so often. */
const quietSeconds = 10;

/**
 * Shows progress on stderr from the second second on, with rate and time left, and turns Ctrl-C into an abort at the next safe
 * point; a second Ctrl-C ends the process.
 */
export function startRun(): CommandRun {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(1);
    console.error('\nStopping at the next safe point; press Ctrl-C again to end at once.');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  const terminal = process.stderr.isTTY;
  let stage = { label: '', since: Date.now() };
  let shown = Date.now();
  const onProgress = (progress: Progress): void => {
    const now = Date.now();
    if (progress.label !== stage.label) stage = { label: progress.label, since: now };
    const wait = 1000 * (terminal ? redrawSeconds : quietSeconds);
    if (now - stage.since < 2000 || now - shown < wait) return;
    shown = now;
    const line = progressLine(progress, (now - stage.since) / 1000);
    process.stderr.write(terminal ? `\r\u001b[2K${line}` : `${line}\n`);
  };
  return {
    control: { onProgress, signal: controller.signal },
    close: () => {
      process.off('SIGINT', interrupt);
      if (terminal) process.stderr.write('\r\u001b[2K');
    },
  };
}

/** `retraining: 40 % (12 of 30), 3.1 a second, about 6 s left`. */
export function progressLine({ label, done, total }: Progress, seconds: number): string {
  const rate = done / seconds;
  const left = rate > 0 ? `, ${rate.toPrecision(2)} a second, about ${formatSeconds((total - done) / rate)} left` : '';
  return `${label}: ${Math.floor((100 * done) / Math.max(total, 1))} % (${done} of ${total})${left}`;
}

/** `0.4 s`, `12 s`, `3 min`, `1.5 h`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
