/**
 * A problem the caller can mend: bad data, a damaged file, a mismatched model. Its message is one sentence that names the
 * offending value and the remedy; command-line entry points print it alone and exit with code 2.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Work stopped on request (Ctrl-C, an interrupted cell, an aborted signal); finished work is kept where a caller asked for it. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
