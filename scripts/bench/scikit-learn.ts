import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Dataset } from '../../src/data/dataset.js';
import type { Subsets } from '../../src/subsets/subsets.js';

export interface PeerProblem {
  readonly name: string;
  readonly pool: Dataset;
  readonly subsets: Subsets;
}

export interface PeerAnswer {
  /** CPU time per model; null if no setting of the solver reaches the tolerance. */
  readonly milliseconds: number | null;
  /** Largest max|∇|/(C·n) of the models. */
  readonly residual: number;
}

/** scikit-learn in one Python process with one thread. */
export interface Peer {
  retrain(problem: string, solver: string, tolerance: number): Promise<PeerAnswer>;
  close(): void;
}

const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** Starts the peer, or returns undefined if this Python cannot import scikit-learn. */
export function startPeer(python: string, problems: readonly PeerProblem[]): Peer | undefined {
  if (spawnSync(python, ['-c', 'import sklearn']).status !== 0) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'modelpred-bench-'));
  const file = path.join(folder, 'problems.json');
  const stored = problems.map(({ name, pool, subsets }) => [
    name,
    { features: [...pool.features], labels: [...pool.labels], subsets: membersOf(subsets) },
  ]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(stored)));
  const script = path.join('scripts', 'bench', 'peer.py');
  const child = spawn(python, [script, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...oneThread },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async retrain(problem, solver, tolerance) {
      child.stdin.write(`${JSON.stringify({ problem, solver, tolerance })}\n`);
      const line = await lines.next();
      if (line.done) throw new Error('The Python process ended early; its message is above.');
      return JSON.parse(line.value) as PeerAnswer;
    },
    close() {
      child.stdin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function membersOf({ count, poolSize, weights }: Subsets): number[][] {
  return Array.from({ length: count }, (_, b) =>
    Array.from({ length: poolSize }, (_, i) => i).filter((i) => weights[b * poolSize + i] > 0),
  );
}
