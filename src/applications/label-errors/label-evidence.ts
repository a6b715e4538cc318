import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { forEachRowDistances, smallest } from './nearest-rows.js';

/** What speaks against a label. */
export interface LabelEvidence {
  /** Models that were not trained on the row: how many there are, and how many of them find another class the most probable one. */
  readonly models: number;
  readonly disagreeing: number;
  /** How many of the row's nearest rows there are, and how many of them have another label. */
  readonly neighbours: number;
  readonly contradicting: number;
  /** The nearest rows that have the suggested label, nearest first, at most three, and their distances in the models' features. */
  readonly nearestContradicting: readonly { readonly row: number; readonly distance: number }[];
}

const shownRows = 3;

/** The evidence against the labels of some rows, one entry per row. */
export async function labelEvidence(
  options: {
    readonly pool: Dataset;
    readonly rows: readonly number[];
    /** `N` class indices that would be right instead. */
    readonly suggested: Uint8Array;
    readonly disagreeing: Uint32Array;
    readonly models: Uint32Array;
    /** Nearest rows to look at. */
    readonly neighbours: number;
  } & RunControl,
): Promise<LabelEvidence[]> {
  const { pool, rows, suggested, disagreeing, models, neighbours, signal, onProgress } = options;
  const { labels } = pool;
  const evidence: LabelEvidence[] = [];
  await forEachRowDistances(
    pool,
    rows,
    (position, distances) => {
      const row = rows[position];
      const nearest = smallest(distances, neighbours, (other) => other !== row);
      evidence.push({
        models: models[row],
        disagreeing: disagreeing[row],
        neighbours: nearest.length,
        contradicting: nearest.filter((other) => labels[other] !== labels[row]).length,
        nearestContradicting: smallest(distances, shownRows, (other) => labels[other] === suggested[row]).map(
          (other) => ({ row: other, distance: Math.sqrt(distances[other]) }),
        ),
      });
    },
    { label: 'looking at the nearest rows', signal, onProgress },
  );
  return evidence;
}
