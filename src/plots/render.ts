import { createHash } from 'node:crypto';
import type { LoggerInterface } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { textWidth } from './text-width.js';

/** A Vega-Lite specification with its data inside. */
export type VegaLiteSpec = TopLevelSpec;

/** Pixels of a PNG for each unit of the specification: sharp on high-density screens. */
export const PNG_SCALE = 2;

// Vega numbers clip paths and gradients through the whole process, so drawings take turns and each starts from zero.
let previous: Promise<unknown> = Promise.resolve();

// Exported by Vega but missing from its types.
interface Untyped {
  readonly resetSVGDefIds: () => void;
  readonly textMetrics: { width: typeof textWidth };
}

async function draw(spec: VegaLiteSpec, logger: LoggerInterface | undefined): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const { resetSVGDefIds, textMetrics } = vega as unknown as Untyped;
  // The same with and without a canvas package on the machine.
  textMetrics.width = textWidth;
  // A copy, for Vega marks the rows it is given.
  const compiled = compile(structuredClone(spec), { logger }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
  try {
    resetSVGDefIds();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Gives a drawing's ids a prefix of its own, so that several drawings can stand in one HTML page. */
function ownIds(svg: string): string {
  const prefix = `f${createHash('sha256').update(svg).digest('hex').slice(0, 8)}`;
  return svg.replace(/( id="|url\(#|href="#)((?:p_)?(?:clip|gradient_)\d+)/g, `$1${prefix}-$2`);
}

/** Gives the lines of a text their heights from its first one: the rasteriser halves a step between centred lines. */
function absoluteLines(svg: string): string {
  return svg.replace(/<tspan>.*?<\/text>/gs, (text) => {
    let line = 0;
    return text.replace(/ dy="([\d.]+)"/g, (_, step: string) => ` y="${++line * Number(step)}"`);
  });
}

/**
 * Draws a Vega-Lite specification as SVG, without a browser. The same specification gives the same bytes, in every
 * process.
 *
 * @param logger hears what Vega-Lite drops or changes of the specification; without one it goes to stderr.
 */
export async function renderSvg(spec: VegaLiteSpec, logger?: LoggerInterface): Promise<string> {
  const drawn = previous.then(() => draw(spec, logger));
  previous = drawn.catch(() => undefined);
  return ownIds(absoluteLines(await drawn));
}

type Canvas = typeof import('@napi-rs/canvas');

/** The rasteriser with the bundled font, or null where it is not installed: machines without fonts draw the same text. */
async function loadCanvas(): Promise<Canvas | null> {
  let canvas: Canvas;
  try {
    canvas = await import('@napi-rs/canvas');
  } catch {
    return null;
  }
  const { fileURLToPath } = await import('node:url');
  for (const file of [
    '400Regular/Roboto_400Regular.ttf',
    '500Medium/Roboto_500Medium.ttf',
    '600SemiBold/Roboto_600SemiBold.ttf',
    '700Bold/Roboto_700Bold.ttf',
  ]) {
    const path = fileURLToPath(import.meta.resolve(`@expo-google-fonts/roboto/${file}`));
    for (const family of ['Roboto', 'sans-serif']) canvas.GlobalFonts.registerFromPath(path, family);
  }
  return canvas;
}

let canvasLoaded: Promise<Canvas | null> | undefined;

/**
 * Draws a Vega-Lite specification as PNG on white, from the same SVG as {@link renderSvg}, with the bundled font Roboto.
 *
 * @param scale pixels for each unit of the specification.
 * @returns null where `@napi-rs/canvas` or the font is not installed.
 */
export async function renderPng(spec: VegaLiteSpec, scale = PNG_SCALE): Promise<Uint8Array | null> {
  canvasLoaded ??= loadCanvas();
  const canvas = await canvasLoaded;
  if (!canvas) return null;
  const image = await canvas.loadImage(Buffer.from(await renderSvg(spec)));
  const sheet = canvas.createCanvas(Math.ceil(image.width * scale), Math.ceil(image.height * scale));
  const context = sheet.getContext('2d');
  context.fillStyle = 'white';
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(image, 0, 0, sheet.width, sheet.height);
  return sheet.toBuffer('image/png');
}
