import { mean } from '../../src/statistics/mean.js';

export const digits = (value: number): string => value.toPrecision(3);

/** Mean, and the range where there are several. */
export function showSpread(values: readonly number[]): string {
  if (values.length === 0) return '–';
  const range = values.length > 1 ? ` (${digits(Math.min(...values))}–${digits(Math.max(...values))})` : '';
  return `${digits(mean(values))}${range}`;
}

/** A median with its range. */
export const showRange = ({ median, lowest, highest }: Record<'median' | 'lowest' | 'highest', number>): string =>
  `${digits(median)} (${digits(lowest)}–${digits(highest)})`;
