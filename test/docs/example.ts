import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { root } from '../../kernels/modelpred/root.cjs';

const run = promisify(execFile);

/** Runs the TypeScript examples of a document, one after the other as one program, and returns what they print. */
export async function runExamples(document: string): Promise<string> {
  const text = await readFile(path.join(root, document), 'utf8');
  const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  if (examples.length === 0) throw new Error(`${document} has no TypeScript example`);
  const { outputText } = ts.transpileModule(examples.join('\n'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  // Inside the package, so that it can import it by name; npm test removes what an interrupted run leaves there.
  const folder = path.join(root, '.cache', 'tests', `${path.basename(document, '.md')}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path.join(folder, 'example.mjs'), outputText);
    return (await run(process.execPath, [path.join(folder, 'example.mjs')])).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
