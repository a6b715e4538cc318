import { InputError } from '../../errors.js';
import type { ColumnRoles } from './column-names.js';
import {
  doubtsOfNumbers,
  doubtsOfText,
  inferKind,
  quoteOf,
  textsOf,
  type ColumnKind,
  type ColumnTexts,
} from './infer-column.js';
import { decideNotations } from './notation.js';
import { losesDigits, notations, notationsOf, plainNumber, type NumberNotation } from './numbers.js';
import type { ColumnReading } from './reading.js';
import { resolveSpellings, spellingPolicies } from './spellings.js';
import type { Table } from './text-table.js';
import type { TableDatasetOptions } from './table-dataset-options.js';

/** A column with what it was read as, and what its fields become. */
export interface InferredColumn {
  readonly index: number;
  readonly reading: ColumnReading;
  /** The field as it is encoded: a number as JavaScript writes it, a category by its chosen spelling. */
  readonly rewrite: (text: string) => string;
}

export interface InferredColumns {
  readonly columns: readonly InferredColumn[];
  readonly notices: readonly string[];
}

/** A column, and what the options or its values say it is. */
interface Draft {
  readonly texts: ColumnTexts;
  readonly kind: ColumnKind | { readonly type: 'label' | 'identifier' | 'ignored' };
  /** Whether an option said so. */
  readonly named: boolean;
}

/**
 * Infers what every column is.
 *
 * @throws InputError naming line, column and option wherever the values leave it open.
 */
export function inferColumns(
  table: Table,
  roles: ColumnRoles,
  isMissing: (column: number, text: string) => boolean,
  options: TableDatasetOptions,
): InferredColumns {
  const { spellings = 'same' } = options;
  if (!spellingPolicies.includes(spellings))
    throw new InputError(
      `There is no spellings: "${String(spellings)}"; choose one of ${spellingPolicies.join(', ')}.`,
    );
  const allowed = allowedNotations(options);
  const drafts = table.header.map((_, index) =>
    draftOf(
      textsOf(table, index, (text) => isMissing(index, text)),
      roles,
      allowed,
    ),
  );
  const numbers = drafts.filter(({ kind }) => kind.type === 'number').map(({ texts }) => texts);
  const { notationOf, notices } = decideNotations(table, numbers, allowed);
  const finished = drafts.map((draft) => finish(draft, notationOf(draft.texts.index), options));
  return {
    columns: finished.map(({ column }) => column),
    notices: [...notices, ...finished.flatMap((one) => one.notices)],
  };
}

function allowedNotations({ decimal, thousands }: TableDatasetOptions): readonly NumberNotation[] {
  const allowed = notations.filter(
    (notation) =>
      (decimal === undefined || decimal === notation.decimal) &&
      (thousands === undefined || thousands === notation.thousands),
  );
  if (allowed.length > 0) return allowed;
  throw new InputError(
    `Numbers cannot be read with decimal: "${decimal ?? '.'}" and thousands: "${thousands ?? ''}"; decimal is '.' or ',', thousands '', ',', '.', ' ' or ` +
      'an apostrophe, and not the same.',
  );
}

function draftOf(texts: ColumnTexts, roles: ColumnRoles, allowed: readonly NumberNotation[]): Draft {
  const { index, counts } = texts;
  const named = (kind: Draft['kind']): Draft => ({ texts, kind, named: true });
  if (index === roles.label) return named({ type: 'label' });
  if (index === roles.identifier) return named({ type: 'identifier' });
  if (roles.ignored.has(index)) return named({ type: 'ignored' });
  if (roles.categorical.has(index)) return named({ type: 'text', why: 'named in categorical' });
  if (!roles.numeric.has(index)) return { texts, kind: inferKind(texts, allowed), named: false };
  const other = [...counts.keys()].find((text) => notationsOf(text, allowed).length === 0);
  if (other !== undefined)
    throw new InputError(
      `${quoteOf(texts, other)}, which is not a number; correct it, or list it in missingTexts if it is missing.`,
    );
  return named({ type: 'number' });
}

interface Finished {
  readonly column: InferredColumn;
  readonly notices: readonly string[];
}

function finish({ texts, kind, named }: Draft, notation: NumberNotation, options: TableDatasetOptions): Finished {
  const { name, counts, firstLine } = texts;
  const [first] = counts.keys();
  const example = `${first} on line ${firstLine.get(first)}`;
  switch (kind.type) {
    case 'ignored':
      return finished(texts, 'left out', 'named in ignore');
    case 'identifier':
      return finished(texts, 'identifier', 'named as identifier');
    case 'empty':
      return finished(texts, 'left out', 'no values', [`Column ${name} has no values and was left out.`]);
    case 'date':
      return finished(texts, 'left out', `dates or times (${first})`, [
        `Column ${name} holds dates or times (${example}) and was left out; make numbers of them, or name it in categorical.`,
      ]);
    case 'unique':
      return finished(texts, 'left out', `${kind.why}, different in every row: an identifier, a name or a date`, [
        `Column ${name} (${kind.why}) differs in every row (${example}), as an identifier, a name or a date does, and was left out; name it as ` +
          'identifier, or in categorical to keep it as a feature.',
      ]);
    case 'number': {
      const column = finished(
        texts,
        'number',
        named ? 'named in numeric' : 'all values are numbers',
        named ? lostDigits(texts) : doubtsOfNumbers(texts, notation),
      );
      return { ...column, column: { ...column.column, rewrite: (text) => plainNumber(text, notation) ?? text } };
    }
    case 'text':
      return categories(texts, 'category', kind.why, options);
    case 'label':
      return categories(texts, 'label', 'named as label', options);
  }
}

/** A sentence on whole numbers that were named as numbers, although a double does not hold all their digits. */
function lostDigits({ counts, name, firstLine }: ColumnTexts): string[] {
  const long = [...counts.keys()].find(losesDigits);
  if (long === undefined) return [];
  return [
    `Column ${name} has ${long} (line ${firstLine.get(long)}), which a double rounds to ${BigInt(Number(long))}.`,
  ];
}

function finished(
  { table, index, missing }: ColumnTexts,
  type: ColumnReading['type'],
  why: string,
  notices: readonly string[] = [],
): Finished {
  const reading = { column: table.header[index], position: index + 1, type, missing, why };
  return { column: { index, reading, rewrite: (text) => text }, notices };
}

/** @throws InputError if bytes were lost before, or one category is spelled in several ways. */
function categories(
  texts: ColumnTexts,
  type: 'category' | 'label',
  why: string,
  { spellings = 'same' }: TableDatasetOptions,
): Finished {
  const { table, name, counts } = texts;
  const lost = [...counts.keys()].find((text) => text.includes('\ufffd'));
  if (lost !== undefined && spellings !== 'keep')
    throw new InputError(
      `${quoteOf(texts, lost)}, where \ufffd stands for bytes that a program could not read, so different values may have become one; ` +
        "write the file again, leave the column out, or say spellings: 'keep' to take it as it is.",
    );
  const { rename, merged } = resolveSpellings(counts, spellings, `Column ${name} of ${table.source}`);
  const plain = ['text', 'named as label', 'named in categorical'].includes(why);
  const notices = [
    ...(plain ? [] : [`Column ${name} was read as categories: ${why}; name it in numeric if it holds numbers.`]),
    ...merged.map(
      (one) =>
        `Column ${name} has ${one.spellings.map((text) => JSON.stringify(text)).join(', ')}, which were read as one: "${one.text}".`,
    ),
    ...doubtsOfText(texts),
  ];
  const distinct = counts.size - merged.reduce((sum, one) => sum + one.spellings.length - 1, 0);
  const { column } = finished(
    texts,
    type,
    type === 'label' ? `${why}, ${distinct} classes` : `${why}, ${distinct} categories`,
  );
  return { column: { ...column, rewrite: (text) => rename.get(text) ?? text }, notices };
}
