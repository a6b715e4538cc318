import assert from 'node:assert/strict';
import { InputError } from '../../src/errors.js';
import { concatenateSubsets, fullPool, subsetsFromMembers, subsetSizes, takeSubsets } from '../../src/subsets/index.js';

describe('subsets', () => {
  const three = subsetsFromMembers(4, [[0, 3], [], [2, 2, 1]]);

  it('are made of lists of points, which may repeat', () => {
    assert.deepEqual(three, {
      count: 3,
      poolSize: 4,
      weights: Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 0),
    });
    assert.deepEqual([...subsetSizes(three)], [2, 0, 3]);
    assert.deepEqual([...subsetsFromMembers(1, [new Array<number>(255).fill(0)]).weights], [255]);
  });

  it('can be taken by row and joined', () => {
    const taken = takeSubsets(three, Int32Array.of(2, 0, 2));
    assert.deepEqual([...subsetSizes(taken)], [3, 2, 3]);
    assert.deepEqual(concatenateSubsets(takeSubsets(three, [0]), takeSubsets(three, [1, 2])), three);
    assert.deepEqual([...fullPool(3).weights], [1, 1, 1]);
    assert.equal(takeSubsets(three, []).weights.length, 0);
  });

  it('copy: what is taken does not change with its source', () => {
    const source = fullPool(2);
    const taken = takeSubsets(source, [0]);
    source.weights[0] = 9;
    assert.deepEqual([...taken.weights], [1, 1]);
  });

  it('refuse what they cannot hold', () => {
    const refused = (work: () => unknown, message: RegExp) =>
      assert.throws(work, (error) => error instanceof InputError && message.test(error.message));
    refused(() => subsetsFromMembers(4, [[4]]), /Subset 0 names point 4; points run from 0 to 3/);
    refused(() => subsetsFromMembers(4, [[0.5]]), /names point 0.5/);
    refused(() => subsetsFromMembers(1, [new Array<number>(256).fill(0)]), /more than 255 times/);
    refused(() => takeSubsets(three, [3]), /There is no subset 3; rows run from 0 to 2/);
    refused(() => concatenateSubsets(three, fullPool(5)), /pools of 4 and 5 points/);
    refused(() => concatenateSubsets(), /nothing to concatenate/);
  });
});
