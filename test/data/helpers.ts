import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Dataset } from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'modelpred-data-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Writes a file that lives as long as the test run, and returns its path. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Small data sets of 2 to 4 classes, each with at least `perClass` points, in any order. */
export function anyDataset({
  perClass = 1,
  values = fc.double({ min: -1e3, max: 1e3, noNaN: true }),
} = {}): fc.Arbitrary<Dataset> {
  return fc
    .record({ classes: fc.integer({ min: 2, max: 4 }), dimension: fc.integer({ min: 1, max: 4 }), extra: fc.nat(20) })
    .chain(({ classes, dimension, extra }) => {
      const size = classes * perClass + extra;
      return fc
        .record({
          features: fc.array(values, { minLength: size * dimension, maxLength: size * dimension }),
          labels: fc.array(fc.nat(classes - 1), { minLength: extra, maxLength: extra }).chain((more) =>
            fc.shuffledSubarray([...Array.from({ length: classes * perClass }, (_, i) => i % classes), ...more], {
              minLength: size,
            }),
          ),
        })
        .map(({ features, labels }): Dataset => ({
          name: 'any',
          size,
          dimension,
          features: Float64Array.from(features),
          labels: Uint8Array.from(labels),
          classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
          featureNames: Array.from({ length: dimension }, (_, k) => `feature ${k}`),
        }));
    });
}
