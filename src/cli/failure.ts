import { InputError, InterruptedError } from '../errors.js';

/** Names of library options in messages, and the flags that stand for them. */
const flags: readonly (readonly [RegExp, string])[] = [
  [/\b(delimiter|encoding|decimal|thousands|spellings|missing|quote): ('[^']*'|"[^"]*")/g, '--$1 $2'],
  [/\b(ignore): \[([^\]]*)\]/g, '--$1 $2'],
  [/\b(identifier): (\d+)/g, '--$1 $2'],
  [/\bheader: false\b/g, '--no-header'],
  [/(?:,| or)? ?(?:say )?header: \[names\]/g, ''],
  [/\bmissingTexts\b/g, '--missing-texts'],
  [/\bmaxCategories\b/g, '--max-categories'],
  [/\b(in|name it in|to keep in) (categorical|numeric|ignore)\b/g, '$1 --$2'],
];

/** A message of the library in the words of the command line. */
export function inFlags(message: string): string {
  return flags.reduce((text, [pattern, flag]) => text.replace(pattern, flag), message);
}

/** Prints what went wrong, in one sentence where the caller can mend it, and returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof InterruptedError) {
    console.error(`${error.message} Nothing was written; run the same command again.`);
    return 1;
  }
  const failure = asInputError(error);
  if (failure instanceof InputError) {
    console.error(`modelpred: ${inFlags(failure.message)}`);
    return 2;
  }
  console.error(failure);
  return 1;
}

/** One sentence for what the operating system refuses; other errors are returned as they are. */
function asInputError(error: unknown): unknown {
  const { code, path = 'the output' } = (error ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new InputError(`The disk is full while writing ${path}; make room, or write elsewhere with --output.`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new InputError(`${path} may not be written; choose another folder with --output.`);
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new InputError(
        `${path} cannot be written, as a folder or a file of that name is in the way; choose another name.`,
      );
    default:
      return error;
  }
}
