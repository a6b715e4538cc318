import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { replaceFolder, writeFileAtomically } from '../src/storage.js';

describe('storage', () => {
  let scratch: string;
  beforeEach(async () => (scratch = await mkdtemp(path.join(tmpdir(), 'modelpred-storage-'))));
  afterEach(async () => await rm(scratch, { recursive: true, force: true }));

  it('writes a file whole when two writers of one process meet', async () => {
    const file = path.join(scratch, 'new', 'file');
    const contents = ['a', 'b', 'c'].map((letter) => letter.repeat(100_000));
    await Promise.all(contents.map((own) => writeFileAtomically(file, own)));
    assert.ok(contents.includes(await readFile(file, 'utf8')));
    assert.deepEqual(await readdir(path.dirname(file)), ['file']);
  });

  it('replaces a folder, and keeps the old one if that fails', async () => {
    const folder = path.join(scratch, 'model');
    const fillWith = (text: string) => async (temporary: string) => await writeFile(path.join(temporary, text), text);
    await replaceFolder(folder, fillWith('first'));
    await replaceFolder(folder, fillWith('second'));
    assert.deepEqual(await readdir(folder), ['second']);
    await assert.rejects(
      replaceFolder(folder, () => Promise.reject(new Error('no room'))),
      /no room/,
    );
    // Without the filled folder the last step fails, when the old one is out of the way already.
    await assert.rejects(replaceFolder(folder, async (temporary) => await rm(temporary, { recursive: true })));
    assert.deepEqual(await readdir(folder), ['second']);
    assert.deepEqual(await readdir(scratch), ['model']);
  });
});
