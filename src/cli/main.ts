#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../version.js';
import { addClean } from './clean.js';
import { addCompletion } from './completion.js';
import { addDoctor } from './doctor.js';
import { reportFailure } from './failure.js';

/**
 * The command line. Commands import the library only when they run, so that help comes at once. Exit codes: 0 done, 1 failed or
 * stopped, 2 the call or the data must be mended.
 */
export function commandLine(): Command {
  const program = new Command('modelpred')
    .description('What would the trained model be if the training data were different?')
    .version(packageVersion)
    .showHelpAfterError('(modelpred --help shows the commands)')
    .exitOverride();
  for (const add of [addClean, addDoctor, addCompletion]) add(program);
  return program;
}

// A reader that has seen enough closes the pipe; a full disk behind stdout is told like any other.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : reportFailure(Object.assign(error, { path: 'standard output' })));
});
try {
  await commandLine().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportFailure(error);
}
