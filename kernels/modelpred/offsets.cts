// Jupyter counts characters of code in code points, JavaScript in UTF-16 units: one emoji is one there and two here.

/** The position in UTF-16 units of a cursor in code points; the end for one beyond it or none, the start for one before it. */
export function toUnits(code: string, cursor: unknown): number {
  if (typeof cursor !== 'number' || !Number.isFinite(cursor)) return code.length;
  let units = 0;
  for (let points = 0; points < cursor && units < code.length; points++) {
    units += code.codePointAt(units)! > 0xffff ? 2 : 1;
  }
  return units;
}

/** The position in code points of one in UTF-16 units. */
export const toPoints = (code: string, units: number): number => Array.from(code.slice(0, units)).length;
