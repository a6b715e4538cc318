/** A problem told in one sentence that names the remedy; commands print it alone and end with `exitCode`. */
export class SetupFailure extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'SetupFailure';
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command's main function: a {@link SetupFailure} ends it with its sentence, anything else with a stack trace.
 *
 * @param {() => Promise<number | void>} main returns the exit code (default 0)
 */
export async function command(main) {
  try {
    process.exitCode = (await main()) || 0;
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}
