import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * The options of a command that measures something: `--help` prints its usage and ends the process, an option that it does
 * not take ends it with one sentence and exit code 2.
 *
 * @param usage its first line begins with the command
 */
export function readOptions<const T extends NonNullable<ParseArgsConfig['options']>>(
  usage: string,
  options: T,
): ReturnType<typeof parseArgs<{ options: T }>>['values'] {
  if (process.argv.slice(2).includes('--help')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.\s|\.$|\n/);
    const [command] = /^npm run [\w:]+/.exec(usage) ?? ['the command'];
    console.error(`${sentence}; see ${command} -- --help.`);
    process.exit(2);
  }
}
