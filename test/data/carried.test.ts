import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import {
  datasetNames,
  loadDataset,
  readSidecar,
  referenceSplit,
  referenceSplitNames,
  InputError,
  type Dataset,
} from '../../src/index.js';
import { dataPath, verifyFile } from '../../src/data/files.js';
import { temporaryFile } from './helpers.js';

const featuresEncoded: Record<string, number> = { german_credit: 61, penguins: 9, first_names: 240 };

function countOf(dataset: Dataset): Record<string, number> {
  const counts = Object.fromEntries(dataset.classes.map((name) => [name, 0]));
  for (const label of dataset.labels) counts[dataset.classes[label]] += 1;
  return counts;
}

describe('carried data sets', () => {
  for (const name of datasetNames) {
    it(`${name}: files match their checksums; rows, features and classes match the sidecar`, async () => {
      const sidecar = await readSidecar(name);
      for (const { file, sha256 } of 'files' in sidecar ? sidecar.files : [sidecar])
        assert.equal(
          createHash('sha256')
            .update(readFileSync(dataPath(file)))
            .digest('hex'),
          sha256,
        );

      const dataset = await loadDataset(name, { missing: name === 'penguins' ? 'drop' : 'refuse' });
      assert.equal(dataset.name, name);
      assert.deepEqual(dataset.classes, sidecar.classes);
      assert.equal(dataset.dimension, featuresEncoded[name] ?? sidecar.features);
      if (name === 'penguins') {
        assert.equal(dataset.size, 333, 'the 333 complete penguins');
        return;
      }
      assert.equal(dataset.size, sidecar.rows);
      assert.deepEqual(countOf(dataset), sidecar.classCounts);
    });
  }

  it('holds no file that no sidecar describes', async () => {
    const described = (
      await Promise.all(
        datasetNames.map(async (name) => {
          const sidecar = await readSidecar(name);
          return [`${name}.json`, ...('files' in sidecar ? sidecar.files : [sidecar]).map(({ file }) => file)];
        }),
      )
    ).flat();
    const present = readdirSync(dataPath('')).filter(
      (file) => !['splits', 'README.md', '.gitattributes', 'spam_assassin.json'].includes(file),
    );
    assert.deepEqual(present.sort(), described.sort());
    assert.deepEqual(readdirSync(dataPath('splits')).sort(), referenceSplitNames.map((name) => `${name}.json`).sort());
  });

  it('reads values, categories, pixels and text as documented', async () => {
    const iris = await loadDataset('iris');
    assert.deepEqual(Array.from(iris.features.subarray(0, 4)), [5.1, 3.5, 1.4, 0.2]);
    const credit = await loadDataset('german_credit');
    const firstRow = credit.featureNames.filter((_, k) => credit.features[k] === 1);
    assert.ok(firstRow.includes('checking_status=<0') && firstRow.includes('purpose=radio/tv'));
    for (let i = 0; i < credit.size; i++) {
      const housing = credit.featureNames.flatMap((feature, k) =>
        feature.startsWith('housing=') ? [credit.features[i * credit.dimension + k]] : [],
      );
      assert.equal(housing.length, 3);
      assert.equal(
        housing.reduce((a, b) => a + b),
        1,
      );
    }
    const fashion = await loadDataset('fashion_t2k');
    assert.equal(Math.max(...fashion.features.subarray(0, 784 * 10)), 255);
    assert.equal(fashion.classes[fashion.labels[0]], 'Ankle boot', 'first image of the official test set');
    const names = await loadDataset('first_names');
    const shown = names.featureNames.filter((_, k) => names.features[k] === 1).sort();
    // Aaren = ^aaren$; pairs that fewer than 50 names have ("aa") are left out.
    assert.deepEqual(shown, ['a', 'ar', 'e', 'en', 'n', 'n$', 'r', 're', '^a'].sort());
  });

  it('refuses missing values unless told what to do', async () => {
    await assert.rejects(loadDataset('penguins'), {
      name: 'InputError',
      message:
        'Line 5 of penguins.csv has no value in column bill_length_mm; fill it in, or leave out rows with missing ' +
        "values with missing: 'drop'.",
    });
  });

  it('names the sets there are when asked for another', async () => {
    await assert.rejects(
      loadDataset('irsi' as 'iris'),
      /^InputError: There is no data set "irsi"; choose one of iris, /,
    );
  });

  it('refuses a damaged file, and hashes an intact one only once', async () => {
    const good = temporaryFile('good.csv', 'a,b\n1,2\n');
    const hash = createHash('sha256').update('a,b\n1,2\n').digest('hex');
    await verifyFile(good, hash);
    temporaryFile('good.csv', 'changed');
    await verifyFile(good, hash);
    const bad = temporaryFile('bad.csv', 'a,b\n1,3\n');
    await assert.rejects(verifyFile(bad, hash), (error: unknown) => {
      assert.ok(error instanceof InputError);
      assert.match(
        error.message,
        /^bad\.csv is damaged or was changed \(SHA-256 [0-9a-f]{12}… instead of [0-9a-f]{12}…\)/,
      );
      return true;
    });
  });
});

describe('reference splits', () => {
  const expected: Record<string, [number, number, string[]]> = {
    iris_authors: [67, 33, ['setosa', 'versicolor']],
    iris_1_2: [67, 33, ['versicolor', 'virginica']],
    breast_cancer_300: [300, 269, ['benign', 'malignant']],
    spambase_300: [300, 1000, ['nonspam', 'spam']],
    spambase_1000: [1000, 1000, ['nonspam', 'spam']],
    digits_500: [500, 1000, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']],
    iris_3: [100, 50, ['setosa', 'versicolor', 'virginica']],
    german_credit_300: [300, 700, ['bad', 'good']],
    fashion_2000: [
      2000,
      2000,
      [
        ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
        ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
      ],
    ],
  };
  for (const name of referenceSplitNames) {
    it(`${name}: recorded sizes and classes, disjoint, points where the rows say`, async () => {
      const { train, test, trainRows, testRows, madeBy } = await referenceSplit(name);
      const [trainSize, testSize, classes] = expected[name];
      assert.deepEqual([train.size, test.size, [...train.classes]], [trainSize, testSize, classes]);
      assert.deepEqual(test.classes, train.classes);
      assert.equal(new Set([...trainRows, ...testRows]).size, trainSize + testSize);
      assert.match(madeBy, /random_state=33/);

      const whole = await loadDataset(train.name as 'iris');
      for (const [part, rows] of [
        [train, trainRows],
        [test, testRows],
      ] as const)
        rows.forEach((row, i) => {
          const d = whole.dimension;
          assert.deepEqual(part.features.subarray(i * d, (i + 1) * d), whole.features.subarray(row * d, (row + 1) * d));
          assert.equal(part.classes[part.labels[i]], whole.classes[whole.labels[row]]);
        });
    });
  }

  it('iris_authors is the split of the published code, which is not stratified', async () => {
    const { train, trainRows } = await referenceSplit('iris_authors');
    assert.deepEqual(Array.from(trainRows.slice(0, 6)), [69, 37, 76, 13, 64, 0]);
    assert.deepEqual(countOf(train), { setosa: 36, versicolor: 31 });
  });

  it('stratified ones keep the proportions to within a point', async () => {
    const { train } = await referenceSplit('breast_cancer_300');
    assert.deepEqual(countOf(train), { benign: 188, malignant: 112 });
    const { train: credit } = await referenceSplit('german_credit_300');
    assert.deepEqual(countOf(credit), { bad: 90, good: 210 });
    const { train: images, test } = await referenceSplit('fashion_2000');
    const [ofTrain, ofTest] = [countOf(images), countOf(test)];
    for (const name of images.classes) assert.ok(Math.abs(ofTrain[name] - ofTest[name]) <= 1, name);
  });

  it('refuses an unknown name', async () => {
    await assert.rejects(
      referenceSplit('iris' as 'iris_1_2'),
      /There is no reference split "iris"; choose one of iris_auth/,
    );
  });
});
