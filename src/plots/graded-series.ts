import type { LineEncoding } from './line-chart.js';
import { methodStyles, type MethodStyle } from './theme.js';

/** Settings of one method, from little to much: one hue from light to dark, so that their order can be seen. */
const graded: readonly MethodStyle[] = [
  { colour: '#8DBBDD', shape: 'circle', dash: [6, 2] },
  { colour: '#6FA8D3', shape: 'triangle-down', dash: [2, 2] },
  { colour: '#4189C2', shape: 'square', dash: [8, 3] },
  { colour: '#2069A8', shape: 'diamond', dash: [4, 4] },
  { colour: '#0D4A83', shape: 'triangle-right', dash: [6, 2] },
  { colour: '#08306B', shape: 'triangle-up', dash: [1, 0] },
];

function seriesStyles(names: readonly string[], grades: readonly string[]): ReadonlyMap<string, MethodStyle> {
  const inOrder = grades.filter((name) => names.includes(name));
  const last = graded.length - 1;
  const lookOf = (k: number): MethodStyle =>
    graded[inOrder.length === 1 ? last : Math.min(last, Math.round((k * last) / (inOrder.length - 1)))];
  return new Map([
    ...methodStyles(names.filter((name) => !grades.includes(name))),
    ...inOrder.map((name, k) => [name, lookOf(k)] as const),
  ]);
}

/** Encoding of the column `series`: graded settings in shades of one colour, the others as the methods they are. */
export function gradedEncoding(names: readonly string[], grades: readonly string[]): LineEncoding {
  const styles = seriesStyles(names, grades);
  const domain = [...styles.keys()];
  const looks = [...styles.values()];
  const channel = { field: 'series', type: 'nominal', title: null } as const;
  return {
    color: { ...channel, scale: { domain, range: looks.map(({ colour }) => colour) } },
    shape: { ...channel, scale: { domain, range: looks.map(({ shape }) => shape) } },
    strokeDash: {
      condition: domain.map((name, k) => ({
        test: `datum.series === ${JSON.stringify(name)}`,
        value: [...looks[k].dash],
      })),
      value: [1, 0],
    },
  };
}
