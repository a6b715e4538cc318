/** Numbers of one measurement repeated a few times. */
export interface Spread {
  readonly median: number;
  readonly smallest: number;
  readonly largest: number;
}

/** Median and range of at least one number. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, smallest: sorted[0], largest: sorted[sorted.length - 1] };
}

/** CPU seconds (user and system) of this process since an earlier reading. */
export function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** Median and range of the ratios of two samples, repetition by repetition, so that a drift of the machine cancels out. */
export function ratioOf(numerator: readonly number[], denominator: readonly number[]): Spread {
  return spreadOf(numerator.map((value, k) => value / denominator[k]));
}

/** As shown in tables: the median and, in brackets, the range. */
export function showSpread({ median, smallest, largest }: Spread): string {
  return `${median.toPrecision(3)} (${smallest.toPrecision(3)}–${largest.toPrecision(3)})`;
}
