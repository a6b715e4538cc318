import { createHash } from 'node:crypto';
import type { Dataset } from './dataset.js';

/**
 * SHA-256 over shape, class names, features and labels: equal exactly when a learner sees the same points in the same
 * order. The names of the data set and of its features do not enter. Features are hashed as little-endian float64.
 */
export function datasetHash({ size, dimension, classes, features, labels }: Dataset): string {
  return createHash('sha256')
    .update(JSON.stringify({ size, dimension, classes }))
    .update(new Uint8Array(features.buffer, features.byteOffset, features.byteLength))
    .update(labels)
    .digest('hex');
}
