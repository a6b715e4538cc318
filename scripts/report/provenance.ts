import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { describeBackend } from '../../src/numerics/backend.js';

/** What a run was made of: enough to say why two runs differ. */
export interface Provenance {
  /** When the run began, ISO 8601, UTC. */
  readonly started: string;
  /** Wall time of the whole run. */
  readonly seconds: number;
  /** The tensor backend that notebooks use on this machine, and why this one. */
  readonly backend: string;
  /** Package name → version, Node.js included. */
  readonly versions: Readonly<Record<string, string>>;
  /** Commit of the working tree, with `+ changes` where it differs from that; null outside git. */
  readonly commit: string | null;
  readonly machine: string;
}

const reported = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', 'vega', 'vega-lite'];

/**
 * Describes this run.
 *
 * @param root folder of the project
 */
export async function describeRun(root: string, started: Date): Promise<Provenance> {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as { name: string; version: string };
  const own = read(join(root, 'package.json'));
  const versions = reported.map((name) => [name, read(join(root, 'node_modules', name, 'package.json')).version]);
  return {
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    backend: await describeBackend(),
    versions: {
      [own.name]: own.version,
      node: process.versions.node,
      ...(Object.fromEntries(versions) as Record<string, string>),
    },
    commit: describeCommit(root),
    machine: `${platform()} ${release()} ${arch()}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
  };
}

function describeCommit(root: string): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain') === '' ? commit : `${commit} + changes`;
  } catch {
    return null;
  }
}
