import type { Command } from 'commander';
import { readBytes } from '../data/files.js';
import { InputError } from '../errors.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * Options of a command from a YAML or JSON file, by their long names or as the library has them (`missing-texts`, `missingTexts`).
 * What was given as a flag is left out.
 *
 * @throws InputError if the file cannot be read, is no list of options, or has one that the command has not.
 */
export async function readConfig(file: string, command: Command): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  const text = (await readBytes(file)).toString('utf8');
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    throw new InputError(
      `${file} is neither YAML nor JSON (${(error as Error).message.split('\n')[0].replace(/:$/, '')}); correct it.`,
    );
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw new InputError(`${file} holds no options; write lines such as label: y.`);
  const given = new Map(
    Object.entries(parsed).map(([name, value]) => [
      name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value as unknown,
    ]),
  );
  const named = given.get('command') ?? command.name();
  if (named !== command.name())
    throw new InputError(
      `${file} holds the options of ${JSON.stringify(named)}, not of ${command.name()}; choose another file.`,
    );
  // A run's own params.yaml names the command and the data too.
  given.delete('command');
  given.delete('data');
  const values = Object.fromEntries(given);
  const known = command.options.map((option) => option.attributeName());
  refuseUnknownOptions(values, known, file);
  return Object.fromEntries(Object.entries(values).filter(([name]) => command.getOptionValueSource(name) !== 'cli'));
}
