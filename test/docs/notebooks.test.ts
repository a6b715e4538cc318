import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { executeNotebook } from '../../kernels/modelpred/execute.cjs';
import { describeFailure } from '../../kernels/modelpred/terminal.cjs';
import { root } from '../../kernels/modelpred/root.cjs';
import { outputsOf, readContent } from '../../scripts/report/content.js';
import { notebookOf } from '../kernel/notebooks.js';

describe('docs/notebooks.md', function () {
  this.timeout(120_000);

  it('has a notebook that runs headlessly as printed, with its parameters set from outside', async () => {
    const text = await readFile(path.join(root, 'docs', 'notebooks.md'), 'utf8');
    const [parameters, ...cells] = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
    const notebook = notebookOf({ source: parameters, tags: ['parameters'] }, ...cells);
    const { notebook: executed, failure } = await executeNotebook(notebook, { parameters: { count: 20 } });
    assert.equal(failure && describeFailure('the example', failure), undefined);
    const content = readContent('example', executed);
    assert.equal(outputsOf(content, 'table')[0].rows[0].subsets, 20);
    assert.deepEqual(
      outputsOf(content, 'figure').map(({ name }) => name),
      ['error-histogram'],
    );
    assert.equal(outputsOf(content, 'claims')[0].claims[0].verdict, 'holds');
  });
});
