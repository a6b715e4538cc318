import { strict as assert } from 'node:assert';
import { InputError } from '../../src/errors.js';
import { parseProfile } from '../../src/experiments/common/index.js';

describe('profiles', () => {
  it('are refused by name', () => {
    assert.equal(parseProfile('quick'), 'quick');
    assert.throws(() => parseProfile('fast'), InputError);
  });
});
