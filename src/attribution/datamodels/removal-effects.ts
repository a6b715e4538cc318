import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { inBlocks } from '../../in-blocks.js';
import { fullPool, leaveSinglesOut, type Subsets } from '../../subsets/index.js';

/** `B×T` outputs of T targets for B subsets, e.g. margins under retrained or predicted models, or what datamodels predict. */
export type OutputsOf = (subsets: Subsets, control?: RunControl) => Float64Array | Promise<Float64Array>;

/**
 * `T×N` effects of every pool point on T outputs, output(pool) − output(pool without i), with the sign of a datamodel's
 * coefficients: positive where the point's presence raises the output. Asks for N + 1 subsets, block by block, at most 8 MB of
 * them at once.
 *
 * @throws InterruptedError on request.
 */
export async function leaveOneOutEffects(
  poolSize: number,
  outputsOf: OutputsOf,
  control?: RunControl,
): Promise<Float64Array> {
  const signal = control?.signal && { signal: control.signal };
  const whole = await outputsOf(fullPool(poolSize), signal);
  const effects = new Float64Array(whole.length * poolSize);
  await inBlocks({
    rows: poolSize,
    width: poolSize,
    label: 'leave-one-out effects',
    control,
    async evaluate(first, count) {
      const without = await outputsOf(leaveSinglesOut(poolSize, first, count), signal);
      for (let k = 0; k < count; k++) {
        whole.forEach((output, t) => (effects[t * poolSize + first + k] = output - without[k * whole.length + t]));
      }
    },
  });
  return effects;
}

/**
 * T orders of the pool by descending effect, in which removing points is expected to lower the output most (Ilyas et al. 2022,
 * §4.1). Equal effects keep the order of the pool.
 *
 * @param effects `T×N`
 * @throws InputError if the effects are no whole rows.
 */
export function ordersByEffect(effects: Float64Array, poolSize: number): Int32Array[] {
  return Array.from({ length: rowsOf(effects, poolSize) }, (_, t) => {
    const own = effects.subarray(t * poolSize, (t + 1) * poolSize);
    return Int32Array.from(own.keys()).sort((i, j) => own[j] - own[i] || i - j);
  });
}

/**
 * `B×T` changes of outputs that additive effects predict for B subsets of the pool, −Σ_{i∉S} w_ti (Ilyas et al. 2022, §4.1): the
 * effects of what is missing, taken away.
 *
 * @param effects `T×N`
 * @throws InputError if the effects are no whole rows.
 */
export function additiveChanges(effects: Float64Array, { count, poolSize, weights }: Subsets): Float64Array {
  const targets = rowsOf(effects, poolSize);
  const changes = new Float64Array(count * targets);
  for (let b = 0; b < count; b++) {
    for (let i = 0; i < poolSize; i++) {
      const change = weights[b * poolSize + i] - 1;
      if (change === 0) continue;
      for (let t = 0; t < targets; t++) changes[b * targets + t] += change * effects[t * poolSize + i];
    }
  }
  return changes;
}

function rowsOf(effects: Float64Array, poolSize: number): number {
  if (effects.length % poolSize !== 0)
    throw new InputError(`${effects.length} effects are no whole rows of ${poolSize} pool points; pass a T×N array.`);
  return effects.length / poolSize;
}
