import { InputError, InterruptedError } from '../../src/errors.js';
import { formatDuration } from '../../src/notebook/format.js';
import { parseArguments, usage } from './arguments.js';
import { runScale } from './run.js';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // A second Ctrl-C does not wait for anything.
  if (interrupt.signal.aborted) process.exit(130);
  console.error('\nStopping; finished blocks are kept where --store names a folder.');
  interrupt.abort();
});

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else {
    const since = performance.now();
    let shown = 0;
    await runScale(options, console.log, {
      signal: interrupt.signal,
      onProgress: ({ done, total }) => {
        const elapsed = (performance.now() - since) / 1000;
        if (done === 0 || (elapsed < shown + 5 && done < total)) return;
        shown = elapsed;
        console.error(`  ${done} of ${total} subsets after ${formatDuration(elapsed)}`);
      },
    });
  }
} catch (error) {
  if (error instanceof InterruptedError) process.exitCode = 130;
  else if (error instanceof InputError) process.exitCode = 2;
  else throw error;
  console.error(error.message);
}
