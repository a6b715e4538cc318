import library from '@pdf-lib/upng';
import type { IMimeBundle, INotebookContent, IOutput } from '@jupyterlab/nbformat';

// CommonJS with a default export, which its types do not say.
export const upng = (library as unknown as { readonly default: typeof library }).default;

/** Colours of a picture: a figure has a dozen, with the steps between them at edges of letters and lines. */
const paletteColours = 20;
/** Digits of a drawn number: an axis of a thousand pixels shows three of them. */
const drawnDigits = 4;

const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

/**
 * A notebook whose figures take little space and look the same: pictures with a palette of their own, no second picture
 * beside them, numbers that are drawn without the digits that nobody can see. Applied again, it changes nothing.
 */
export function lightForm(notebook: INotebookContent): INotebookContent {
  const cells = notebook.cells.map((cell) =>
    Array.isArray(cell.outputs) ? { ...cell, outputs: (cell.outputs as IOutput[]).map(lightOutput) } : cell,
  );
  return { ...notebook, cells };
}

function lightOutput(output: IOutput): IOutput {
  const data = output.data as IMimeBundle | undefined;
  if (data === undefined || !(VEGA_LITE_MIME in data)) return output;
  const png = data['image/png'];
  const light = { ...data, [VEGA_LITE_MIME]: lightSpec(data[VEGA_LITE_MIME]) } as IMimeBundle;
  // Code hosts show PNG, front ends draw the specification; the SVG beside them would double the file.
  if (typeof png === 'string') {
    delete light['image/svg+xml'];
    light['image/png'] = Buffer.from(withPalette(Buffer.from(png, 'base64'))).toString('base64');
  }
  return { ...output, data: light };
}

/** The same picture in at most {@link paletteColours} colours; one that has a palette is left as it is. */
export function withPalette(png: Uint8Array): Uint8Array {
  const picture = upng.decode(png.slice().buffer);
  const indexed = 3;
  if (picture.ctype === indexed) return png;
  const [pixels] = upng.toRGBA8(picture);
  return new Uint8Array(upng.encode([pixels], picture.width, picture.height, paletteColours));
}

/**
 * A Vega-Lite specification with the fractions in it cut to {@link drawnDigits} significant digits (whole numbers keep all of
 * theirs), its rows as one CSV text instead of an object each, and what is the same in all of them said once: Vega-Lite makes
 * the same rows of it.
 */
export function lightSpec(spec: unknown): unknown {
  if (typeof spec === 'number') return Number.isInteger(spec) ? spec : Number(spec.toPrecision(drawnDigits));
  if (Array.isArray(spec)) return spec.map(lightSpec);
  if (typeof spec !== 'object' || spec === null) return spec;
  const light = Object.fromEntries(Object.entries(spec).map(([key, entry]) => [key, lightSpec(entry)]));
  return isInlineRows(light.data) ? { ...light, ...lightData(light.data.values, light.transform) } : light;
}

type Scalar = string | number | boolean | null;
type FlatRow = Readonly<Record<string, Scalar>>;

function isInlineRows(data: unknown): data is { readonly values: readonly FlatRow[] } {
  const { values, ...rest } = (data ?? {}) as { readonly values?: unknown };
  if (!Array.isArray(values) || values.length === 0 || Object.keys(rest).length > 0) return false;
  const names = columnsOf(values as object[]);
  // Vega-Lite takes a dot or a bracket in a column's name for a path.
  return names.every((name) => /^[^.[\]\\"']+$/.test(name) && typeOf(values as FlatRow[], name) !== undefined);
}

const columnsOf = (rows: readonly object[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row ?? {})))];

/** The type of a column; undefined where it has several, an empty text, which CSV has not, or a row without it. */
function typeOf(rows: readonly FlatRow[], name: string): 'number' | 'string' | 'boolean' | undefined {
  const values = rows.map((row) => row[name]);
  const [type, ...others] = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  if (others.length > 0 || values.includes('')) return undefined;
  return type === undefined || type === 'number' || type === 'string' || type === 'boolean'
    ? (type ?? 'string')
    : undefined;
}

function lightData(rows: readonly FlatRow[], transform: unknown) {
  const names = columnsOf(rows);
  const [first] = rows;
  const constant = rows.length > 1 ? names.filter((name) => rows.every((row) => row[name] === first[name])) : [];
  const said = constant.map((name) => ({ calculate: JSON.stringify(first[name]), as: name }));
  const varying = names.filter((name) => !constant.includes(name));
  if (varying.length === 0) return { data: { values: rows } };
  const transforms = [...said, ...((transform as readonly object[] | undefined) ?? [])];
  return { data: asCsv(rows, varying), ...(transforms.length > 0 ? { transform: transforms } : {}) };
}

function asCsv(rows: readonly FlatRow[], names: readonly string[]) {
  const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => names.map((name) => quoted(String(row[name] ?? ''))).join(','));
  const parse = Object.fromEntries(names.map((name) => [name, typeOf(rows, name)]));
  return { values: [names.map(quoted).join(','), ...lines].join('\n'), format: { type: 'csv', parse } };
}
