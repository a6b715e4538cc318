// Normalisation of groups of channels over all positions of an example. Sums are taken per channel first, four channels at a
// time, then over the channels of a group; rows with one number a channel are kept in the scratch.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { bytes, laneSum, scratch, storeFirst } from './scratch';

export function normalise(
  positions: i32,
  channels: i32,
  groups: i32,
  examples: i32,
  epsilon: f32,
  x: u32,
  z: u32,
  s: u32,
): void {
  const width = channels / groups;
  const row = rowBytes(channels);
  const means = scratch;
  const scales = means + row;
  const size = <u32>(positions * channels);
  const share: f32 = 1 / <f32>(positions * width);
  for (let e = 0; e < examples; e++, x += size, z += size, s += groups) {
    const from = bytes(x);
    sumColumns(positions, channels, from, means);
    spreadMeans(groups, width, share, means);
    sumSquares(positions, channels, from, means, scales);
    spreadMeans(groups, width, share, scales);
    for (let g = 0; g < groups; g++) {
      const scale: f32 = 1 / sqrt<f32>(load<f32>(scales + bytes(g * width)) + epsilon);
      store<f32>(bytes(s + g), scale);
      fill(width, scale, scales + bytes(g * width));
    }
    for (let c = 0; c < channels; c += 4) {
      const mean = v128.load(means + bytes(c));
      const scale = v128.load(scales + bytes(c));
      let to = bytes(z + c);
      for (let at = from + bytes(c), end = from + bytes(size); at < end; at += bytes(channels), to += bytes(channels)) {
        storeFirst(to, f32x4.mul(f32x4.sub(v128.load(at), mean), scale), channels - c);
      }
    }
  }
}

export function normaliseDerivative(
  positions: i32,
  channels: i32,
  groups: i32,
  examples: i32,
  z: u32,
  s: u32,
  v: u32,
  out: u32,
): void {
  const width = channels / groups;
  const row = rowBytes(channels);
  const means = scratch;
  const alongs = means + row;
  const scales = alongs + row;
  const size = <u32>(positions * channels);
  const share: f32 = 1 / <f32>(positions * width);
  for (let e = 0; e < examples; e++, z += size, v += size, out += size, s += groups) {
    sumColumns(positions, channels, bytes(v), means);
    spreadMeans(groups, width, share, means);
    sumProducts(positions, channels, bytes(z), bytes(v), alongs);
    spreadMeans(groups, width, share, alongs);
    for (let g = 0; g < groups; g++) fill(width, load<f32>(bytes(s + g)), scales + bytes(g * width));
    for (let c = 0; c < channels; c += 4) {
      const mean = v128.load(means + bytes(c));
      const along = v128.load(alongs + bytes(c));
      const scale = v128.load(scales + bytes(c));
      for (let at = <u32>c; at < size; at += channels) {
        const rest = f32x4.sub(v128.load(bytes(v + at)), mean);
        const derivative = f32x4.mul(scale, f32x4.sub(rest, f32x4.mul(v128.load(bytes(z + at)), along)));
        storeFirst(bytes(out + at), derivative, channels - c);
      }
    }
  }
}

export function addNormaliseCurvature(
  positions: i32,
  channels: i32,
  groups: i32,
  examples: i32,
  z: u32,
  s: u32,
  dx: u32,
  dz: u32,
  v: u32,
  out: u32,
): void {
  const width = channels / groups;
  const row = rowBytes(channels);
  const means = scratch;
  const alongs = means + row;
  const alongTangents = alongs + row;
  const shrinkings = alongTangents + row;
  const scales = shrinkings + row;
  const size = <u32>(positions * channels);
  const share: f32 = 1 / <f32>(positions * width);
  for (let e = 0; e < examples; e++, z += size, dx += size, dz += size, v += size, out += size, s += groups) {
    sumColumns(positions, channels, bytes(v), means);
    spreadMeans(groups, width, share, means);
    sumProducts(positions, channels, bytes(z), bytes(v), alongs);
    spreadMeans(groups, width, share, alongs);
    sumProducts(positions, channels, bytes(dz), bytes(v), alongTangents);
    spreadMeans(groups, width, share, alongTangents);
    sumProducts(positions, channels, bytes(z), bytes(dx), shrinkings);
    spreadMeans(groups, width, share, shrinkings);
    for (let g = 0; g < groups; g++) fill(width, load<f32>(bytes(s + g)), scales + bytes(g * width));
    for (let c = 0; c < channels; c += 4) {
      const mean = v128.load(means + bytes(c));
      const along = v128.load(alongs + bytes(c));
      const alongTangent = v128.load(alongTangents + bytes(c));
      const scale = v128.load(scales + bytes(c));
      const shrinking = f32x4.mul(scale, v128.load(shrinkings + bytes(c)));
      for (let at = <u32>c; at < size; at += channels) {
        const here = v128.load(bytes(z + at));
        const rest = f32x4.sub(v128.load(bytes(v + at)), mean);
        const derivative = f32x4.sub(rest, f32x4.mul(here, along));
        let change = f32x4.mul(v128.load(bytes(dz + at)), along);
        change = multiplyAdd32(here, alongTangent, change);
        change = f32x4.mul(scale, multiplyAdd32(shrinking, derivative, change));
        storeFirst(bytes(out + at), f32x4.sub(v128.load(bytes(out + at)), change), channels - c);
      }
    }
  }
}

/** Bytes of a row in the scratch: whole vectors. */
// @ts-ignore: decorator
@inline
function rowBytes(channels: i32): usize {
  return bytes((channels + 3) & ~3);
}

/** to = Σ over positions of x, for every channel. */
function sumColumns(positions: i32, channels: i32, x: usize, to: usize): void {
  const row = bytes(channels);
  for (let c: usize = 0; c < row; c += 16) {
    let sum = f32x4.splat(0);
    for (let at = x + c, end = x + <usize>positions * row; at < end; at += row) sum = f32x4.add(sum, v128.load(at));
    v128.store(to + c, sum);
  }
}

/** to = Σ over positions of (x − mean)². */
function sumSquares(positions: i32, channels: i32, x: usize, means: usize, to: usize): void {
  const row = bytes(channels);
  for (let c: usize = 0; c < row; c += 16) {
    const mean = v128.load(means + c);
    let sum = f32x4.splat(0);
    for (let at = x + c, end = x + <usize>positions * row; at < end; at += row) {
      const rest = f32x4.sub(v128.load(at), mean);
      sum = multiplyAdd32(rest, rest, sum);
    }
    v128.store(to + c, sum);
  }
}

/** to = Σ over positions of x·y. */
function sumProducts(positions: i32, channels: i32, x: usize, y: usize, to: usize): void {
  const row = bytes(channels);
  const other = y - x;
  for (let c: usize = 0; c < row; c += 16) {
    let sum = f32x4.splat(0);
    for (let at = x + c, end = x + <usize>positions * row; at < end; at += row) {
      sum = multiplyAdd32(v128.load(at), v128.load(at + other), sum);
    }
    v128.store(to + c, sum);
  }
}

/** Replaces the sums of the channels of every group by `share` of their sum. */
// @ts-ignore: decorator
@inline
function spreadMeans(groups: i32, width: i32, share: f32, sums: usize): void {
  for (let g = 0; g < groups; g++, sums += bytes(width)) {
    let total: f32 = 0;
    let c = 0;
    if (width >= 4) {
      let four = f32x4.splat(0);
      for (; c + 4 <= width; c += 4) four = f32x4.add(four, v128.load(sums + bytes(c)));
      total = laneSum(four);
    }
    for (; c < width; c++) total += load<f32>(sums + bytes(c));
    fill(width, total * share, sums);
  }
}

/** Writes a number `length` times. */
// @ts-ignore: decorator
@inline
function fill(length: i32, value: f32, to: usize): void {
  const four = f32x4.splat(value);
  for (let c = 0; c < length; c += 4) storeFirst(to + bytes(c), four, length - c);
}
