/** `p0_0`, `p0_1`, …: row, then column, of each pixel. */
export function pixelNames(height: number, width: number): string[] {
  return Array.from({ length: height * width }, (_, k) => `p${Math.floor(k / width)}_${k % width}`);
}
