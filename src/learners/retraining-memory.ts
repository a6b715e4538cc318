import { lbfgsMemory } from '../numerics/lbfgs-rule.js';
import { tileNumbers } from './linear/linear-objective.js';
import { denseParameterLimit } from './linear/size-path.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** What decides how much memory retraining a linear model takes. */
export interface RetrainingShape {
  /** N. */
  readonly points: number;
  /** d. */
  readonly features: number;
  /** Logits per point, m: 1 for two classes, else the number of classes. */
  readonly logits: number;
  /** Subsets, B, all drawn in advance. */
  readonly subsets: number;
  /** Size of the smallest subset: it decides how far down the size path is followed. */
  readonly smallest: number;
}

/** Bytes that a process of Node.js with this library takes before it has any data. */
const processBytes = 150e6;

export interface RetrainingBytesOptions {
  readonly shape: RetrainingShape;
  readonly block: number;
  /** Threads: what is not shared is there once for each. Default: 1. */
  readonly workers?: number;
}

/**
 * Bytes that retraining takes at most when `block` subsets are solved together, with D = d + 1 and p = m·D:
 *
 * | what | bytes |
 * |-|-|
 * | features; design matrix and transpose, here and in WebAssembly's memory | 8·N·(d + 4·D) |
 * | subset weights | B·N |
 * | results, and their copy | 2·8·B·p |
 * | costs of a block | 8·block·N |
 * | iterates and correction pairs of a block | 8·block·p·(2·10 + 12) |
 * | logits and costs of a tile of models | 2·8·(m + 1)·4·N, at least 2¹⁵ numbers |
 * | curvatures of one model | 8·N·(m(m+1)/2 + 2m) |
 * | inverse Hessians of the size path's knots, where p ≤ 2000 | 8·p²·(knots + 3) |
 * | the process itself | 150 MB |
 *
 */
export function retrainingBytes(options: RetrainingBytesOptions): number {
  refuseUnknownOptions(options, ['shape', 'block', 'workers'], 'retrainingBytes');
  const { shape, block, workers = 1 } = options;
  const { points, features, logits, subsets, smallest } = shape;
  const width = features + 1;
  const p = logits * width;
  const knots = Math.ceil(Math.log2(points / smallest)) + 1;
  const shared = 8 * points * features + subsets * points + 2 * 8 * subsets * p;
  const perThread =
    8 * points * 4 * width +
    8 * block * points +
    8 * block * p * (2 * lbfgsMemory + 12) +
    2 * 8 * Math.max(tileNumbers, (logits + 1) * 4 * points) +
    8 * points * ((logits * (logits + 1)) / 2 + 2 * logits) +
    (p <= denseParameterLimit ? 8 * p * p * (knots + 3) : 0);
  return processBytes + shared + workers * perThread;
}

export interface LargestBlockOptions {
  readonly shape: RetrainingShape;
  readonly bytes: number;
  /** Default 1. */
  readonly workers?: number;
}

/**
 * The largest number of subsets, at most 256, that may be solved together within `bytes`; 0 where not even one may.
 */
export function largestBlock(options: LargestBlockOptions): number {
  refuseUnknownOptions(options, ['shape', 'bytes', 'workers'], 'largestBlock');
  const { shape, bytes, workers = 1 } = options;
  const one = retrainingBytes({ shape, block: 1, workers });
  if (one > bytes) return 0;
  const perSubset = retrainingBytes({ shape, block: 2, workers }) - one;
  return Math.min(256, 1 + Math.floor((bytes - one) / perSubset));
}
