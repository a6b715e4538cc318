import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { Command } from 'commander';

interface Finding {
  readonly name: string;
  readonly found: string;
  /** What to do; absent where all is well. */
  readonly remedy?: string;
}

/** `modelpred doctor`: what is here, and what is missing with its remedy. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what this machine has for modelpred, and what is missing')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nExamples:\n  modelpred doctor\n  modelpred doctor --json')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { kernelChoice } = await import('../numerics/wasm-kernels.js');
      const findings = [...machine(kernelChoice()), await folder()];
      const broken = findings.filter(({ remedy }) => remedy !== undefined);
      if (json) console.log(JSON.stringify({ ok: broken.length === 0, findings }, null, 2));
      else
        for (const { name, found, remedy } of findings)
          console.log(`${name.padEnd(14)} ${found}${remedy === undefined ? '' : `: ${remedy}`}`);
      if (broken.length > 0) process.exitCode = 2;
    });
}

function machine(kernels: string): Finding[] {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  return [
    { name: 'Node.js', found: process.version, ...(old ? { remedy: 'install Node.js 20.19 or newer' } : {}) },
    {
      name: 'kernels',
      found: kernels,
      ...(kernels === 'plain'
        ? { remedy: 'WebAssembly has no SIMD here, so results are the same but slow; use a newer processor or Node.js' }
        : {}),
    },
    { name: 'processors', found: String(availableParallelism()) },
    { name: 'memory', found: `${(freemem() / 1e9).toFixed(1)} of ${(totalmem() / 1e9).toFixed(1)} GB free` },
  ];
}

async function folder(): Promise<Finding> {
  const name = 'this folder';
  try {
    await access(process.cwd(), constants.W_OK);
    return { name, found: 'can be written' };
  } catch {
    return { name, found: 'cannot be written', remedy: 'run commands elsewhere, or with --output FOLDER' };
  }
}
