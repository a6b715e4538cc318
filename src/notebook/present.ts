import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { Claim } from '../evaluation/claim.js';
import type { Row, Table } from '../evaluation/tidy-table.js';
import type { VegaLiteSpec } from '../plots/render.js';
import { currentCell, displayBundle, type MimeBundle } from './cell.js';
import { claimsBundle } from './show-claims.js';
import { figureBundle } from './show-figure.js';
import { formatCount, formatNumber, headAndTail, textColumn } from './format.js';
import { columnsBundle, tableBundle } from './show-table.js';

// Kinds are told by shape, not by class: importing danfojs or TensorFlow.js to ask `instanceof` would load them.
type Shape = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Shape => typeof value === 'object' && value !== null;

const isPlain = (value: unknown): value is Shape => {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

interface Frame {
  readonly shape: readonly number[];
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
  readonly dtypes: readonly string[];
}

const isFrame = (value: unknown): value is Frame =>
  isObject(value) && '$data' in value && [value.shape, value.columns, value.index, value.values].every(Array.isArray);

interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly isDisposed?: boolean;
  dataSync(): ArrayLike<number | string>;
}

const isTensor = (value: unknown): value is Tensor =>
  isObject(value) &&
  typeof value.dataSync === 'function' &&
  typeof value.dtype === 'string' &&
  Array.isArray(value.shape);

type NumberArray = Float64Array | Float32Array | Int32Array | Uint8Array;
const isNumberArray = (value: unknown): value is NumberArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) && !Buffer.isBuffer(value);

const VIEWS = ['mark', 'layer', 'hconcat', 'vconcat', 'concat', 'repeat', 'facet'];
const CONTENTS = ['data', 'encoding', 'datasets', 'spec', 'layer', 'hconcat', 'vconcat', 'concat'];
const isSpec = (value: unknown): value is VegaLiteSpec =>
  isPlain(value) && VIEWS.some((key) => key in value) && CONTENTS.some((key) => key in value);

const isClaim = (value: unknown): value is Claim =>
  isPlain(value) &&
  typeof value.statement === 'string' &&
  typeof value.guarded === 'boolean' &&
  ['holds', 'does not hold', 'undecided', 'not testable here'].includes(value.verdict as string);

const isScalar = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isRow = (value: unknown): value is Row => isPlain(value) && Object.values(value).every(isScalar);

function isTable(value: unknown): value is Table {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRow)) return false;
  const names = Object.keys(value[0]).join('\n');
  return names !== '' && value.every((row) => Object.keys(row).join('\n') === names);
}

const FRAME_HEAD = 5;
const FRAME_TAIL = 5;

function presentFrame(frame: Frame): MimeBundle {
  const series = frame.values.length > 0 && !Array.isArray(frame.values[0]);
  const { indices, omitted } = headAndTail(frame.index.length, FRAME_HEAD, FRAME_TAIL);
  const cell = (row: number, column: number): unknown =>
    series ? frame.values[row] : (frame.values[row] as readonly unknown[])[column];
  const columns = frame.columns.map((title, column) =>
    textColumn(
      title,
      indices.map((row) => cell(row, column)),
    ),
  );
  const index = {
    ...textColumn(
      '',
      indices.map((row) => frame.index[row]),
    ),
    numeric: true,
  };
  const size = series
    ? `${formatCount(frame.index.length)} values (${frame.dtypes[0]})`
    : `${formatCount(frame.index.length)} rows × ${formatCount(frame.columns.length)} columns`;
  const shown = omitted ? `, of which the first ${FRAME_HEAD} and the last ${FRAME_TAIL} are shown` : '';
  return columnsBundle([index, ...columns], '', `${size}${shown}`);
}

const HEAD = 8;
const MATRIX_ROWS = 6;

const listHead = (values: ArrayLike<number | bigint | string | boolean>, head: number): string => {
  const shown = Array.from({ length: Math.min(values.length, head) }, (_, i) => values[i]);
  const texts = shown.map((value) => (typeof value === 'number' ? formatNumber(value) : String(value)));
  return `[${texts.join(', ')}${values.length > head ? ', …' : ''}]`;
};

const presentArray = (array: NumberArray): MimeBundle => ({
  'text/plain': `${array.constructor.name}, length ${formatCount(array.length)}\n${listHead(array, HEAD)}`,
});

function presentTensor(tensor: Tensor): MimeBundle {
  const title = `Tensor, shape ${tensor.shape.join('×') || 'scalar'}, ${tensor.dtype}`;
  if (tensor.isDisposed) return { 'text/plain': `${title}, disposed` };
  const values = tensor.dataSync();
  if (tensor.shape.length !== 2) return { 'text/plain': `${title}\n${listHead(values, HEAD)}` };
  const [rows, columns] = tensor.shape;
  const lines = Array.from({ length: Math.min(rows, MATRIX_ROWS) }, (_, row) =>
    listHead(
      Array.from({ length: columns }, (_, column) => values[row * columns + column]),
      HEAD,
    ),
  );
  return { 'text/plain': [title, ...lines, ...(rows > MATRIX_ROWS ? ['…'] : [])].join('\n') };
}

/** Under this name, a convention of TypeScript notebooks, values say how they are shown: a method that gives a MIME bundle. */
export const JUPYTER_DISPLAY = Symbol.for('Jupyter.display');

type ShowsItself = { readonly [JUPYTER_DISPLAY]: () => MimeBundle | Promise<MimeBundle> };

/** What a look at a value gives; undefined where the value throws when it is looked at. */
function glance<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

const showsItself = (value: unknown): value is ShowsItself =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof glance(() => (value as Partial<ShowsItself>)[JUPYTER_DISPLAY]) === 'function';

const kindOf = (value: unknown): string =>
  ArrayBuffer.isView(value) || Array.isArray(value)
    ? `${(value as object).constructor.name}(${formatCount((value as ArrayLike<unknown>).length)})`
    : inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 });

const isLarge = (value: unknown): boolean =>
  (isNumberArray(value) || Array.isArray(value)) && value.length > MOST_INLINE;

/** Lists longer than this are shown by their length where they are members of something. */
const MOST_INLINE = 20;
const MOST_LINES = 60;

/** A plain object with long lists in it, e.g. a data set or a bank, as one line: its members by kind and length. */
const summary = (value: Shape): string => {
  const rows = value.features && value.labels;
  const members = Object.entries(value).map(([name, member]) => `${name}: ${kindOf(member)}`);
  return `${rows ? `${formatCount((value.labels as ArrayLike<number>).length)} points ` : ''}{ ${members.join(', ')} }`;
};

/** A value in words, never more than a screenful. */
function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isPlain(value) && Object.values(value).some(isLarge)) return summary(value);
  const text = inspect(value, { maxArrayLength: 100, maxStringLength: 10_000 });
  const lines = text.split('\n');
  return lines.length <= MOST_LINES
    ? text
    : [...lines.slice(0, MOST_LINES), `… ${formatCount(lines.length - MOST_LINES)} more lines`].join('\n');
}

const PRESENTERS: readonly ((value: unknown) => MimeBundle | Promise<MimeBundle> | undefined)[] = [
  (value) => (isSpec(value) ? figureBundle(value) : undefined),
  (value) => (Array.isArray(value) && value.length > 0 && value.every(isClaim) ? claimsBundle(value) : undefined),
  (value) => (isTable(value) ? tableBundle(value) : undefined),
  (value) => (isFrame(value) ? presentFrame(value) : undefined),
  (value) => (isTensor(value) ? presentTensor(value) : undefined),
  (value) => (isNumberArray(value) ? presentArray(value) : undefined),
];

/**
 * A value as a notebook shows it: what shows itself (a method under `Symbol.for('Jupyter.display')`) as it does, Vega-Lite
 * specifications as figures, claims and tidy tables (arrays of flat objects with the same keys) as tables, danfojs frames and
 * series by shape, head and tail, typed arrays and tensors by shape, type and head, objects with long lists by their members,
 * anything else as Node prints it, cut to a screenful.
 */
export async function present(value: unknown): Promise<MimeBundle> {
  if (showsItself(value)) {
    const bundle = await value[JUPYTER_DISPLAY]();
    // Every output has a form for clients that show text alone.
    return 'text/plain' in bundle ? bundle : { ...bundle, 'text/plain': `[${Object.keys(bundle).join(', ')}]` };
  }
  for (const presenter of PRESENTERS) {
    const bundle = glance(() => presenter(value));
    if (bundle) return bundle;
  }
  return { 'text/plain': glance(() => plainText(value)) ?? '(a value that cannot be shown)' };
}

/** What {@link display} has shown; awaiting it waits until it is there. */
export interface Shown extends Promise<void> {
  /** Shows another value in its place. */
  update(value: unknown): Promise<void>;
}

/**
 * Shows a value as if it were the last expression of the cell (see {@link present}), in its place among the cell's outputs
 * also where it is not awaited; outside a kernel its plain text is printed.
 *
 * @example `const status = display('training …'); …; status.update('done');`
 */
export function display(value: unknown): Shown {
  const id = randomUUID();
  let last: Promise<void> = Promise.resolve();
  const show = (next: unknown): Promise<void> => {
    const cell = currentCell();
    if (!cell) return present(next).then(displayBundle);
    const fill = cell.place();
    const before = last;
    last = present(next).then(
      async (bundle) => {
        await before;
        fill(bundle, id);
      },
      (error: unknown) => {
        fill();
        throw error;
      },
    );
    const shown = last;
    // The cell reports a failure when it ends, also of a call that nobody awaits.
    shown.catch(() => undefined);
    cell.onEnd(() => shown);
    return shown;
  };
  return Object.assign(show(value), { update: show });
}
