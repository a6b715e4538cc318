// The part of ES2023 that Node 20 has and the type library of the kernel's TypeScript (5.0) lacks.

interface ReadonlyArray<T> {
  /** A copy in reverse order. */
  toReversed(): T[];
  /** A sorted copy. */
  toSorted(compare?: (a: T, b: T) => number): T[];
  /** A copy in which some elements are removed or replaced. */
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  /** A copy in which one element is replaced. */
  with(index: number, value: T): T[];
}

interface Array<T> {
  /** A copy in reverse order. */
  toReversed(): T[];
  /** A sorted copy. */
  toSorted(compare?: (a: T, b: T) => number): T[];
  /** A copy in which some elements are removed or replaced. */
  toSpliced(start: number, deleteCount?: number, ...items: T[]): T[];
  /** A copy in which one element is replaced. */
  with(index: number, value: T): T[];
}
