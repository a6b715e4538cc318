import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Dataset } from '../../src/data/dataset.js';
import type { Subsets } from '../../src/subsets/subsets.js';
import { startPython } from './python.js';

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

/** A Python process with one thread that retrains the models of some problems. */
export interface Peer {
  retrain(problem: string, solver: string, tolerance: number): Promise<PeerAnswer>;
  close(): void;
}

/** Starts scikit-learn, or returns undefined if this Python cannot import it. */
export function startScikitLearn(python: string, problems: readonly PeerProblem[]): Peer | undefined {
  return startPeer(python, 'sklearn', 'scikit_learn.py', problems);
}

/** Starts the batched solver in PyTorch, or returns undefined if this Python cannot import it. */
export function startTorchSolver(python: string, problems: readonly PeerProblem[]): Peer | undefined {
  return startPeer(python, 'torch', 'torch_peer.py', problems);
}

function startPeer(python: string, needs: string, script: string, problems: readonly PeerProblem[]): Peer | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelpred-bench-'));
  const file = path.join(folder, 'problems.json');
  const stored = problems.map(({ name, pool, subsets }) => [
    name,
    { features: [...pool.features], labels: [...pool.labels], subsets: membersOf(subsets) },
  ]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(stored)));
  const peer = startPython(python, needs, script, [file]);
  if (!peer) rmSync(folder, { recursive: true, force: true });
  return (
    peer && {
      retrain: (problem, solver, tolerance) => peer.ask({ problem, solver, tolerance }),
      close() {
        peer.close();
        rmSync(folder, { recursive: true, force: true });
      },
    }
  );
}

function membersOf({ count, poolSize, weights }: Subsets): number[][] {
  return Array.from({ length: count }, (_, b) =>
    Array.from({ length: poolSize }, (_, i) => i).filter((i) => weights[b * poolSize + i] > 0),
  );
}
