import assert from 'node:assert/strict';
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { flipLabels, loadDataset, type Dataset } from '../../src/index.js';
import { inFlags } from '../../src/cli/failure.js';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

describe('the command line', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'modelpred-cli-'));
    const { dataset, flipped } = flipLabels(await loadDataset('iris'), { count: 6, seed: 3 });
    writeFileSync(join(folder, 'iris.csv'), csvOf(dataset));
    writeFileSync(join(folder, 'flipped.json'), JSON.stringify(Array.from(flipped)));
    // The example's file.
    writeFileSync(join(folder, 'loans.csv'), csvOf(dataset).replace('kind', 'defaulted').replace('id', 'customer'));
    writeFileSync(join(folder, 'empty.csv'), '');
    writeFileSync(join(folder, 'one-class.csv'), 'x,y\n1,a\n2,a\n3,a\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(...args: string[]): SpawnSyncReturns<string> {
    return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  }

  function fails(args: string[], code: number, message: RegExp): void {
    const { status, stderr, stdout } = run(...args);
    assert.equal(status, code, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
    assert.equal(stdout, '');
  }

  it('finds flipped labels and joins them to the lines of the file', () => {
    const { status, stderr, stdout } = run(
      'clean',
      'iris.csv',
      'report.html',
      '--label',
      'kind',
      '--identifier',
      'id',
      '--json',
    );
    assert.equal(status, 0, stderr);
    assert.match(stderr, /iris.csv: 150 rows; CSV, UTF-8, separated by ','/);
    assert.match(stderr, /Estimate: [\d.]+ s, \d+ MB/);
    const metrics = JSON.parse(stdout) as { suspected: number; folder: string; points: number };
    assert.deepEqual([metrics.points, metrics.folder], [150, 'iris-clean']);
    const lines = readFileSync(join(folder, 'iris-clean', 'rows.csv'), 'utf8')
      .trimEnd()
      .split('\n');
    assert.equal(lines[0].split(',').slice(-5).join(), 'line,is_label_issue,label_score,suggested_label,left_out');
    assert.equal(lines.length, 151);
    const suspected = lines.flatMap((line, i) => (line.split(',').at(-4) === 'true' ? [i - 1] : []));
    assert.equal(suspected.length, metrics.suspected);
    const flipped = JSON.parse(readFileSync(join(folder, 'flipped.json'), 'utf8')) as number[];
    assert.ok(
      flipped.filter((row) => suspected.includes(row)).length >= 5,
      `found ${suspected.join()} of ${flipped.join()}`,
    );
    assert.ok(lines.every((line, i) => i === 0 || line.split(',').at(-5) === String(i + 1)));
    const report = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(report, /Suspected labels, worst first/);
    assert.doesNotMatch(report, /https?:\/\//);
    const params = parse(readFileSync(join(folder, 'iris-clean', 'params.yaml'), 'utf8')) as {
      label: string;
      seed: number;
    };
    assert.deepEqual([params.label, params.seed], ['kind', 1]);
  });

  it('repeats a run from its own parameters, to the same bytes', () => {
    const args = ['clean', 'iris.csv', '--config', join('iris-clean', 'params.yaml'), '--output', 'again'];
    const { status, stderr } = run(...args);
    assert.equal(status, 0, stderr);
    const rows = (name: string): string => readFileSync(join(folder, name, 'rows.csv'), 'utf8');
    assert.equal(rows('again'), rows('iris-clean'));
  });

  it('names what is wrong in one sentence, with exit code 2 and nothing written', () => {
    fails(['clean', 'iris.csv', '--labl', 'kind'], 2, /unknown option '--labl'[\s\S]*Did you mean --label/);
    fails(['cleen'], 2, /unknown command 'cleen'/);
    fails(['clean', 'nowhere.csv', '--label', 'y'], 2, /^modelpred: There is no file nowhere.csv/);
    fails(['clean', 'empty.csv', '--label', 'y'], 2, /^modelpred: empty.csv is empty/);
    fails(['clean', 'one-class.csv', '--label', 'y'], 2, /has only the class "a"/);
    fails(['clean', 'iris.csv'], 2, /with --label COLUMN/);
    fails(['clean', 'iris.csv', '--label', 'knd'], 2, /has no column "knd"; choose one of/);
    fails(['clean', 'iris.csv', '--label', 'kind', '--budget', 'soon'], 2, /It must be a time such as 90s/);
    fails(
      ['clean', 'iris.csv', '--label', 'kind', '--memory', '1MB', '--output', 'small'],
      2,
      /more than the 1 MB of --memory/,
    );
    assert.equal(existsSync(join(folder, 'small')), false);
  });

  it('tells of a full disk and a folder that may not be written', function () {
    if (existsSync('/dev/full'))
      fails(['clean', 'iris.csv', '/dev/full', '--label', 'kind'], 2, /The disk is full while writing \/dev\/full/);
    writeFileSync(join(folder, 'occupied'), '');
    fails(['clean', 'iris.csv', '--label', 'kind', '--output', 'occupied'], 2, /a file of that name is in the way/);
    // The superuser may write everywhere.
    if (process.getuid?.() === 0) return;
    mkdirSync(join(folder, 'locked'));
    chmodSync(join(folder, 'locked'), 0o500);
    fails(['clean', 'iris.csv', '--label', 'kind', '--output', join('locked', 'run')], 2, /may not be written/);
  });

  it('stops on Ctrl-C with exit code 1', async () => {
    const rows = Array.from(
      { length: 20_000 },
      (_, i) => `${Math.sin(i)},${Math.cos(i * i)},${(i * 7919) % 13},${'ab'[(i * 31) % 7 < 3 ? 0 : 1]}`,
    );
    writeFileSync(join(folder, 'long.csv'), `x,z,w,y\n${rows.join('\n')}\n`);
    const child = spawn(process.execPath, [program, 'clean', 'long.csv', '--label', 'y'], { cwd: folder });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (said === '') child.kill('SIGINT');
      said += chunk.toString();
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    assert.equal(code, 1, said);
    assert.match(said, /Stopped on request .*Nothing was written; run the same command again/);
    assert.equal(existsSync(join(folder, 'long-clean')), false);
  });

  it('has help with examples that work', () => {
    const help = run('clean', '--help').stdout;
    const examples = help.match(/^ {2}modelpred .*$/gm) ?? [];
    assert.equal(examples.length, 2);
    for (const example of examples) {
      const { status, stderr } = run(...example.trim().split(' ').slice(1));
      assert.equal(status, 0, `${example}\n${stderr}`);
    }
    assert.match(run('--help').stdout, /clean[\s\S]*doctor[\s\S]*completion/);
  });

  it('examines the machine, and completes commands and options', () => {
    const { ok, findings } = JSON.parse(run('doctor', '--json').stdout) as {
      ok: boolean;
      findings: { name: string }[];
    };
    assert.equal(ok, true);
    assert.ok(findings.some(({ name }) => name === 'kernels'));
    const script = run('completion', 'bash').stdout;
    const complete = (words: string): string =>
      spawnSync(
        'bash',
        [
          '-c',
          `${script}\nCOMP_WORDS=(modelpred ${words}); COMP_CWORD=${words.split(' ').length}; _modelpred; echo "\${COMPREPLY[@]}"`,
        ],
        {
          encoding: 'utf8',
        },
      ).stdout.trim();
    assert.equal(complete('cl'), 'clean');
    assert.equal(complete('clean --ident'), '--identifier');
  });

  it('starts in less than 0.4 s of processor time', () => {
    const meter = join(folder, 'meter.cjs');
    writeFileSync(
      meter,
      "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error(user + system); });",
    );
    const runs = [1, 2, 3].map(() =>
      spawnSync(process.execPath, ['--require', meter, program, '--help'], { encoding: 'utf8' }),
    );
    assert.ok(Math.min(...runs.map(({ stderr }) => Number(stderr))) < 400_000, runs.map(({ stderr }) => stderr).join());
  });
});

describe('messages in the words of the command line', () => {
  it('name flags in place of options', () => {
    assert.equal(inFlags("say delimiter: ';'."), "say --delimiter ';'.");
    assert.equal(
      inFlags('leave it out with ignore: [1], keep it with identifier: 1'),
      'leave it out with --ignore 1, keep it with --identifier 1',
    );
    assert.equal(
      inFlags("list it in missingTexts, or missing: 'drop'"),
      "list it in --missing-texts, or --missing 'drop'",
    );
  });
});

function csvOf({ size, dimension, features, featureNames, labels, classes }: Dataset): string {
  const rows = Array.from({ length: size }, (_, i) =>
    [`p${i}`, ...features.subarray(i * dimension, (i + 1) * dimension), classes[labels[i]]].join(),
  );
  return [['id', ...featureNames, 'kind'].join(), ...rows, ''].join('\n');
}
