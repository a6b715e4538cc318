// npm start: set-up, then every notebook and the report. Arguments go to the report (`npm start -- --help`).
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setup } from './setup.mjs';
import { SetupFailure, command } from './workspace/failure.mjs';
import { root } from './workspace/root.mjs';

await command(async () => {
  await setup();
  const report = path.join(root, 'dist', 'scripts', 'report', 'main.js');
  if (!existsSync(report))
    throw new SetupFailure(`${report} is missing: restore scripts/report with git and run again.`);
  // In this process, so that Ctrl-C, the exit code and the terminal are the report's own.
  process.argv[1] = report;
  await import(pathToFileURL(report).href);
  return Number(process.exitCode ?? 0);
});
