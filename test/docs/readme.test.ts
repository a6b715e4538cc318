import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { root } from '../../kernels/modelpred/root.cjs';

const run = promisify(execFile);

describe('README', function () {
  this.timeout(300_000);

  it('has a library example that runs as printed and predicts better than chance', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const [, example] = /```ts\n([\s\S]*?)```/.exec(readme) ?? assert.fail('README.md has no TypeScript example');
    const { outputText } = ts.transpileModule(example, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    // Inside the package, so that it can import it by name.
    const folder = path.join(root, '.cache', `readme-${process.pid}`);
    await mkdir(folder, { recursive: true });
    try {
      await writeFile(path.join(folder, 'example.mjs'), outputText);
      const { stdout } = await run(process.execPath, [path.join(folder, 'example.mjs')]);
      const errors = stdout.match(/\d\.\d+/g)?.map(Number) ?? [];
      assert.equal(errors.length, 5, stdout);
      assert.ok(
        errors.every((error) => error < 0.6),
        stdout,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('links only to files that exist', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link]) => link);
    assert.ok(links.length > 5);
    for (const link of links) await readFile(path.join(root, link));
  });
});
