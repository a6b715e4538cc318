import type { VegaLiteSpec } from '../plots/render.js';
import { currentCell, displayBundle, type MimeBundle } from './cell.js';
import { toJson } from './json.js';

/** MIME type that names a figure for the report: `{ name, timing }`, beside the figure's pictures in the same output. */
export const FIGURE_MIME = 'application/vnd.modelpred.figure+json';

// JupyterLab and VS Code know Vega-Lite up to version 5; what version 6 added is not used in a way that differs.
const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

/** How a figure is presented. */
export interface FigureOptions {
  /** Stable name, unique within a notebook, e.g. `iris-errors`; the report's file name. */
  readonly name?: string;
  /** True where the figure shows times: left out of byte-for-byte comparisons. */
  readonly timing?: boolean;
}

const describe = (spec: VegaLiteSpec, name?: string): string => {
  const written = typeof spec.title === 'object' && 'text' in spec.title ? spec.title.text : spec.title;
  const title = typeof written === 'string' ? written : undefined;
  return `[figure: ${[name, title].filter(Boolean).join(' – ') || 'Vega-Lite'}]`;
};

/**
 * A figure in every form a reader may need: the Vega-Lite specification (interactive in JupyterLab and VS Code), SVG
 * (nbconvert), PNG (code hosts; left out where no rasteriser is installed) and a line of plain text.
 */
export async function figureBundle(spec: VegaLiteSpec, options: FigureOptions = {}): Promise<MimeBundle> {
  // Loaded here, not on import: Vega is large, and most users of the library draw nothing.
  const { renderPng, renderSvg } = await import('../plots/render.js');
  const svg = await renderSvg(spec);
  const png = await renderPng(spec, 1.25);
  const { name, timing = false } = options;
  return {
    // Without "$schema": clients warn about one newer than they know.
    [VEGA_LITE_MIME]: toJson({ ...spec, $schema: undefined }),
    'image/svg+xml': svg,
    ...(png ? { 'image/png': Buffer.from(png).toString('base64') } : {}),
    'text/plain': describe(spec, name),
    ...(name ? { [FIGURE_MIME]: { name, timing } } : {}),
  };
}

/**
 * Shows a Vega-Lite figure, everywhere with one call: live in JupyterLab and VS Code, as a picture on code hosts and in
 * nbconvert's HTML. Outside a kernel it prints one line. The cell waits for it even where the call is not awaited.
 */
export function show(spec: VegaLiteSpec, options: FigureOptions = {}): Promise<void> {
  const cell = currentCell();
  if (!cell) {
    displayBundle({ 'text/plain': describe(spec, options.name) });
    return Promise.resolve();
  }
  const fill = cell.place();
  const shown = figureBundle(spec, options).then(fill, (error: unknown) => {
    fill();
    throw error;
  });
  // The cell reports a failure when it ends, also of a call that nobody awaits.
  shown.catch(() => undefined);
  cell.onEnd(() => shown);
  return shown;
}
