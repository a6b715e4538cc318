import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { replaceContents, writeFileAtomically } from '../src/storage.js';

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

  const indexed = (folder: string, text: string) => ({
    folder,
    index: 'index',
    files: new Map([['a/b', Buffer.from(text)]]),
    describe: (contents: string) => contents,
  });
  const read = async (folder: string): Promise<string> =>
    await readFile(path.join(folder, await readFile(path.join(folder, 'index'), 'utf8'), 'a', 'b'), 'utf8');

  it('replaces what a folder holds, and keeps the old if that fails', async () => {
    const folder = path.join(scratch, 'new', 'model');
    await replaceContents(indexed(folder, 'first'));
    await replaceContents(indexed(folder, 'second'));
    assert.equal(await read(folder), 'second');
    await assert.rejects(
      replaceContents({
        ...indexed(folder, 'third'),
        describe: () => {
          throw new Error('no room');
        },
      }),
      /no room/,
    );
    assert.equal(await read(folder), 'second');
    assert.equal((await readdir(folder)).length, 2);
  });

  it('replaces it without a moment in which the folder has no index', async () => {
    const folder = path.join(scratch, 'model');
    await replaceContents(indexed(folder, '0'));
    let writing = true;
    let gaps = 0;
    const watch = async (): Promise<void> => {
      while (writing) {
        gaps += Number(!existsSync(path.join(folder, 'index')));
        await new Promise((done) => setImmediate(done));
      }
    };
    const watched = watch();
    for (let n = 1; n <= 12; n++) await replaceContents(indexed(folder, String(n)));
    writing = false;
    await watched;
    assert.equal(gaps, 0);
    assert.equal(await read(folder), '12');
  });

  it('flushes files before they get their names, and the names too', async () => {
    const handle = await open(scratch, 'r');
    const prototype = Object.getPrototypeOf(handle) as { sync: () => Promise<void> };
    await handle.close();
    const { sync } = prototype;
    let flushed = 0;
    prototype.sync = async function (this: unknown) {
      flushed++;
      await sync.call(this);
    };
    try {
      await writeFileAtomically(path.join(scratch, 'file'), 'text');
      assert.equal(flushed, 2);
      await writeFileAtomically(path.join(scratch, 'one', 'two', 'file'), 'text');
      // The file, its folder, and the folders in which the two new ones have their names.
      assert.equal(flushed, 2 + 4);
    } finally {
      prototype.sync = sync;
    }
  });
});
