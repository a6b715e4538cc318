// Softmax cross-entropy, its slopes at the logits and their tangents.

import { logOfAtLeastOne } from '../network/logistic';
import { bytes, scratch, storeFirst } from './scratch';
import { dotOfRows, exponentialsOfRow, hidden, rowBytes } from './softmax';

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
  for (let e = 0; e < examples; e++, logits += classes, probabilities += classes, slopes += classes) {
    for (let i = 0; i < classes; i += 4) v128.store(row + bytes(i), v128.load(bytes(logits + i)));
    for (let i = bytes(classes); i < width; i += 4) store<f32>(row + i, hidden);
    const label = <i32>load<f32>(bytes(labels + e));
    const ofLabel = load<f32>(row + bytes(label));
    const sum = exponentialsOfRow(row, width);
    const largest = load<f32>(row + width);
    store<f32>(bytes(losses + e), largest - ofLabel + f32x4.extract_lane(logOfAtLeastOne(f32x4.splat(sum)), 0));
    const inverse = f32x4.splat(1 / sum);
    const weight = f32x4.splat(load<f32>(bytes(weights + e)));
    for (let i = 0; i < classes; i += 4) {
      const p = f32x4.mul(v128.load(row + bytes(i)), inverse);
      storeFirst(bytes(probabilities + i), p, classes - i);
      storeFirst(bytes(slopes + i), f32x4.mul(weight, f32x4.sub(p, isLabel(label, i))), classes - i);
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
