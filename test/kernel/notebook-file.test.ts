import { strict as assert } from 'node:assert';
import { InputError } from '../../src/errors.js';
import { firstLine, formatNotebook, parseNotebook, withoutVolatile } from '../../kernels/modelpred/notebook-file.cjs';
import { notebookOf } from './notebooks.js';

describe('notebook files', () => {
  for (const [title, text, message] of [
    ['what is not JSON', '{', /^x is not a notebook: it is not JSON/],
    ['JSON that is no notebook', '[1]', /^x is not a notebook: it is JSON without/],
    ['null', 'null', /^x is not a notebook/],
    ['an old format', '{"nbformat": 3, "cells": []}', /format 3; convert it to format 4/],
    ['a damaged cell', '{"nbformat": 4, "cells": [{"cell_type": "code"}]}', /cell 1 has no "cell_type" or no "source"/],
    ['another kernel', '{"nbformat":4,"cells":[],"metadata":{"kernelspec":{"name":"python3"}}}', /kernel "python3"/],
  ] as const) {
    it(`refuse ${title} with one sentence`, () =>
      assert.throws(
        () => parseNotebook(text, 'x'),
        (error) => error instanceof InputError && message.test(error.message),
      ));
  }

  it('are written in the layout of Jupyter and read back the same', () => {
    const notebook = notebookOf('a\nb', '');
    const text = formatNotebook(notebook);
    assert.match(text, /^{\n "cells": \[\n {2}{\n {3}"cell_type": "code",/);
    assert.match(text, /"source": \[\n {4}"a\\n",\n {4}"b"\n {3}\]/);
    assert.ok(text.endsWith('\n}\n'));
    assert.equal(formatNotebook(parseNotebook(text, 'x')), text);
  });

  it('split texts into lines, but nothing inside JSON outputs', () => {
    const notebook = notebookOf('1');
    const json = { text: 'a\nb', source: 'c', title: { text: 'd' }, data: { source: 'e' }, list: [{ source: 'f' }] };
    const data = { 'text/plain': 'a\nb', 'image/png': 'AAAA', 'application/json': json };
    Object.assign(notebook.cells[0], { outputs: [{ output_type: 'display_data', data, metadata: {} }] });
    const { cells } = JSON.parse(formatNotebook(notebook)) as { cells: { outputs: { data: unknown }[] }[] };
    assert.deepEqual(cells[0].outputs[0].data, { ...data, 'text/plain': ['a\n', 'b'] });
  });

  it('keep no timestamps, widget state or progress bars', () => {
    const notebook = notebookOf('1');
    notebook.metadata.widgets = {};
    notebook.cells[0].metadata = { execution: { 'iopub.execute_input': 'now' }, tags: ['kept'] };
    const progress = {
      output_type: 'display_data',
      data: { 'application/vnd.modelpred.progress+json': {} },
      metadata: {},
    };
    const kept = { output_type: 'stream', name: 'stdout', text: 'kept' };
    Object.assign(notebook.cells[0], { outputs: [progress, kept] });
    const clean = withoutVolatile(notebook);
    assert.equal('widgets' in clean.metadata, false);
    assert.deepEqual(clean.cells[0].metadata, { tags: ['kept'] });
    assert.deepEqual(clean.cells[0].outputs, [kept]);
  });

  it('name a cell by its first line of code', () => {
    const [cell] = notebookOf('\n// comment\n  const a = 1;\n').cells;
    assert.equal(firstLine(cell), 'const a = 1;');
  });
});
