import { strict as assert } from 'node:assert';
import { runExamples } from './example.js';

describe('docs/prediction.md', function () {
  this.timeout(120_000);

  it('has examples that run as printed, one for every predictor, each as accurate as the text says', async () => {
    const printed = await runExamples('docs/prediction.md');
    const errors = new Map(
      [...printed.matchAll(/^(.+): mean relative error (\d\.\d+)$/gm)].map(([, name, error]) => [name, Number(error)]),
    );
    const error = (name: string): number => errors.get(name) ?? assert.fail(`${name} is missing from ${printed}`);
    assert.equal(errors.size, 15);
    const knowingNothing = error('mean θ');
    for (const [name, value] of errors)
      if (!['mean θ', 'nearest subset'].includes(name)) assert.ok(value < knowingNothing, `${name}: ${printed}`);
    assert.ok(error('ridge on mask and size') < error('ridge on the mask'), printed);
    assert.ok(error('one Newton step') < error('influence function'), printed);
    assert.ok(error('2 Newton steps') < error('one Newton step'), printed);
    assert.ok(error('size-aware chord, one step') < error('influence function'), printed);
    assert.ok(error('size-aware chord, 3 steps') < error('size-aware chord, one step'), printed);
    assert.ok(error('size-aware Newton, 2 steps') < error('size-aware Newton, one step'), printed);
    assert.ok(error('L-BFGS, 4 iterations') < error('size-aware chord, 3 steps'), printed);
    assert.ok(error('ModelPred (improved)') < error('ModelPred (parameter MSE)'), printed);
    assert.ok(error('ModelPred (improved) + one Newton step') < error('ModelPred (improved)') / 2, printed);

    assert.ok(Number(printed.match(/^five points added: relative error (\d\.\d+)$/m)?.[1]) < 0.1, printed);
    const [, largest] = printed.match(/largest error (\d\.\d+)\n$/) ?? [];
    assert.ok(Number(largest) < 0.02, printed);
    assert.match(printed, /^first model: about \d\.\d+ off; \d+ of 200 bounds proven$/m);
  });
});
