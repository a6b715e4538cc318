// node execute-cli.cjs IN.ipynb [-o OUT.ipynb] [-p name=value]... [--timeout seconds]
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  DEFAULT_CELL_TIMEOUT,
  executeNotebook,
  InputError,
  InterruptedError,
  type ParameterValue,
  readNotebook,
  writeNotebook,
} from './execute.cjs';
import { cellReporter, describeFailure } from './terminal.cjs';

const USAGE = `Usage: node dist/kernels/modelpred/execute-cli.cjs IN.ipynb [-o OUT.ipynb] [-p name=value]... [--timeout seconds]

Executes a notebook in a fresh kernel, without Jupyter.
  -o, --output     write the executed notebook there, also when a cell failed
  -p, --parameter  set a name that the notebook's parameters cell declares; may be repeated
      --timeout    seconds that each cell may take (default ${DEFAULT_CELL_TIMEOUT})

Exit code: 0 all cells ran, 1 a cell failed, 2 the input cannot be used, 130 stopped by Ctrl-C.
`;

/** A value from the command line: a number or a boolean where it reads as one, else text. */
function parseValue(text: string): ParameterValue {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function parseParameter(text: string): [string, ParameterValue] {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`The parameter "${text}" is not of the form name=value.`);
  return [text.slice(0, at), parseValue(text.slice(at + 1))];
}

function parseCommandLine(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        parameter: { type: 'string', short: 'p', multiple: true, default: [] },
        timeout: { type: 'string', default: String(DEFAULT_CELL_TIMEOUT) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new InputError(`${(error as Error).message.split('. ')[0]}. See --help.`);
  }
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (positionals.length !== 1)
    throw new InputError(`One notebook is needed, ${positionals.length} were given. See --help.`);
  const cellTimeout = Number(values.timeout);
  if (!(cellTimeout > 0)) throw new InputError(`The time-out "${values.timeout}" is not a number of seconds above 0.`);
  const [file] = positionals;
  const notebook = await readNotebook(file);

  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  const { notebook: executed, failure } = await executeNotebook(notebook, {
    folder: path.dirname(path.resolve(file)),
    parameters: Object.fromEntries(values.parameter.map(parseParameter)),
    cellTimeout,
    onCell: cellReporter(process.stdout),
    signal: stop.signal,
  });
  if (values.output !== undefined) await writeNotebook(values.output, executed);
  if (!failure) return 0;
  process.stderr.write(`${describeFailure(path.basename(file), failure)}\n`);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (!(error instanceof InputError) && !(error instanceof InterruptedError)) throw error;
    process.stderr.write(`${process.stdout.isTTY ? '\n' : ''}${error.message}\n`);
    process.exitCode = error instanceof InputError ? 2 : 130;
  },
);
