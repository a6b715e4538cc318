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
 * Runs a command's main function: a {@link SetupFailure}, or a place that cannot be written, ends it with a sentence, anything
 * else with a stack trace.
 *
 * @param {() => Promise<number | void>} main returns the exit code (default 0)
 */
export async function command(main) {
  try {
    process.exitCode = (await main()) || 0;
  } catch (error) {
    const failure = error instanceof SetupFailure ? error : unwritable(error);
    if (!failure) throw error;
    console.error(failure.message);
    process.exitCode = failure.exitCode;
  }
}

/** @type {Readonly<Record<string, string>>} */
const reasons = {
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/**
 * @param {unknown} error
 * @returns {SetupFailure | undefined}
 */
function unwritable(error) {
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error ?? {});
  const reason = reasons[code ?? ''];
  if (reason === undefined || path === undefined) return undefined;
  return new SetupFailure(
    `Cannot write ${path}: ${reason}. The project writes into its own folder; copy or clone it to one where you may write and that has room.`,
  );
}
