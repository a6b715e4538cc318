import { InputError } from '../../errors.js';
import { quoteOf, type ColumnTexts } from './infer-column.js';
import { notationEvidence, notationsOf, plainNotation, type NotationEvidence, type NumberNotation } from './numbers.js';
import type { Table } from './text-table.js';

/** How the numbers of a table are written. */
export interface DecidedNotations {
  readonly notationOf: (index: number) => NumberNotation;
  /** Sentences on what was found. */
  readonly notices: readonly string[];
}

/**
 * Decides how the numbers of every column are written: from the column itself, and where that has two readings (`1,234`), from the
 * other columns of the file.
 *
 * @param columns those that hold numbers.
 * @throws InputError where two readings are left, or one column is written in two ways.
 */
export function decideNotations(
  table: Table,
  columns: readonly ColumnTexts[],
  allowed: readonly NumberNotation[],
): DecidedNotations {
  const found = columns.map((texts) => ({ texts, evidence: notationEvidence(texts.counts.keys(), allowed) }));
  const marks = new Set(
    found.flatMap(({ evidence }) => (evidence.kind === 'sure' && evidence.decimal ? [evidence.decimal] : [])),
  );
  const written = new Map<string, string[]>();
  const decided = new Map<number, NumberNotation>();
  for (const { texts, evidence } of found) {
    const notation = decide(table, texts, evidence, marks);
    decided.set(texts.index, notation);
    const example = [...texts.counts.keys()].find((text) => notationsOf(text, [plainNotation]).length === 0);
    if (example === undefined) continue;
    const how = describeNotation(notation);
    const shown = `${texts.name} (${example} on line ${texts.firstLine.get(example)})`;
    written.set(how, [...(written.get(how) ?? []), shown]);
  }
  const notices = [...written].map(([how, shown]) => {
    const more = shown.length > 3 ? ` and ${shown.length - 3} more` : '';
    return `Numbers are written ${how} in ${shown.slice(0, 3).join(', ')}${more}.`;
  });
  return { notationOf: (index) => decided.get(index) ?? plainNotation, notices };
}

function decide(
  table: Table,
  texts: ColumnTexts,
  evidence: NotationEvidence,
  marks: ReadonlySet<'.' | ','>,
): NumberNotation {
  switch (evidence.kind) {
    case 'sure':
      return evidence.notation;
    case 'contradictory': {
      const [one, other] = evidence.texts;
      throw new InputError(
        `${quoteOf(texts, other)}, but "${one}" on line ${texts.firstLine.get(one)}, which no one way of writing numbers covers; correct one, or ` +
          `name ${texts.name} in categorical or ignore.`,
      );
    }
    case 'ambiguous': {
      const { text, choices } = evidence;
      const [mark] = marks.size === 1 ? marks : [undefined];
      const chosen = choices.find(({ decimal }) => decimal === mark);
      if (chosen !== undefined) return chosen;
      // Programs that separate fields by commas, or write typed values, write decimal points.
      const pointed =
        text.includes('.') && marks.size === 0 && (table.delimiter === ',' || table.delimiter === undefined);
      if (pointed && choices.includes(plainNotation)) return plainNotation;
      const mark1 = text.includes('.') ? '.' : ',';
      throw new InputError(
        `${quoteOf(texts, text)}, which may be a decimal number or one with thousands; say decimal: '${mark1}' or ` +
          `thousands: '${mark1}'.`,
      );
    }
  }
}

/** `with a decimal comma and thousands grouped by '.'`. */
export function describeNotation({ decimal, thousands }: NumberNotation): string {
  const parts = [
    ...(decimal === ',' ? ['a decimal comma'] : []),
    ...(thousands === '' ? [] : [`thousands grouped by ${thousands === ' ' ? 'spaces' : `"${thousands}"`}`]),
  ];
  return parts.length === 0 ? 'with a minus sign of its own' : `with ${parts.join(' and ')}`;
}
