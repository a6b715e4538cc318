import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArguments, parseBytes } from '../../scripts/scale/arguments.js';
import { InputError } from '../../src/errors.js';
import { largestBlock, retrainingBytes } from '../../src/learners/retraining-memory.js';

const main = fileURLToPath(new URL('../../scripts/scale/main.js', import.meta.url));
// Without collecting coverage, which takes memory of its own.
const env = { ...process.env, NODE_V8_COVERAGE: undefined };
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env });

describe('the scale run', function () {
  this.timeout(60_000);

  it('stays within its memory and near its estimate at a small size', () => {
    // Started by a process that takes more than that.
    const ballast = new Float64Array(4e7).fill(1);
    const { status, stdout } = run('--points=6000', '--features=40', '--classes=4', '--subsets=48', '--memory=400MB');
    assert.equal(status, 0);
    const share = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1]);
    const time = share(/: ([\d.]+) of the estimate/);
    // The bound for the full size is a factor of 2; seconds on a busy machine are noisier.
    assert.ok(time > 0.2 && time < 5, stdout);
    assert.ok(share(/: ([\d.]+) of the formula/) <= 1, stdout);
    assert.match(stdout, /Largest residual .*e-7 of 48 models/);
    assert.equal(ballast.at(-1), 1);
  });

  it('refuses too little memory and wrong options in one sentence, with exit code 2', () => {
    for (const [args, message] of [
      [['--memory=10MB'], /^--memory is 0\.01 GB, but one subset at a time takes [\d.]+ GB; allow that much.*\n$/],
      [['--memory=much'], /^--memory is "much"; give a size such as 2GB or 500MB\.\n$/],
      [['--points=3'], /^--points is "3"; give a whole number of at least 20\.\n$/],
      [['--point=3'], /^Unknown option '--point'.*--help lists the options\.\n$/],
    ] as const) {
      const { status, stderr } = run(...args);
      assert.equal(status, 2);
      assert.match(stderr, message);
    }
  });

  it('reads sizes', () => {
    assert.equal(parseBytes('2GB'), 2e9);
    assert.equal(parseBytes('1.5 mb'), 1.5e6);
    assert.equal(parseBytes('1000'), 1000);
    assert.throws(() => parseBytes('-1GB'), InputError);
    assert.equal(parseArguments([]).subsets, 1000);
  });

  it('chooses the largest block that fits', () => {
    const shape = { points: 60_000, features: 128, logits: 10, subsets: 1000, smallest: 6000 };
    const bytes = retrainingBytes({ shape, block: 20 });
    assert.equal(largestBlock({ shape, bytes }), 20);
    assert.equal(largestBlock({ shape, bytes: bytes - 1 }), 19);
    assert.equal(largestBlock({ shape, bytes: 1e12 }), 256);
    assert.equal(largestBlock({ shape, bytes: 1e8 }), 0);
    assert.ok(retrainingBytes({ shape, block: 20, workers: 2 }) > bytes);
  });
});
