import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ReadDatasetOptions } from '../data/tables/table-dataset.js';

/** Flags that say how a table is to be read, as they come from the command line or a configuration file. */
export interface TableFlags {
  readonly label?: string;
  readonly ignore?: readonly string[];
  readonly identifier?: string;
  readonly categorical?: readonly string[];
  readonly numeric?: readonly string[];
  readonly missing?: 'refuse' | 'drop' | 'category';
  readonly missingTexts?: readonly string[];
  readonly delimiter?: string;
  readonly quote?: string;
  readonly comment?: string;
  readonly encoding?: string;
  readonly decimal?: '.' | ',';
  readonly thousands?: ReadDatasetOptions['thousands'];
  readonly spellings?: ReadDatasetOptions['spellings'];
  readonly header: boolean;
  readonly maxCategories?: number;
}

/** Adds the flags that say how a table is to be read. */
export function addTableOptions(command: Command): Command {
  return command
    .option('--label <column>', 'column that holds the class (name, or position from 1)')
    .option('--ignore <columns>', 'columns to leave out, separated by commas', list)
    .option('--identifier <column>', 'column that identifies the rows; no feature')
    .option('--categorical <columns>', 'columns of numbers that are codes', list)
    .option('--numeric <columns>', 'columns that are numbers whatever they look like', list)
    .addOption(new Option('--missing <policy>', 'missing values').choices(['refuse', 'drop', 'category']))
    .option('--missing-texts <texts>', 'texts that mean missing, separated by commas', list)
    .option('--delimiter <text>', 'what separates fields (\\t: tab); found in the file otherwise', tab)
    .option('--quote <text>', "what quotes fields; '': quotes are ordinary characters")
    .option('--comment <text>', 'lines that start with this are skipped')
    .option('--encoding <name>', 'e.g. windows-1252; UTF-8 or UTF-16 otherwise')
    .addOption(new Option('--decimal <mark>', 'decimal mark').choices(['.', ',']))
    .addOption(new Option('--thousands <mark>', 'what groups thousands').choices(['', ',', '.', ' ', "'"]))
    .addOption(new Option('--spellings <policy>', 'texts that differ in spelling').choices(['same', 'merge', 'keep']))
    .option('--no-header', 'the first line is data; columns are column1, column2, …')
    .option('--max-categories <n>', 'most categories of a column', wholeNumber);
}

/** The options of the library that the flags stand for; a column that is a whole number is a position. */
export function tableOptions(flags: TableFlags): Omit<ReadDatasetOptions, 'label'> & { label?: string | number } {
  const { label, ignore, identifier, categorical, numeric, header, ...rest } = flags;
  const columns = (names: readonly string[] | undefined) => names?.map(column);
  const read = {
    label: label === undefined ? undefined : column(label),
    identifier: identifier === undefined ? undefined : column(identifier),
    ignore: columns(ignore),
    categorical: columns(categorical),
    numeric: columns(numeric),
    header: header ? undefined : false,
    ...pick(rest),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function pick(flags: Partial<TableFlags>): Partial<TableFlags> {
  const { missing, missingTexts, delimiter, quote, comment, encoding, decimal, thousands, spellings, maxCategories } =
    flags;
  return { missing, missingTexts, delimiter, quote, comment, encoding, decimal, thousands, spellings, maxCategories };
}

function column(name: string): string | number {
  return /^\d+$/.test(name) ? Number(name) : name;
}

function list(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function tab(text: string): string {
  return text === '\\t' ? '\t' : text;
}

/** @throws InvalidArgumentError unless the text is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** @throws InvalidArgumentError unless the text is a time such as `90s`, `10m` or `2h`; in seconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be a time such as 90s, 10m or 2h.');
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as 's' | 'm' | 'h'];
}

/** @throws InvalidArgumentError unless the text is a size such as `500MB` or `2GB`; in bytes. */
export function byteCount(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(MB|GB)$/i.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be a size such as 500MB or 2GB.');
  return Number(match[1]) * (match[2].toUpperCase() === 'GB' ? 1e9 : 1e6);
}
