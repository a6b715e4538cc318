import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** A Python script that answers one JSON request per line. */
export interface PythonPeer {
  ask<Answer>(request: object): Promise<Answer>;
  close(): void;
}

const folder = path.join('scripts', 'bench');
const environment = '.venv-bench';
const ownPython = path.join(environment, 'bin', 'python');

/** One thread each, and the fastest kernels that the processor has: a forced core type of OpenBLAS would slow the peers. */
function peerEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
  };
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  return env;
}

/**
 * The Python with the peers: the one asked for, else that of the benchmark's own virtual environment, which is made first
 * where `install` asks for it. Undefined where there is none; `say` is then told why.
 */
export function findPython(
  options: { readonly python?: string; readonly install: boolean },
  say: (text: string) => void,
): string | undefined {
  if (options.python !== undefined) return options.python;
  if (options.install && !existsSync(ownPython)) {
    say(`Installing ${readFileSync(path.join(folder, 'requirements.txt'), 'utf8').trim().split('\n').join(', ')}`);
    for (const [program, ...args] of [
      ['python3', '-m', 'venv', environment],
      [ownPython, '-m', 'pip', 'install', '--quiet', '--retries', '1', '-r', path.join(folder, 'requirements.txt')],
    ]) {
      const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      if (status === 0) continue;
      say(`The peers could not be installed (${program} failed), so the benchmark runs without them.`);
      return undefined;
    }
  }
  if (existsSync(ownPython)) return ownPython;
  say('Without Python peers: `npm run bench -- --peers` installs them into .venv-bench, --python PATH uses another.');
  return undefined;
}

/** Starts a script of this folder, or returns undefined if this Python cannot import the module it needs. */
export function startPython(
  python: string,
  needs: string,
  script: string,
  args: readonly string[] = [],
): PythonPeer | undefined {
  const env = peerEnvironment();
  if (spawnSync(python, ['-c', `import ${needs}`], { env }).status !== 0) return undefined;
  const child = spawn(python, [path.join(folder, script), ...args], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<Answer>(request: object): Promise<Answer> {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error('The Python process ended early; its message is above.');
      return JSON.parse(line.value) as Answer;
    },
    close: () => child.stdin.end(),
  };
}
