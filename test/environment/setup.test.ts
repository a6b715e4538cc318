import { strict as assert } from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { root, runProgram, smallProject, temporaryFolder, workspaceModule } from './workspace.js';

type Say = (text: string) => void;
interface NodeVersion {
  atLeast: (a: string, b: string) => boolean;
  checkNode: (version?: string) => void;
}
interface Stamp {
  once: (file: string, contents: string, step: () => Promise<void>) => Promise<boolean>;
}
interface Packages {
  installPackages: (root: string, say: Say, install: () => Promise<void>) => Promise<void>;
}
interface Lock {
  exclusively: <T>(file: string, work: () => Promise<T>, onWait?: () => void) => Promise<T>;
}

describe('set-up', () => {
  let folder: string;
  let remove: () => void;
  beforeEach(() => ({ folder, remove } = temporaryFolder()));
  afterEach(() => remove());

  describe('Node.js version', () => {
    it('refuses an old one with a sentence that names both versions and the remedy', async () => {
      const { checkNode } = await workspaceModule<NodeVersion>('node-version');
      assert.throws(() => checkNode('20.18.3'), {
        exitCode: 2,
        message:
          /^modelpred needs Node\.js 20\.19\.0 or newer, but this is 20\.18\.3: install [^.]* release from \S+ .*\.$/,
      });
      for (const version of ['20.19.0', '20.20.1', '22.0.0', '24.1.0-nightly']) checkNode(version);
    });

    it('compares versions by their numbers', async () => {
      const { atLeast } = await workspaceModule<NodeVersion>('node-version');
      assert.equal(atLeast('6.10', '6.5'), true);
      assert.equal(atLeast('6.5', '6.10'), false);
      assert.equal(atLeast('7', '6.4.12'), true);
      assert.equal(atLeast('4.0.0rc1', '4.0'), true);
    });
  });

  describe('stamp', () => {
    it('lets a step run once, again when its contents change, and again when it failed', async () => {
      const { once } = await workspaceModule<Stamp>('stamp');
      const file = path.join(folder, 'deep', 'stamp');
      let runs = 0;
      const step = async () => void (await Promise.resolve(runs++));
      assert.equal(await once(file, 'a', step), true);
      assert.equal(await once(file, 'a', step), false);
      assert.equal(await once(file, 'b', step), true);
      await assert.rejects(once(file, 'c', () => Promise.reject(new Error('no'))));
      // The failed step may have changed what the old stamp spoke of.
      assert.equal(await once(file, 'b', step), true);
      assert.equal(runs, 3);
    });
  });

  describe('packages', () => {
    it('are installed when package-lock.json or package.json change, not otherwise', async () => {
      const { installPackages } = await workspaceModule<Packages>('packages');
      let installs = 0;
      const set = (file: string, value: object) => writeFileSync(path.join(folder, file), JSON.stringify(value));
      const install = async () => {
        mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
        await Promise.resolve(installs++);
      };
      const setUp = () => installPackages(folder, () => {}, install);
      set('package.json', { version: '1.0.0', dependencies: { a: '1' } });
      set('package-lock.json', { packages: 1 });
      await setUp();
      await setUp();
      assert.equal(installs, 1);
      set('package.json', { version: '1.0.1', dependencies: { a: '1' } });
      await setUp();
      assert.equal(installs, 1, 'a new version of the project itself needs no installation');
      set('package.json', { version: '1.0.1', dependencies: { a: '2' } });
      await setUp();
      set('package-lock.json', { packages: 2 });
      await setUp();
      assert.equal(installs, 3);
      rmSync(path.join(folder, 'node_modules'), { recursive: true });
      await setUp();
      assert.equal(installs, 4);
    });

    it('that are a link to another folder are left alone', async () => {
      const { installPackages } = await workspaceModule<Packages>('packages');
      smallProject(folder);
      const said: string[] = [];
      await installPackages(
        folder,
        (text) => said.push(text),
        () => assert.fail('must not install'),
      );
      assert.match(said.join(), /is a link to .*: left as it is/);
    });
  });

  describe('lock', () => {
    it('lets one work at a time and is free again after a failure', async () => {
      const { exclusively } = await workspaceModule<Lock>('lock');
      const file = path.join(folder, 'lock');
      let inside = 0;
      let waited = 0;
      const work = async () => {
        assert.equal(++inside, 1);
        await wait(50);
        inside--;
      };
      const onWait = () => waited++;
      await Promise.all([
        exclusively(file, work, onWait),
        exclusively(file, work, onWait),
        exclusively(file, work, onWait),
      ]);
      assert.equal(waited, 2);
      await assert.rejects(exclusively(file, () => Promise.reject(new Error('no'))));
      assert.equal(existsSync(file), false);
    });

    it('of a process that died is taken over', async () => {
      const { exclusively } = await workspaceModule<Lock>('lock');
      const file = path.join(folder, 'lock');
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(file, String(pid));
      assert.equal(await exclusively(file, () => Promise.resolve('done')), 'done');
      assert.deepEqual(readdirSync(folder), []);
    });

    it('is not removed by another process that is clearing an abandoned one, nor by an owner who lost it', async () => {
      const { exclusively } = await workspaceModule<Lock>('lock');
      const file = path.join(folder, 'lock');
      // Somebody else clears: the abandoned lock must be left to it.
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(file, String(pid));
      writeFileSync(`${file}.clearing`, String(process.pid));
      let done = false;
      const waiting = exclusively(file, () => Promise.resolve((done = true)));
      await wait(500);
      assert.equal(done, false);
      rmSync(`${file}.clearing`);
      await waiting;
      // An owner whose lock became another's leaves it alone.
      await exclusively(file, async () => {
        rmSync(file);
        writeFileSync(`${file}.new`, '1');
        renameSync(`${file}.new`, file);
        await Promise.resolve();
      });
      assert.equal(existsSync(file), true);
    });
  });

  describe('command', () => {
    const setUp = () => runProgram(process.execPath, [path.join(folder, 'scripts', 'setup.mjs')]);
    beforeEach(() => smallProject(folder));

    it('builds once, then finds all up to date in under 2 s', async () => {
      const first = await setUp();
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /^packages .*\nbuild +compiled 1 files in .*\nkernel +modelpred \(Small\)\n$/);
      const url = JSON.stringify(path.join(folder, 'scripts', 'setup.mjs'));
      const program = `import(${url}).then(({ setup }) => setup()).then(() => console.log(process.cpuUsage().user))`;
      const second = await runProgram(process.execPath, ['-e', program]);
      assert.match(second.stdout, /^build +up to date$/m);
      assert.ok(Number(second.stdout.trim().split('\n').at(-1)) < 2e6, second.stdout);
    });

    it('compiles again when a source changes, and removes what deleted sources left', async () => {
      writeFileSync(path.join(folder, 'src', 'two.ts'), 'export const two = 2;\n');
      assert.match((await setUp()).stdout, /compiled 2 files in /);
      writeFileSync(path.join(folder, 'dist', 'src', 'kept.txt'), 'not compiled from a source');
      rmSync(path.join(folder, 'src', 'two.ts'));
      const { stdout } = await setUp();
      assert.match(stdout, /compiled 0 files in .*; removed 1 files of deleted sources/);
      assert.equal(existsSync(path.join(folder, 'dist', 'src', 'two.js')), false);
      assert.equal(existsSync(path.join(folder, 'dist', 'src', 'kept.txt')), true);
    });

    it('keeps the last build when the sources do not compile, says where, and tries again', async () => {
      await setUp();
      const output = path.join(folder, 'dist', 'src', 'one.js');
      const before = readFileSync(output, 'utf8');
      writeFileSync(path.join(folder, 'src', 'one.ts'), "export const one: number = 'one';\n");
      for (let i = 0; i < 2; i++) {
        const { code, stderr } = await setUp();
        assert.equal(code, 1);
        assert.match(stderr, /one\.ts.*TS2322[^]*The sources do not compile: .*\.\n$/);
      }
      assert.equal(readFileSync(output, 'utf8'), before);
    });

    it('may run twice at once: one works, the other waits and finds all done', async () => {
      const ended = await Promise.all([setUp(), setUp()]);
      assert.deepEqual(
        ended.map(({ code, stderr }) => [code, stderr]),
        [
          [0, ''],
          [0, ''],
        ],
      );
      assert.equal(ended.filter(({ stdout }) => /^build +compiled/m.test(stdout)).length, 1);
      assert.equal(ended.filter(({ stdout }) => /another set-up is under way/.test(stdout)).length, 1);
    });

    it('goes on where a killed one stopped', async () => {
      const killed = spawn(process.execPath, [path.join(folder, 'scripts', 'setup.mjs')], { detached: true });
      const lock = path.join(folder, '.cache', 'setup.lock');
      while (!existsSync(lock)) await wait(5);
      await wait(100);
      process.kill(-(killed.pid ?? assert.fail('no process')), 'SIGKILL');
      await new Promise((resolve) => killed.on('close', resolve));
      assert.equal(existsSync(lock), true);
      const { code, stdout, stderr } = await setUp();
      assert.equal(code, 0, stderr);
      assert.match(stdout, /compiled 1 files/);
    });

    it('says in one sentence that the kernel description is missing', async () => {
      rmSync(path.join(folder, 'kernels', 'modelpred', 'start.cjs'));
      const { code, stderr } = await setUp();
      assert.equal(code, 1);
      assert.match(stderr, /^The kernel needs \S+start\.cjs, which does not exist: restore it with .*\.\n$/);
    });
  });
});

describe('commands', () => {
  for (const [name, program] of [
    ['npm test', 'scripts/test.mjs'],
    ['npm run build', 'scripts/build.mjs'],
    ['npm run setup', 'scripts/setup.mjs'],
    ['npm run setup:native', 'scripts/setup-native.mjs'],
    ['npm run doctor', 'scripts/doctor.mjs'],
    ['npm run accuracy', 'dist/scripts/accuracy/main.js'],
    ['npm run bench', 'dist/scripts/bench/main.js'],
  ]) {
    it(`${name} explains itself, and refuses an option that it does not have`, async () => {
      const [help, unknown] = await Promise.all(
        ['--help', '--unheard-of'].map((option) => runProgram(process.execPath, [path.join(root, program), option])),
      );
      assert.equal(help.code, 0);
      assert.ok(help.stdout.startsWith(name), help.stdout);
      assert.equal(unknown.code, 2);
      assert.equal(unknown.stderr, `Unknown option '--unheard-of'; see ${name} -- --help.\n`);
    });
  }

  it('say in a sentence where they cannot write', async () => {
    const module = JSON.stringify(pathToFileURL(path.join(root, 'scripts', 'workspace', 'failure.mjs')).href);
    const failure = "Object.assign(new Error('x'), { code: 'EROFS', path: '/clone/.cache' })";
    const program = `import { command } from ${module}; await command(() => { throw ${failure}; });`;
    const { code, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', program]);
    assert.equal(code, 1);
    assert.match(stderr, /^Cannot write \/clone\/\.cache: the file system is read-only\. The project .*\.\n$/);
  });

  it('asked to stop, end what they started, whatever group it is in, then tidy up, then end', async () => {
    const { folder, remove } = temporaryFolder();
    const module = (name: string) => JSON.stringify(pathToFileURL(path.join(root, 'scripts', 'workspace', name)).href);
    const endless = 'setInterval(() => {}, 1000)';
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(
      `require('node:fs').writeFileSync('pid', String(process.pid)); ${endless}`,
    )}], { detached: true }); ${endless}`;
    const program = `
      import { rmSync, mkdirSync } from 'node:fs';
      import { run } from ${module('processes.mjs')};
      import { onStop } from ${module('stopping.mjs')};
      mkdirSync('scratch');
      onStop(() => rmSync('scratch', { recursive: true }));
      await run(process.execPath, ['-e', ${JSON.stringify(child)}], { apart: true });
      console.log('went on');`;
    const stopped = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder });
    let printed = '';
    for (const stream of [stopped.stdout, stopped.stderr]) stream.on('data', (text) => (printed += String(text)));
    const ended = new Promise((resolve) => stopped.on('close', resolve));
    while (!existsSync(path.join(folder, 'pid'))) await wait(20);
    await wait(50);
    const grandchild = Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
    stopped.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.equal(printed, '');
    assert.equal(isRunning(grandchild), false);
    assert.equal(existsSync(path.join(folder, 'scratch')), false);
    remove();
  });

  it('npm run doctor finds all that is required, for people and for programs', async () => {
    const doctor = path.join(root, 'scripts', 'doctor.mjs');
    const [forPeople, forPrograms] = [
      await runProgram(process.execPath, [doctor]),
      await runProgram(process.execPath, [doctor, '--json']),
    ];
    assert.equal(forPeople.code, 0, forPeople.stdout);
    assert.match(forPeople.stdout, /^tensor backend +(tensorflow|wasm|cpu): /m);
    const { ok, findings } = JSON.parse(forPrograms.stdout) as {
      ok: boolean;
      findings: { name: string; found: string }[];
    };
    assert.equal(ok, true);
    assert.equal(findings.find(({ name }) => name === 'Node.js')?.found.split(' ')[0], process.versions.node);
  });

  it('CI runs npm test and nothing else', () => {
    const lines = readFileSync(path.join(root, '.ci', 'run'), 'utf8')
      .split('\n')
      .filter((line) => /^\w/.test(line));
    assert.deepEqual(lines.slice(-1), ['exec npm test']);
    assert.equal(lines.length, 3);
  });
});

/** Whether a process runs; one that has ended may still be listed as a zombie where nobody asks how it ended. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' });
  try {
    return process.kill(pid, 0) && !/\) Z /.test(stdout);
  } catch {
    return false;
  }
}
