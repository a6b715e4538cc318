/** A number's bits mixed so that each one depends on all (MurmurHash3's finaliser): 32 bits, for cheap draws in inner loops. */
export function mixedBits(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The distance of numbers whose mixed bits make a sequence (Weyl's, of the golden ratio). */
export const weylStep = 0x9e3779b9;
