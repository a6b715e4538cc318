// Softmax cross-entropy, its slopes at the logits and their tangents.

import { logOfAtLeastOne } from '../network/logistic';
import { bytes, scratch, storeFirst } from './scratch';
import { dotOfRows, exponentialsOfRow, firstLanes, hidden, rowBytes } from './softmax';

export function softmaxLoss(
  examples: i32,
  classes: i32,
  logits: u32,
  labels: u32,
  weights: u32,
  losses: u32,
  probabilities: u32,
  slopes: u32,
): void {
  const width = rowBytes(classes);
  const row = scratch;
  const none = f32x4.splat(hidden);
  // Sums of four examples are kept until their logarithms can be taken together.
  const sums = row + width + 16;
  for (let e = 0; e < examples; e++, logits += classes, probabilities += classes, slopes += classes) {
    for (let i = 0; i < classes; i += 4) {
      const here = v128.load(bytes(logits + i));
      v128.store(row + bytes(i), classes - i < 4 ? v128.bitselect(here, none, firstLanes(classes - i)) : here);
    }
    const label = <i32>load<f32>(bytes(labels + e));
    const ofLabel = load<f32>(bytes(logits + label));
    const sum = exponentialsOfRow(row, width);
    store<f32>(bytes(losses + e), load<f32>(row + width) - ofLabel);
    store<f32>(sums + bytes(e & 3), sum);
    const inverse = f32x4.splat(1 / sum);
    const weight = f32x4.splat(load<f32>(bytes(weights + e)));
    for (let i = 0; i < classes; i += 4) {
      const p = f32x4.mul(v128.load(row + bytes(i)), inverse);
      storeFirst(bytes(probabilities + i), p, classes - i);
      storeFirst(bytes(slopes + i), f32x4.mul(weight, f32x4.sub(p, isLabel(label, i))), classes - i);
    }
    if ((e & 3) === 3 || e === examples - 1) {
      const first = e & ~3;
      const to = bytes(losses + first);
      storeFirst(to, f32x4.add(v128.load(to), logOfAtLeastOne(v128.load(sums))), e + 1 - first);
    }
  }
}

export function softmaxLossTangent(
  examples: i32,
  classes: i32,
  probabilities: u32,
  labels: u32,
  weights: u32,
  logitTangents: u32,
  weightTangents: u32,
  lossTangents: u32,
  slopeTangents: u32,
): void {
  for (let e = 0; e < examples; e++) {
    const first = <u32>(e * classes);
    const p = bytes(probabilities + first);
    const dz = bytes(logitTangents + first);
    const label = <i32>load<f32>(bytes(labels + e));
    const mean = dotOfRows(classes, p, dz);
    store<f32>(bytes(lossTangents + e), mean - load<f32>(dz + bytes(label)));
    const means = f32x4.splat(mean);
    const weight = f32x4.splat(load<f32>(bytes(weights + e)));
    const weightTangent = f32x4.splat(load<f32>(bytes(weightTangents + e)));
    for (let i = 0; i < classes; i += 4) {
      const probability = v128.load(p + bytes(i));
      const ofLogits = f32x4.mul(f32x4.mul(weight, probability), f32x4.sub(v128.load(dz + bytes(i)), means));
      const ofWeight = f32x4.mul(weightTangent, f32x4.sub(probability, isLabel(label, i)));
      storeFirst(bytes(slopeTangents + first + i), f32x4.add(ofLogits, ofWeight), classes - i);
    }
  }
}

/** 1 in the lane of the label among the classes from `first` on, else 0. */
// @ts-ignore: decorator
@inline
function isLabel(label: i32, first: i32): v128 {
  return v128.and(f32x4.splat(1), i32x4.eq(i32x4.splat(label - first), i32x4(0, 1, 2, 3)));
}
