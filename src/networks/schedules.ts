/** Learning rates over a training of so many steps, as factors of the given rate; `index` counts from 0. */
export const schedules = {
  constant: () => 1,
  /** From 1 down to 0 along half a cosine. */
  cosine: (index: number, steps: number) => anneal(1, 0, index / steps),
  /**
   * Up from 1/25 to 1 in the first three tenths, then down to 1/250,000, both along half a cosine (Smith & Topin 2018; factors as
   * PyTorch's OneCycleLR).
   */
  'one cycle': (index: number, steps: number) => {
    const top = 0.3 * steps - 1;
    if (index <= top) return anneal(1 / 25, 1, top > 0 ? index / top : 1);
    return anneal(1, 1 / 250_000, (index - top) / Math.max(1, steps - 1 - top));
  },
} as const satisfies Readonly<Record<string, (index: number, steps: number) => number>>;

export type ScheduleName = keyof typeof schedules;

function anneal(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}
