import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from '../kernels/modelpred/root.cjs';

/** Rooms of src/ from the ground up; what stands in one line may not import its neighbours there. */
const floors: readonly (readonly string[])[] = [
  ['errors.ts', 'version.ts', 'nearest-names.ts', 'storage.ts'],
  ['control.ts', 'unknown-options.ts'],
  ['in-blocks.ts'],
  ['numerics'],
  ['data', 'statistics'],
  ['subsets'],
  ['networks'],
  ['learners'],
  ['retraining', 'evaluation'],
  ['games'],
  ['prediction'],
  ['attribution'],
  ['applications'],
  ['index.ts'],
  ['plots'],
  ['experiments', 'notebook'],
  ['report', 'cli'],
];
const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)));

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'assembly' ? [] : sourceFiles(path);
    return /\.c?ts$/.test(entry.name) ? [path] : [];
  });
}

/** What a file imports of its own package, as paths beneath src/; types too. */
function importsOf(source: string, file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(source, join(dirname(file), name)).replace(/\.(c?)js$/, '.$1ts'));
}

/** Files that import one another in a loop, or undefined. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = walk(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe('imports', () => {
  const source = join(root, 'src');
  const imports = new Map(
    sourceFiles(source).map((file) => [relative(source, file), importsOf(source, file)] as const),
  );
  const roomOf = (file: string): string => file.split('/')[0];

  it('point down', () => {
    const upwards: string[] = [];
    for (const [file, imported] of imports)
      for (const other of imported) {
        const [from, to] = [floorOf.get(roomOf(file)), floorOf.get(roomOf(other))];
        assert.ok(from !== undefined && to !== undefined, `${file} or ${other} stands in a room that has no floor yet`);
        if (roomOf(file) !== roomOf(other) && from <= to) upwards.push(`${file} -> ${other}`);
      }
    assert.deepEqual(upwards, []);
  });

  it('go in no circle, types included', () => {
    assert.deepEqual(circleIn(imports), undefined);
    assert.deepEqual(
      circleIn(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'a']],
          ['c', []],
        ]),
      ),
      ['a', 'b', 'a'],
    );
  });

  it('have file names in kebab-case', () => {
    const names = [...imports.keys()].filter(
      (file) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.c?ts$/.test(file),
    );
    assert.deepEqual(names, []);
  });
});
