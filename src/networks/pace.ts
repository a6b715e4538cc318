import { safePoint, type RunControl } from '../control.js';

/** Milliseconds between safe points. */
const interval = 100;

/** Reports progress and passes safe points of a long loop about ten times a second, however short its rounds are. */
export function pacer(control: RunControl | undefined, label: string, total: number): (done: number) => Promise<void> {
  let last = performance.now();
  return async (done) => {
    if (done < total && performance.now() - last < interval) return;
    control?.onProgress?.({ label, done, total });
    await safePoint(control, label);
    last = performance.now();
  };
}
