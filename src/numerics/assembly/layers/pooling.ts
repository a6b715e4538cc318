// Windows of images with channels last, four channels at a time.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { bytes, storeFirst } from './scratch';

export function maximumPool(
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
  x: u32,
  y: u32,
  indices: u32,
): void {
  const size = <u32>(height * width * channels);
  for (let e = 0; e < examples; e++, x += size) {
    for (let i = 0; i < outHeight; i++) {
      const top = max(0, i * stride - paddingTop);
      const bottom = min(height, i * stride - paddingTop + windowHeight);
      for (let j = 0; j < outWidth; j++, y += channels, indices += channels) {
        const left = max(0, j * stride - paddingLeft);
        const right = min(width, j * stride - paddingLeft + windowWidth);
        for (let c = 0; c < channels; c += 4) {
          let most = f32x4.splat(-Infinity);
          let place = f32x4.splat(0);
          for (let u = top; u < bottom; u++) {
            for (let v = left; v < right; v++) {
              const pixel = (u * width + v) * channels + c;
              const value = v128.load(bytes(x + pixel));
              const above = f32x4.gt(value, most);
              most = v128.bitselect(value, most, above);
              place = v128.bitselect(f32x4.splat(<f32>pixel), place, above);
            }
          }
          storeFirst(bytes(y + c), most, channels - c);
          storeFirst(bytes(indices + c), f32x4.add(place, f32x4(0, 1, 2, 3)), channels - c);
        }
      }
    }
  }
}

export function takeAt(examples: i32, inner: i32, outer: i32, indices: u32, x: u32, y: u32): void {
  for (let e = 0; e < examples; e++, x += inner, y += outer, indices += outer) {
    for (let j = 0; j < outer; j++) {
      const index = <i32>load<f32>(bytes(indices + j));
      store<f32>(bytes(y + j), load<f32>(bytes(x + index)));
    }
  }
}

export function addAt(examples: i32, inner: i32, outer: i32, indices: u32, y: u32, x: u32): void {
  for (let e = 0; e < examples; e++, x += inner, y += outer, indices += outer) {
    for (let j = 0; j < outer; j++) {
      const to = bytes(x + <i32>load<f32>(bytes(indices + j)));
      store<f32>(to, load<f32>(to) + load<f32>(bytes(y + j)));
    }
  }
}

export function averagePool(
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
  x: u32,
  y: u32,
): void {
  const size = <u32>(height * width * channels);
  for (let e = 0; e < examples; e++, x += size) {
    for (let i = 0; i < outHeight; i++) {
      const top = max(0, i * stride - paddingTop);
      const bottom = min(height, i * stride - paddingTop + windowHeight);
      for (let j = 0; j < outWidth; j++, y += channels) {
        const left = max(0, j * stride - paddingLeft);
        const right = min(width, j * stride - paddingLeft + windowWidth);
        const share = f32x4.splat(1 / <f32>max(1, (bottom - top) * (right - left)));
        for (let c = 0; c < channels; c += 4) {
          let sum = f32x4.splat(0);
          for (let u = top; u < bottom; u++) {
            for (let v = left; v < right; v++) {
              sum = f32x4.add(sum, v128.load(bytes(x + (u * width + v) * channels + c)));
            }
          }
          storeFirst(bytes(y + c), f32x4.mul(sum, share), channels - c);
        }
      }
    }
  }
}

export function averagePoolBack(
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
  y: u32,
  x: u32,
): void {
  const size = <u32>(height * width * channels);
  for (let e = 0; e < examples; e++, x += size) {
    for (let i = 0; i < outHeight; i++) {
      const top = max(0, i * stride - paddingTop);
      const bottom = min(height, i * stride - paddingTop + windowHeight);
      for (let j = 0; j < outWidth; j++, y += channels) {
        const left = max(0, j * stride - paddingLeft);
        const right = min(width, j * stride - paddingLeft + windowWidth);
        const share = f32x4.splat(1 / <f32>max(1, (bottom - top) * (right - left)));
        for (let c = 0; c < channels; c += 4) {
          const slope = v128.load(bytes(y + c));
          for (let u = top; u < bottom; u++) {
            for (let v = left; v < right; v++) {
              const to = bytes(x + (u * width + v) * channels + c);
              storeFirst(to, multiplyAdd32(slope, share, v128.load(to)), channels - c);
            }
          }
        }
      }
    }
  }
}
