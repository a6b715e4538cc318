import type { Dataset } from '../../../../src/data/dataset.js';
import type { NetworkShape } from '../../../../src/prediction/modelpred/network/network-shape.js';
import { encodePoints } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import { type ArchitectureSettings, authorsArchitecture } from '../../../../src/prediction/modelpred/settings.js';

/** The network over a pool's labelled points. */
export function networkShape(
  pool: Dataset,
  outputs: number,
  architecture: ArchitectureSettings = authorsArchitecture,
  stepInputs?: number,
): NetworkShape {
  return { architecture, inputs: encodePoints(pool).length / pool.size, outputs, stepInputs };
}
