// The end of the memory, behind what the caller uses, is scratch of these operations: nothing in it outlives a call.

/** Byte address of the scratch. */
export let scratch: usize = 0;

/** Says where the scratch begins, counted in numbers. */
export function useScratch(place: u32): void {
  scratch = bytes(place);
}

/** Bytes that so many numbers take, or the byte address of a place. Addresses of a memory of 4 GB need all 32 bits. */
// @ts-ignore: decorator
@inline
export function bytes(numbers: u32): usize {
  return (<usize>numbers) << 2;
}

/** The four lanes' sum. */
// @ts-ignore: decorator
@inline
export function laneSum(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/** Writes zeros to `length` bytes. */
export function clear(at: usize, length: usize): void {
  memory.fill(at, 0, length);
}

/** Stores the first `count` lanes, all four where count is larger. */
// @ts-ignore: decorator
@inline
export function storeFirst(to: usize, value: v128, count: i32): void {
  if (count >= 4) v128.store(to, value);
  else {
    v128.store32_lane(to, value, 0);
    if (count > 1) v128.store32_lane(to, value, 1, 4);
    if (count > 2) v128.store32_lane(to, value, 2, 8);
  }
}
