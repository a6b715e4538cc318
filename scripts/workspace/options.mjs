import { parseArgs } from 'node:util';
import { SetupFailure } from './failure.mjs';

/**
 * The options of a command that runs before anything is compiled. `--help` prints the usage and ends the process.
 *
 * @template {Record<string, { type: 'string' | 'boolean', short?: string }>} T
 * @param {string} usage its first line names the command
 * @param {T} options
 * @param {readonly string[]} [args]
 * @returns {{ [name in keyof T]?: T[name]['type'] extends 'boolean' ? boolean : string }}
 * @throws SetupFailure (exit code 2) with a sentence for an option or a value that the command does not take
 */
export function readOptions(usage, options, args = process.argv.slice(2)) {
  /** @type {{ [name: string]: unknown }} */
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean' } } }));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const command = /^npm (run )?[\w:]+/.exec(usage)?.[0] ?? 'the command';
    throw new SetupFailure(`${message.split(/\.\s|\.$|\n/)[0]}; see ${command} -- --help.`, 2);
  }
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  return /** @type {ReturnType<typeof readOptions<T>>} */ (values);
}
