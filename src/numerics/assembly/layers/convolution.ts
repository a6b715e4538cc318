// Convolutions of images with channels last, without a matrix of patches: a row of a window is a run of neighbouring numbers, so
// a convolution is the product of matrices whose inner index runs over the window's rows in segments (`block.ts`). Images are
// copied one at a time into a frame of zeros in the scratch, where windows need padding.

import { columnsBlock, rowsBlock } from './block';
import { copyCorner, packColumns, packRows } from './product';
import { bytes, clear, scratch } from './scratch';

/** Columns of a panel of filters, as many as a block has. */
const panelColumns: i32 = 8;
/** The scratch begins with a tile of sums; then packed filters and the frame follow. */
const tileBytes: usize = 128;
/** Blocks may read so far beyond an image. */
const slackBytes: usize = 64;

export function convolve(
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  stride: i32,
  paddingTop: i32,
  paddingLeft: i32,
  outHeight: i32,
  outWidth: i32,
  examples: i32,
  filters: i32,
  x: u32,
  w: u32,
  y: u32,
  accumulate: i32,
): void {
  const length = windowWidth * channels;
  const filterSize = windowHeight * length;
  const panelBytes = (<usize>filterSize) << 5;
  const panels = scratch + tileBytes;
  let frame = panels;
  for (let j = 0; j < filters; j += panelColumns, frame += panelBytes) {
    const from = bytes(w + j * filterSize);
    packRows(filterSize, from, bytes(filterSize), min(panelColumns, filters - j), frame);
  }
  const frameHeight = (outHeight - 1) * stride + windowHeight;
  const frameWidth = (outWidth - 1) * stride + windowWidth;
  const framed = needsFrame(height, width, frameHeight, frameWidth, paddingTop, paddingLeft);
  const row = bytes((framed ? frameWidth : width) * channels);
  if (framed) clear(frame, <usize>frameHeight * row + slackBytes);
  const pixel = bytes(stride * channels);
  for (let e = 0; e < examples; e++) {
    const image = bytes(x + e * height * width * channels);
    if (framed) copyIntoFrame(image, height, width, channels, frame, frameHeight, frameWidth, paddingTop, paddingLeft);
    windows(
      outHeight,
      outWidth,
      framed ? frame : image,
      <usize>stride * row,
      pixel,
      windowHeight,
      length,
      row,
      panels,
      panelBytes,
      bytes(y + e * outHeight * outWidth * filters),
      bytes(outWidth * filters),
      bytes(filters),
      filters,
      accumulate,
    );
  }
}

/**
 * The transpose: an image's pixel gets slopes from the windows that it is in. Pixels whose row and column leave the same rest
 * when divided by the stride see the same part of the filters, so each such phase is a convolution of stride 1 of the slopes
 * with that part, turned around.
 */
export function convolveBack(
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  stride: i32,
  paddingTop: i32,
  paddingLeft: i32,
  outHeight: i32,
  outWidth: i32,
  examples: i32,
  filters: i32,
  y: u32,
  w: u32,
  x: u32,
  accumulate: i32,
): void {
  const size = <u32>(height * width * channels);
  // Pixels between windows get nothing.
  if (!accumulate && stride > min(windowHeight, windowWidth)) {
    clear(bytes(x), bytes(size * examples));
    accumulate = 1;
  }
  const panelsLength = <usize>((channels + 7) >> 3) << 5;
  const panels = scratch + tileBytes;
  const frame = panels + <usize>(windowHeight * windowWidth * filters) * panelsLength;
  // Rows of slopes above the first one, and as many as the last pixel needs.
  const above = (windowHeight + stride - 1) / stride - 1;
  const before = (windowWidth + stride - 1) / stride - 1;
  const frameHeight = above + max(outHeight, (height - 1 + paddingTop) / stride + 1);
  const frameWidth = before + max(outWidth, (width - 1 + paddingLeft) / stride + 1);
  const row = bytes(frameWidth * filters);
  clear(frame, <usize>frameHeight * row + slackBytes);
  packTurned(windowHeight, windowWidth, channels, filters, stride, bytes(w), panels);
  for (let e = 0; e < examples; e++, x += size, y += outHeight * outWidth * filters) {
    copyIntoFrame(bytes(y), outHeight, outWidth, filters, frame, frameHeight, frameWidth, above, before);
    let panel = panels;
    for (let r = 0; r < min(stride, windowHeight); r++) {
      const rows = (windowHeight - r + stride - 1) / stride;
      const top = restOf(r - paddingTop, stride);
      for (let s = 0; s < min(stride, windowWidth); s++) {
        const columns = (windowWidth - s + stride - 1) / stride;
        const left = restOf(s - paddingLeft, stride);
        const length = columns * filters;
        const panelBytes = (<usize>(rows * length)) << 5;
        const firstRow = (top + paddingTop - r) / stride + above - (rows - 1);
        const firstColumn = (left + paddingLeft - s) / stride + before - (columns - 1);
        windows(
          (height - top + stride - 1) / stride,
          (width - left + stride - 1) / stride,
          frame + <usize>firstRow * row + bytes(firstColumn * filters),
          row,
          bytes(filters),
          rows,
          length,
          row,
          panel,
          panelBytes,
          bytes(x + (top * width + left) * channels),
          bytes(stride * width * channels),
          bytes(stride * channels),
          channels,
          accumulate,
        );
        panel += <usize>(rows * length) * panelsLength;
      }
    }
  }
}

/** w = Σ over pixels of slopes times windows. */
export function convolveFilters(
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  stride: i32,
  paddingTop: i32,
  paddingLeft: i32,
  outHeight: i32,
  outWidth: i32,
  examples: i32,
  filters: i32,
  x: u32,
  y: u32,
  w: u32,
  accumulate: i32,
): void {
  const length = windowWidth * channels;
  const filterBytes = bytes(windowHeight * length);
  if (examples === 0 && !accumulate) clear(bytes(w), <usize>filters * filterBytes);
  const frame = scratch + tileBytes;
  const frameHeight = (outHeight - 1) * stride + windowHeight;
  const frameWidth = (outWidth - 1) * stride + windowWidth;
  const framed = needsFrame(height, width, frameHeight, frameWidth, paddingTop, paddingLeft);
  const row = bytes((framed ? frameWidth : width) * channels);
  if (framed) clear(frame, <usize>frameHeight * row + slackBytes);
  const pixel = bytes(stride * channels);
  for (let e = 0; e < examples; e++, accumulate = 1) {
    let image = bytes(x + e * height * width * channels);
    if (framed) {
      copyIntoFrame(image, height, width, channels, frame, frameHeight, frameWidth, paddingTop, paddingLeft);
      image = frame;
    }
    const slopes = bytes(y + e * outHeight * outWidth * filters);
    for (let f = 0; f < filters; f += 4) {
      const rows = min(4, filters - f);
      for (let u = 0; u < windowHeight; u++) {
        for (let j = 0; j < length; j += panelColumns) {
          const columns = min(panelColumns, length - j);
          const from = image + <usize>u * row + bytes(j);
          const to = bytes(w + f * windowHeight * length + u * length + j);
          const inTile = columns < panelColumns;
          if (inTile && accumulate) copyCorner(rows, columns, to, filterBytes, scratch, 32);
          columnsBlock(
            outHeight,
            outWidth,
            slopes + bytes(f),
            bytes(filters),
            <usize>stride * row,
            from,
            pixel,
            inTile ? scratch : to,
            inTile || rows < 2 ? scratch + 32 : to + filterBytes,
            inTile || rows < 3 ? scratch + 64 : to + (filterBytes << 1),
            inTile || rows < 4 ? scratch + 96 : to + filterBytes * 3,
            accumulate,
          );
          if (inTile) copyCorner(rows, columns, scratch, 32, to, filterBytes);
        }
      }
    }
  }
}

/**
 * Outputs of `rows×columns` windows, eight filters and four windows at a time: windows begin `rowStep` and `pixelStep` bytes
 * apart and have `segments` segments of `length` numbers; outputs of a window are `outputs` neighbouring numbers.
 */
function windows(
  rows: i32,
  columns: i32,
  from: usize,
  rowStep: usize,
  pixelStep: usize,
  segments: i32,
  length: i32,
  segmentStep: usize,
  panels: usize,
  panelBytes: usize,
  to: usize,
  toRowStep: usize,
  toPixelStep: usize,
  outputs: i32,
  accumulate: i32,
): void {
  const count = rows * columns;
  let column = 0;
  let a = from;
  let o = to;
  for (let first = 0; first < count; first += 4) {
    const a0 = a;
    const o0 = o;
    let a1 = a;
    let o1: usize = 0;
    let a2 = a;
    let o2: usize = 0;
    let a3 = a;
    let o3: usize = 0;
    const here = min(4, count - first);
    for (let i = 0; i < here; i++) {
      if (i === 1) {
        a1 = a;
        o1 = o;
      } else if (i === 2) {
        a2 = a;
        o2 = o;
      } else if (i === 3) {
        a3 = a;
        o3 = o;
      }
      a += pixelStep;
      o += toPixelStep;
      if (++column === columns) {
        column = 0;
        from += rowStep;
        to += toRowStep;
        a = from;
        o = to;
      }
    }
    let panel = panels;
    for (let j = 0; j < outputs; j += panelColumns, panel += panelBytes) {
      const at = bytes(j);
      const wide = min(panelColumns, outputs - j);
      const t1 = o1 === 0 ? scratch + 32 : o1 + at;
      const t2 = o2 === 0 ? scratch + 64 : o2 + at;
      const t3 = o3 === 0 ? scratch + 96 : o3 + at;
      if (wide === panelColumns) {
        rowsBlock(segments, length, segmentStep, a0, a1, a2, a3, panel, 32, o0 + at, t1, t2, t3, accumulate);
        continue;
      }
      if (accumulate) {
        copyCorner(1, wide, o0 + at, 0, scratch, 0);
        if (here > 1) copyCorner(1, wide, t1, 0, scratch + 32, 0);
        if (here > 2) copyCorner(1, wide, t2, 0, scratch + 64, 0);
        if (here > 3) copyCorner(1, wide, t3, 0, scratch + 96, 0);
      }
      rowsBlock(
        segments,
        length,
        segmentStep,
        a0,
        a1,
        a2,
        a3,
        panel,
        32,
        scratch,
        scratch + 32,
        scratch + 64,
        scratch + 96,
        accumulate,
      );
      copyCorner(1, wide, scratch, 0, o0 + at, 0);
      if (here > 1) copyCorner(1, wide, scratch + 32, 0, t1, 0);
      if (here > 2) copyCorner(1, wide, scratch + 64, 0, t2, 0);
      if (here > 3) copyCorner(1, wide, scratch + 96, 0, t3, 0);
    }
  }
}

/** The filters as {@link convolveBack} reads them: phase by phase, eight channels at a time, windows turned around. */
function packTurned(
  windowHeight: i32,
  windowWidth: i32,
  channels: i32,
  filters: i32,
  stride: i32,
  w: usize,
  panel: usize,
): void {
  const filterBytes = bytes(windowHeight * windowWidth * channels);
  const panelRows = (<usize>filters) << 5;
  for (let r = 0; r < min(stride, windowHeight); r++) {
    for (let s = 0; s < min(stride, windowWidth); s++) {
      for (let j = 0; j < channels; j += panelColumns) {
        const columns = min(panelColumns, channels - j);
        for (let u = lastOf(r, stride, windowHeight); u >= 0; u -= stride) {
          for (let v = lastOf(s, stride, windowWidth); v >= 0; v -= stride, panel += panelRows) {
            const from = w + bytes((u * windowWidth + v) * channels + j);
            packColumns(filters, from, filterBytes, columns, panel);
          }
        }
      }
    }
  }
}

/** The largest number below `end` that is `first` plus a multiple of `stride`. */
// @ts-ignore: decorator
@inline
function lastOf(first: i32, stride: i32, end: i32): i32 {
  return first + (end - 1 - first) / stride * stride;
}

/** The rest of a number, which may be negative, when divided by the stride. */
// @ts-ignore: decorator
@inline
function restOf(value: i32, stride: i32): i32 {
  const rest = value % stride;
  return rest < 0 ? rest + stride : rest;
}

// @ts-ignore: decorator
@inline
function needsFrame(
  height: i32,
  width: i32,
  frameHeight: i32,
  frameWidth: i32,
  paddingTop: i32,
  paddingLeft: i32,
): bool {
  return paddingTop > 0 || paddingLeft > 0 || frameHeight > height || frameWidth > width;
}

/** Copies what of an image lies in the frame to its place there. */
function copyIntoFrame(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  frame: usize,
  frameHeight: i32,
  frameWidth: i32,
  top: i32,
  left: i32,
): void {
  const from = bytes(width * channels);
  const to = bytes(frameWidth * channels);
  const whole = bytes(min(width, frameWidth - left) * channels);
  let out = frame + <usize>top * to + bytes(left * channels);
  for (let i = 0; i < min(height, frameHeight - top); i++, image += from, out += to) {
    let at: usize = 0;
    for (; at + 16 <= whole; at += 16) v128.store(out + at, v128.load(image + at));
    for (; at < whole; at += 4) store<f32>(out + at, load<f32>(image + at));
  }
}
