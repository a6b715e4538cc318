import { randomUUID } from 'node:crypto';
import type { Progress, RunControl } from '../control.js';
import { currentCell, type MimeBundle } from './cell.js';
import { escapeHtml, formatCount, formatDuration } from './format.js';

/** MIME type that marks a progress display: `{ label, done, total, detail?, elapsed, left? }`, times in seconds. */
export const PROGRESS_MIME = 'application/vnd.modelpred.progress+json';

const REDRAW_MS = 100;
const BAR_CHARACTERS = 30;

/** One stage of a cell's work. */
export interface Stage {
  readonly progress: Progress;
  /** Seconds since the stage began. */
  readonly elapsed: number;
}

const fraction = ({ done, total }: Progress): number => (total > 0 ? Math.min(1, Math.max(0, done / total)) : 0);

/** Estimated seconds left, from the pace so far; undefined before the first unit is done. */
export function secondsLeft({ progress, elapsed }: Stage): number | undefined {
  const part = fraction(progress);
  return part > 0 ? (elapsed * (1 - part)) / part : undefined;
}

function caption(stage: Stage): string {
  const { label, done, total, detail } = stage.progress;
  const left = secondsLeft(stage);
  const times =
    done >= total
      ? formatDuration(stage.elapsed)
      : `${formatDuration(stage.elapsed)} so far` + (left === undefined ? '' : `, about ${formatDuration(left)} left`);
  const percent = `${Math.floor(100 * fraction(stage.progress))} %`;
  return [`${label}: ${percent} (${formatCount(done)} of ${formatCount(total)})`, times, detail]
    .filter(Boolean)
    .join(' · ');
}

/** The stages of a cell's work as bars, in HTML and in plain text. */
export function progressBundle(stages: readonly Stage[]): MimeBundle {
  const html = stages.map((stage) => {
    const value = fraction(stage.progress);
    return `<div><progress value="${value}" max="1" style="width:16em"></progress> ${escapeHtml(caption(stage))}</div>`;
  });
  const plain = stages.map((stage) => {
    const full = Math.floor(BAR_CHARACTERS * fraction(stage.progress));
    return `${'█'.repeat(full)}${'░'.repeat(BAR_CHARACTERS - full)} ${caption(stage)}`;
  });
  const last = stages[stages.length - 1];
  const left = secondsLeft(last);
  return {
    'text/html': html.join('\n'),
    'text/plain': plain.join('\n'),
    [PROGRESS_MIME]: {
      label: last.progress.label,
      done: last.progress.done,
      total: last.progress.total,
      ...(last.progress.detail === undefined ? {} : { detail: last.progress.detail }),
      elapsed: last.elapsed,
      ...(left === undefined ? {} : { left }),
    },
  };
}

/**
 * What long library calls in a cell take as their control: progress bars that are redrawn in place (one for each label,
 * at most ten times a second, the final state kept) and a signal that the cell's interrupt aborts. Outside a kernel it
 * is empty: nobody is told and nothing stops.
 *
 * @example `const bank = await buildBank({ pool, learner, subsets, ...cellControl() });`
 */
export function cellControl(): RunControl {
  const cell = currentCell();
  if (!cell) return {};
  const id = randomUUID();
  const stages = new Map<string, { progress: Progress; readonly started: number; elapsed: number }>();
  let drawn = -Infinity;
  let drawnAll = true;

  const draw = (): void => {
    if (drawnAll) return;
    drawn = performance.now();
    drawnAll = true;
    cell.display(progressBundle([...stages.values()]), id);
  };
  const onProgress = (progress: Progress): void => {
    const now = performance.now();
    const stage = stages.get(progress.label) ?? { progress, started: now, elapsed: 0 };
    stage.progress = progress;
    stage.elapsed = (now - stage.started) / 1000;
    stages.set(progress.label, stage);
    drawnAll = false;
    if (now - drawn >= REDRAW_MS || progress.done >= progress.total) draw();
  };
  cell.onEnd(draw);
  return { onProgress, signal: cell.signal };
}
