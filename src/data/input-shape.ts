import { InputError } from '../errors.js';

/** Pixels row by row, the channels of a pixel side by side ("channels last"): feature (y·width + x)·channels + c. */
export interface ImageShape {
  readonly kind: 'image';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Token numbers from the first on; what is left of the row is {@link padding}. */
export interface SequenceShape {
  readonly kind: 'sequence';
  /** Tokens of the longest point, L: the features of each. */
  readonly length: number;
  /** What each token number stands for. */
  readonly vocabulary: readonly string[];
}

/** What the features of a point are, where they are more than a list of numbers; networks read them accordingly. */
export type InputShape = ImageShape | SequenceShape;

/** The number that only fills a row up and stands for no token. */
export const padding = -1;

/** Features as a data set holds them: `N×d`, row-major. */
interface Features {
  readonly dimension: number;
  readonly features: ArrayLike<number>;
}

/** What is wrong with features for this shape, as the end of a sentence; undefined if nothing is. */
export function shapeProblem({ dimension, features }: Features, input: InputShape): string | undefined {
  if (input.kind === 'image') {
    const { height, width, channels } = input;
    if (height * width * channels === dimension) return undefined;
    return `has ${dimension} features; images of ${height}×${width}×${channels} need ${height * width * channels}`;
  }
  const { length, vocabulary } = input;
  if (length !== dimension) return `has ${dimension} features; sequences of ${length} tokens need ${length}`;
  if (new Set(vocabulary).size < vocabulary.length) return 'has a token twice in its vocabulary; make them distinct';
  for (let k = 0; k < features.length; k++) {
    const token = features[k];
    const place = `at row ${Math.floor(k / length)}, token ${(k % length) + 1}`;
    if (!(Number.isInteger(token) && token >= padding && token < vocabulary.length))
      return `has the token ${token} ${place}; tokens are numbers 0 to ${vocabulary.length - 1}, and ${padding} for padding`;
    if (token === padding && k % length === 0) return `has an empty sequence ${place}; drop the row`;
    if (token !== padding && k % length > 0 && features[k - 1] === padding)
      return `has a token after padding ${place}; padding (${padding}) ends a sequence`;
  }
  return undefined;
}

/**
 * Refuses sequences where features are taken as quantities.
 *
 * @param what is to be done with the features, e.g. `scale`.
 * @throws InputError if the features are token numbers.
 */
export function requireQuantities(
  { name, input }: { readonly name: string; readonly input?: InputShape },
  what: string,
): void {
  if (input?.kind === 'sequence')
    throw new InputError(`Cannot ${what} ${name}: its features are numbers of tokens; embed them in a network.`);
}
