import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const notebook = pathToFileURL(path.resolve(import.meta.dirname, '../../src/notebook/index.js')).href;

/** Runs a module in a process of its own and returns what it printed. */
function run(source: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout;
}

describe('modelpred/notebook outside a kernel', function () {
  this.timeout(60_000);

  it('loads neither the kernel nor Vega nor data frames when it is imported', () => {
    // A hook prints every module that is resolved.
    const hook = `import { writeSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  writeSync(1, resolved.url + '\\n');
  return resolved;
}`;
    const loaded = run(`import { register } from 'node:module';
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
await import('${notebook}');`);
    assert.match(loaded, /notebook\/present\.js/, 'the hook sees what is loaded');
    assert.doesNotMatch(loaded, /node_modules/);
  });

  it('prints tables and claims as plain text, a line for a figure, and has an empty control', () => {
    const printed = run(`import { cellControl, inNotebook, show, showTable, showClaims } from '${notebook}';
showTable([{ a: 1 }], { name: 't', caption: 'Title' });
await show({ data: { values: [] }, mark: 'bar', title: 'Bars' }, { name: 'f' });
showClaims([]);
console.log(JSON.stringify(cellControl()), inNotebook());`);
    assert.match(printed, /^Title\na\n─\n1\n\[figure: f – Bars\]\nclaim/);
    assert.match(printed, /\{\} false\n$/);
  });
});
