import assert from 'node:assert/strict';
import {
  applyPrincipalComponents,
  concatenate,
  divideBy,
  fitPrincipalComponents,
  fitScaling,
  loadDataset,
  loadMnist,
  loadSpamAssassin,
  log1p,
  takeRows,
  validateDataset,
  type Dataset,
} from '../../src/index.js';
import { readFileSync } from 'node:fs';
import { dataPath } from '../../src/data/files.js';
import { mailBody } from '../../src/data/mail-body.js';
import { characterTokens, tokenRows, wordPieceTokens } from '../../src/data/tokens.js';

/** The text that a row of tokens stands for. */
function textOf({ features, dimension, input }: Dataset, row: number): string {
  assert.ok(input?.kind === 'sequence');
  const { vocabulary } = input;
  return Array.from(
    features.subarray(row * dimension, (row + 1) * dimension),
    (token) => vocabulary[token] ?? '.',
  ).join('');
}

describe('images', () => {
  it('say their shape, and a selection of their rows too; principal components are no image', async () => {
    const digits = await loadDataset('digits');
    assert.deepEqual(digits.input, { kind: 'image', height: 8, width: 8, channels: 1 });
    const fashion = takeRows(await loadDataset('fashion_t2k'), [3, 5]);
    assert.deepEqual(fashion.input, { kind: 'image', height: 28, width: 28, channels: 1 });
    assert.deepEqual((await loadMnist({ perClass: 1 })).input, fashion.input);
    const components = applyPrincipalComponents(fitPrincipalComponents(digits, 3), digits);
    assert.equal(components.input, undefined);
    assert.equal((await loadDataset('iris')).input, undefined);
  });
});

describe('sequences of tokens', () => {
  it('first names as letters spell the names, in lower case and padded', async () => {
    const names = await loadDataset('first_names', { text: 'letters' });
    assert.ok(names.input?.kind === 'sequence');
    assert.equal(names.input.vocabulary.length, 27);
    const lines = readFileSync(dataPath('first_names.csv'), 'utf8').trim().split('\n').slice(1);
    for (const [row, line] of lines.entries()) {
      const name = line.split(',')[0].toLowerCase();
      assert.equal(textOf(names, row), name + '.'.repeat(16 - name.length));
    }
    await assert.rejects(loadDataset('first_names', { text: 'words' as 'letters' }), {
      message: 'Text cannot become "words"; choose ngrams or letters.',
    });
  });

  it('are refused where features are quantities, and joined only to others of the same vocabulary', async () => {
    const names = await loadDataset('first_names', { text: 'letters' });
    for (const use of [
      () => fitScaling(names, 'standardise'),
      () => log1p(names),
      () => divideBy(names, 2),
      () => fitPrincipalComponents(names, 2),
    ])
      assert.throws(use, /first_names: its features are numbers of tokens; embed them in a network\.$/);
    assert.ok(names.input?.kind === 'sequence');
    const other = { ...names, input: { ...names.input, vocabulary: names.input.vocabulary.toReversed() } };
    assert.throws(() => concatenate(names, other), /shapes or vocabularies/);
  });

  it('must be numbers of the vocabulary with padding at the end', () => {
    const sequence = (features: number[], length = 2): Dataset => ({
      name: 's',
      size: 1,
      dimension: 2,
      features: Float64Array.from(features),
      labels: Uint8Array.of(0),
      classes: ['a', 'b'],
      featureNames: ['token 1', 'token 2'],
      input: { kind: 'sequence', length, vocabulary: ['x'] },
    });
    assert.ok(validateDataset(sequence([0, -1])));
    const cases: [Dataset, RegExp][] = [
      [sequence([0, 1]), /has the token 1 at row 0, token 2; tokens are numbers 0 to 0, and -1 for padding\.$/],
      [sequence([0, 0.5]), /has the token 0\.5/],
      [sequence([-1, 0]), /has an empty sequence at row 0, token 1/],
      [sequence([0, -1], 3), /has 2 features; sequences of 3 tokens need 3/],
      [{ ...sequence([0, -1]), input: { kind: 'image', height: 2, width: 2, channels: 1 } }, /images of 2×2×1 need 4/],
    ];
    for (const [dataset, message] of cases) assert.throws(() => validateDataset(dataset), message);
  });
});

describe('word pieces', () => {
  const texts = ['walk talking [url]', 'walk walking !', 'walk singing', 'baking !'];

  it('are characters, the most widespread words, and endings of the others', () => {
    const { vocabulary, encode } = wordPieceTokens(texts, { size: 25, minimumTexts: 2 });
    assert.equal(vocabulary[0], '[unknown]');
    assert.ok(vocabulary.includes('walk') && vocabulary.includes('##ing') && !vocabulary.includes('[url]'));
    const read = (text: string, most = 99): string =>
      encode(text, most)
        .map((token) => vocabulary[token])
        .join(' ');
    assert.equal(read('walk  walking'), 'walk walk ##ing');
    assert.equal(read('lag [url] !'), 'l ##a ##g [unknown] !');
    assert.equal(read('zing'), '[unknown] ##ing');
    assert.equal(read('walking walk', 2), 'walk ##ing');
  });

  it('need room for single characters; characters outside a vocabulary are refused or unknown', () => {
    assert.throws(
      () => wordPieceTokens(texts, { size: 9, minimumTexts: 2 }),
      /A vocabulary of 9 word pieces is too small/,
    );
    assert.throws(() => characterTokens(['a'], { unknown: false }).encode('ab', 9), /The character "b" of "ab"/);
    assert.deepEqual([...tokenRows(['ab', 'aaaa'], characterTokens(['a'], { unknown: true }), 3)], [1, 0, -1, 1, 1, 1]);
  });
});

describe('mailBody', () => {
  it('leaves out headers and markup, undoes encodings, and names addresses, links and numbers', () => {
    const plain =
      'Subject: nothing\nX-Spam: yes\n\nHi you,\nwrite to me@example.org or http://example.org/a?b now: 1,234.50!\n';
    assert.equal(mailBody(plain), 'hi you , write to [address] or [url] now : [number] !');
    const html =
      'Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<b>caf=\n=65</b><style>x{}</style> a&amp;b';
    assert.equal(mailBody(html), 'cafe a & b');
    const parts = [
      'Content-Type: multipart/mixed;\n boundary="cut"\n\nprologue\n--cut\n\nfirst\n--cut',
      `Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${Buffer.from('second').toString('base64')}\n--cut`,
      'Content-Type: image/png\n\nsecret\n--cut--\nepilogue',
    ].join('\n');
    assert.equal(mailBody(parts), 'first second');
    assert.equal(mailBody('Subject: headers only'), '');
  });
});

describe('loadSpamAssassin', () => {
  it('reads as many mails of each class as its description says, none twice, and says how far it is', async function () {
    this.timeout(60_000);
    const steps: number[] = [];
    const mails = await loadSpamAssassin({ length: 64, control: { onProgress: ({ done }) => steps.push(done) } });
    const sidecar = JSON.parse(readFileSync(dataPath('spam_assassin.json'), 'utf8')) as Record<string, unknown>;
    const spam = mails.labels.reduce((sum, label) => sum + label, 0);
    assert.deepEqual({ ham: mails.size - spam, spam }, sidecar.classCounts);
    assert.equal(mails.size, sidecar.rows);
    assert.equal(mails.dimension, 64);
    assert.equal(steps.at(-1), sidecar.mails);
    assert.ok(mails.input?.kind === 'sequence' && mails.input.vocabulary.length === 2000);
  });

  it('refuses lengths and tokens without meaning, and stops on request', async () => {
    await assert.rejects(loadSpamAssassin({ length: 0 }), /Mails of 0 tokens/);
    await assert.rejects(loadSpamAssassin({ tokens: 'words' as 'pieces' }), /choose pieces or characters/);
    await assert.rejects(loadSpamAssassin({ control: { signal: AbortSignal.abort() } }), { name: 'InterruptedError' });
  });
});
