// Mends what tslab gets wrong in the source of a cell, before it is compiled.
import type { loadCompiler } from './tslab.cjs';

/** The mended source, and where its offsets are in the source as written. */
export interface CellSource {
  readonly text: string;
  readonly originalOffset: (offset: number) => number;
}

interface Insertion {
  /** Offset in the source as written. */
  readonly at: number;
  readonly text: string;
}

/** Writes `{ name }` as `{ name: name }`: tslab finds variables of earlier cells in the second form only. */
function spelledOut(ts: ReturnType<typeof loadCompiler>, code: string): Insertion[] {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const insertions: Insertion[] = [];
  const visit = (node: import('@tslab/typescript-for-tslab').Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) insertions.push({ at: node.name.end, text: `: ${node.name.text}` });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return insertions;
}

/** The source of a cell in a form that tslab compiles rightly; no line moves to another. */
export function mendSource(ts: ReturnType<typeof loadCompiler>, code: string): CellSource {
  // `await (…)` at the top of a cell is taken for a call unless the cell holds a plain await: this makes sure it does.
  const prefix = /\bawait\s*\(/.test(code) ? [{ at: 0, text: 'await null; ' }] : [];
  const insertions = [...prefix, ...spelledOut(ts, code)];
  let text = '';
  let from = 0;
  for (const { at, text: inserted } of insertions) {
    text += code.slice(from, at) + inserted;
    from = at;
  }
  text += code.slice(from);
  const originalOffset = (offset: number): number => {
    let before = 0;
    for (const { at, text: inserted } of insertions) {
      if (offset <= at + before) break;
      before += Math.min(inserted.length, offset - at - before);
    }
    return offset - before;
  };
  return { text, originalOffset };
}
