import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../src/errors.js';
import { parseArguments, usage } from './arguments.js';
import { runReport } from './run.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C does not wait for anything.
  if (interrupt.signal.aborted) process.exit(130);
  process.stdout.write('\nStopping; what is finished is kept.\n');
  interrupt.abort();
});

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else
    process.exitCode = await runReport(options, {
      root,
      notebooks: join(root, 'notebooks'),
      terminal: process.stdout,
      errors: process.stderr,
      signal: interrupt.signal,
    });
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
