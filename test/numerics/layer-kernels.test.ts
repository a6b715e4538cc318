import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plainLayerKernelsOver } from '../../src/numerics/layer-kernels-plain.js';
import { wasmLayerKernels } from '../../src/numerics/layer-kernels-wasm.js';
import {
  activations,
  firstPlace,
  type LayerKernels,
  type NormShape,
  type Place,
  type WindowShape,
} from '../../src/numerics/layer-kernels.js';
import { randomStream } from '../../src/numerics/random.js';
import { chooseKernels } from '../../src/numerics/wasm-kernels.js';

type Numbers = Float32Array | Float64Array;

/** A memory that is taken from in pieces, each at any place, filled with normal numbers of the stream. */
function layout(seed: number): { take: (length: number, values?: (i: number) => number) => Place; values: number[] } {
  const stream = randomStream(seed, 'layer-kernels');
  const values: number[] = new Array<number>(firstPlace).fill(0);
  return {
    values,
    take(length, value = () => stream.normal()) {
      // Places of parameters begin anywhere.
      for (let gap = stream.integer(4); gap > 0; gap--) values.push(stream.normal());
      const place = values.length;
      for (let i = 0; i < length; i++) values.push(Math.fround(value(i)));
      return place;
    },
  };
}

/** Runs an operation in float64 and in WebAssembly on the same memory and compares all of it afterwards. */
function compare(values: readonly number[], operation: (kernels: LayerKernels) => void, tolerance = 1e-5): void {
  const exact = Float64Array.from(values);
  operation(plainLayerKernelsOver(exact));
  for (const choice of ['wasm', 'fused'] as const) {
    chooseKernels(choice);
    const kernels = wasmLayerKernels(values.length);
    if (!kernels) continue;
    kernels.numbers.set(values);
    operation(kernels);
    assertClose(kernels.numbers, exact, values, tolerance);
  }
}

/** Numbers that the operation left alone are the same; the others are within the tolerance of the largest of them. */
function assertClose(actual: Numbers, exact: Numbers, before: readonly number[], tolerance: number): void {
  let scale = 1;
  for (let i = 0; i < exact.length; i++) if (exact[i] !== before[i]) scale = Math.max(scale, Math.abs(exact[i]));
  for (let i = 0; i < exact.length; i++) {
    const error = Math.abs(actual[i] - exact[i]);
    const allowed = exact[i] === before[i] && actual[i] !== exact[i] ? 1e-6 : tolerance;
    if (!(error <= allowed * scale)) assert.fail(`number ${i}: ${actual[i]} instead of ${exact[i]} (was ${before[i]})`);
  }
}

function property<T>(arbitrary: fc.Arbitrary<T>, check: (value: T, seed: number) => void, numRuns = 25): void {
  fc.assert(fc.property(arbitrary, fc.nat(2 ** 20), check), { numRuns });
}

const size = fc.integer({ min: 0, max: 21 });
const flag = fc.constantFrom(0 as const, 1 as const);

const windowShape: fc.Arbitrary<WindowShape> = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1, 2, 3, 4, 8, 9, 13),
    windowHeight: fc.integer({ min: 1, max: 4 }),
    windowWidth: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    paddingTop: fc.integer({ min: 0, max: 2 }),
    paddingLeft: fc.integer({ min: 0, max: 2 }),
    below: fc.integer({ min: 0, max: 2 }),
    right: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ below, right, ...shape }) => ({
    ...shape,
    paddingTop: Math.min(shape.paddingTop, shape.windowHeight - 1),
    paddingLeft: Math.min(shape.paddingLeft, shape.windowWidth - 1),
    outHeight: Math.floor((shape.height + shape.paddingTop + below - shape.windowHeight) / shape.stride) + 1,
    outWidth: Math.floor((shape.width + shape.paddingLeft + right - shape.windowWidth) / shape.stride) + 1,
  }))
  .filter((shape) => {
    // Every window has a pixel of the image.
    const lastTop = (shape.outHeight - 1) * shape.stride - shape.paddingTop;
    const lastLeft = (shape.outWidth - 1) * shape.stride - shape.paddingLeft;
    return shape.outHeight > 0 && shape.outWidth > 0 && lastTop < shape.height && lastLeft < shape.width;
  });

const normShape: fc.Arbitrary<NormShape> = fc
  .record({
    positions: fc.integer({ min: 1, max: 30 }),
    groups: fc.constantFrom(1, 2, 3, 4),
    width: fc.constantFrom(1, 2, 3, 4, 5, 8, 12),
  })
  .map(({ positions, groups, width }) => ({ positions, groups, channels: groups * width }));

describe('kernels of layers in WebAssembly compute what the plain ones do', function () {
  this.timeout(30_000);
  before(function () {
    chooseKernels('wasm');
    if (!wasmLayerKernels(1)) this.skip();
  });
  after(() => chooseKernels(undefined));

  it('products: all transposes, strides, counts and odd sizes', () => {
    const inner = fc.oneof(size, fc.constantFrom(127, 128, 131, 520, 1100));
    const sizes = fc.tuple(fc.constantFrom(0 as const, 1 as const, 2 as const), size, size, inner, flag, fc.nat(3));
    property(
      fc.tuple(sizes, fc.nat(5)),
      ([[transposed, m, n, k, accumulate, count], gap], seed) => {
        const { take, values } = layout(seed);
        const [aRows, aRow] = transposed === 1 ? [k, m + gap] : [m, k + gap];
        const [bRows, bRow] = transposed === 2 ? [n, k + gap] : [k, n + gap];
        const [a, b] = [take(count * aRows * aRow), take(count * bRows * bRow)];
        const c = take(count * m * (n + gap));
        const steps = [aRows * aRow, bRows * bRow, m * (n + gap)] as const;
        compare(values, (kernels) =>
          kernels.multiply(transposed, m, n, k, a, aRow, b, bRow, c, n + gap, accumulate, count, ...steps),
        );
      },
      150,
    );
  });

  it('a row of a product has the same bytes whatever rows are computed beside it', () => {
    property(
      fc.tuple(fc.constantFrom(0 as const, 2 as const), fc.constantFrom(7, 64, 300), size),
      ([transposed, k, n], seed) => {
        const { take, values } = layout(seed);
        const rows = 37;
        const [a, b, c, alone] = [take(rows * k), take(n * k), take(rows * n), take(rows * n)];
        const bRow = transposed === 2 ? k : n;
        const kernels = wasmLayerKernels(values.length);
        assert.ok(kernels);
        kernels.numbers.set(values);
        kernels.multiply(transposed, rows, n, k, a, k, b, bRow, c, n, 0, 1, 0, 0, 0);
        for (let row = 0; row < rows; row += 3) {
          const some = Math.min(3, rows - row);
          kernels.multiply(transposed, some, n, k, a + row * k, k, b, bRow, alone + row * n, n, 0, 1, 0, 0, 0);
        }
        assert.deepEqual(kernels.numbers.slice(alone, alone + rows * n), kernels.numbers.slice(c, c + rows * n));
      },
    );
  });

  it('convolutions, their transposes in the images and in the filters', () => {
    property(
      fc.tuple(windowShape, fc.nat(3), fc.constantFrom(1, 3, 4, 8, 10, 16), flag),
      ([shape, examples, filters, accumulate], seed) => {
        const { take, values } = layout(seed);
        const x = take(examples * shape.height * shape.width * shape.channels);
        const w = take(filters * shape.windowHeight * shape.windowWidth * shape.channels);
        const y = take(examples * shape.outHeight * shape.outWidth * filters);
        compare(values, (kernels) => kernels.convolve(shape, examples, filters, x, w, y, accumulate));
        compare(values, (kernels) => kernels.convolveBack(shape, examples, filters, y, w, x, accumulate));
        compare(values, (kernels) => kernels.convolveFilters(shape, examples, filters, x, y, w, accumulate));
      },
      150,
    );
  });

  it('pools and their transposes', () => {
    property(fc.tuple(windowShape, fc.nat(3)), ([shape, examples], seed) => {
      const { take, values } = layout(seed);
      const inner = shape.height * shape.width * shape.channels;
      const outer = shape.outHeight * shape.outWidth * shape.channels;
      const [x, y, indices] = [take(examples * inner), take(examples * outer), take(examples * outer)];
      compare(values, (kernels) => {
        kernels.maximumPool(shape, examples, x, y, indices);
        kernels.addAt(examples, inner, outer, indices, y, x);
        kernels.takeAt(examples, inner, outer, indices, x, y);
      });
      compare(values, (kernels) => kernels.averagePool(shape, examples, x, y));
      compare(values, (kernels) => kernels.averagePoolBack(shape, examples, y, x));
    });
  });

  for (const activation of activations) {
    it(`${activation}, its slope and curvature, near and far`, () => {
      property(fc.tuple(size, fc.constantFrom(0.01, 1, 5, 100, 1e20)), ([length, spread], seed) => {
        const { take, values } = layout(seed);
        const stream = randomStream(seed, 'spread');
        const x = take(length, () => spread * stream.normal());
        const [y, slope, dx, g, out] = [take(length), take(length), take(length), take(length), take(length)];
        compare(
          values,
          (kernels) => {
            kernels.activate(activation, length, x, y, slope);
            kernels.addCurvature(activation, length, x, y, dx, g, out);
          },
          2e-6,
        );
      });
    });
  }

  it('activations are right to the last digits in relative error, and keep what is not a number', () => {
    const xs = Float64Array.from({ length: 2000 }, (_, i) => Math.fround((i - 1000.5) / 125));
    const kernels = wasmLayerKernels(firstPlace + 3 * xs.length);
    assert.ok(kernels);
    const { numbers } = kernels;
    const [x, y, slope] = [0, 1, 2].map((part) => firstPlace + part * xs.length);
    for (const activation of activations) {
      numbers.set(xs, x);
      kernels.activate(activation, xs.length, x, y, slope);
      const exact = new Float64Array(numbers.length);
      exact.set(xs, x);
      plainLayerKernelsOver(exact).activate(activation, xs.length, x, y, slope);
      for (let i = 0; i < xs.length; i++) {
        const error = Math.abs(numbers[y + i] - exact[y + i]);
        const allowed = 2e-6 * Math.abs(exact[y + i]);
        assert.ok(error <= allowed, `${activation}(${xs[i]}) is ${numbers[y + i]}, not ${exact[y + i]}`);
      }
      numbers[x] = NaN;
      kernels.activate(activation, 1, x, y, slope);
      assert.ok(Number.isNaN(numbers[y]), activation);
    }
  });

  it('softmax cross-entropy and its tangent, with large logits too', () => {
    property(
      fc.tuple(fc.nat(9), fc.integer({ min: 2, max: 19 }), fc.constantFrom(1, 80, 1e6)),
      ([n, classes, spread], seed) => {
        const { take, values } = layout(seed);
        const stream = randomStream(seed, 'labels');
        const logits = take(n * classes, () => spread * stream.normal());
        const labels = take(n, () => stream.integer(classes));
        const [weights, losses, p, slopes] = [take(n), take(n), take(n * classes), take(n * classes)];
        const [dz, dw, dl, ds] = [take(n * classes), take(n), take(n), take(n * classes)];
        compare(
          values,
          (kernels) => {
            kernels.softmaxLoss(n, classes, logits, labels, weights, losses, p, slopes);
            kernels.softmaxLossTangent(n, classes, p, labels, weights, dz, dw, dl, ds);
          },
          2e-5,
        );
      },
    );
  });

  it('softmax with a mask, its derivative and curvature', () => {
    property(
      fc.tuple(fc.nat(4), fc.nat(5), fc.integer({ min: 1, max: 19 }), fc.constantFrom(1, 80)),
      ([examples, rows, columns, spread], seed) => {
        const { take, values } = layout(seed);
        const stream = randomStream(seed, 'mask');
        const length = examples * rows * columns;
        const x = take(length, () => spread * stream.normal());
        const mask = take(examples * columns, () => stream.integer(3));
        const [y, dy, v, out] = [take(length), take(length), take(length), take(length)];
        compare(
          values,
          (kernels) => {
            kernels.maskedSoftmax(examples, rows, columns, 0.3, x, mask, y);
            kernels.addSoftmaxCurvature(examples * rows, columns, 0.3, y, dy, v, out);
          },
          2e-5,
        );
        compare(values, (kernels) => kernels.softmaxDerivative(examples * rows, columns, 0.3, y, v, out));
      },
    );
  });

  it('normalisation, its derivative and curvature', () => {
    property(
      fc.tuple(normShape, fc.nat(4)),
      ([shape, examples], seed) => {
        const { take, values } = layout(seed);
        const length = examples * shape.positions * shape.channels;
        const [x, z, s] = [take(length), take(length), take(examples * shape.groups)];
        const [v, dx, dz, out] = [take(length), take(length), take(length), take(length)];
        // Groups of one number have variance 0, so ε must not be tiny.
        compare(values, (kernels) => kernels.normalise(shape, examples, 0.01, x, z, s), 2e-5);
        compare(values, (kernels) => kernels.normaliseDerivative(shape, examples, z, s, v, out));
        compare(values, (kernels) => kernels.addNormaliseCurvature(shape, examples, z, s, dx, dz, v, out));
      },
      100,
    );
  });

  it('operations on rows', () => {
    property(fc.tuple(size, fc.integer({ min: 1, max: 70 }), flag), ([rows, columns, accumulate], seed) => {
      const { take, values } = layout(seed);
      const stream = randomStream(seed, 'indices');
      const [x, y, row, out] = [take(rows * columns), take(rows * columns), take(columns), take(columns)];
      const indices = take(rows, () => stream.integer(6) - 1);
      const table = take(5 * columns);
      compare(values, (kernels) => {
        kernels.addRow(rows, columns, row, y);
        kernels.multiplyRow(rows, columns, x, row, y, accumulate);
        kernels.addColumnSums(rows, columns, y, out);
        kernels.addColumnProducts(rows, columns, x, y, out);
      });
      compare(values, (kernels) => {
        kernels.addRows(rows, columns, indices, x, table);
        kernels.takeRows(rows, columns, indices, table, y);
      });
    });
  });

  it('operations on elements', () => {
    property(fc.tuple(size, flag, fc.constantFrom(0, 0.5)), ([length, accumulate, beta], seed) => {
      const { take, values } = layout(seed);
      const [x, y, out] = [take(length), take(length), take(length)];
      compare(values, (kernels) => {
        kernels.multiplyElements(length, x, y, out, accumulate);
        kernels.multiplyElements(length, x, y, x, accumulate);
        kernels.combine(length, 0.3, x, beta, y);
        kernels.numbers[firstPlace - 1] = kernels.dot(length, x, y);
      });
    });
  });

  it('combine does not read what it replaces', () => {
    const kernels = wasmLayerKernels(firstPlace + 16);
    assert.ok(kernels);
    kernels.numbers.fill(NaN, firstPlace + 8);
    kernels.combine(5, 2, firstPlace, 0, firstPlace + 8);
    assert.deepEqual([...kernels.numbers.subarray(firstPlace + 8, firstPlace + 14)], [0, 0, 0, 0, 0, NaN]);
  });

  it('steps of optimisers', () => {
    property(size, (length, seed) => {
      const { take, values } = layout(seed);
      const [theta, g, m] = [take(length), take(length), take(length)];
      const v = take(length, (i) => (i + 1) / 10);
      compare(values, (kernels) => kernels.momentumStep(length, theta, g, m, 0.1, 0.9, 0.01));
      compare(values, (kernels) => {
        kernels.adamStep(length, theta, g, m, v, 0.1, 1.5, 0.9, 0.99, 1e-8, 0.01, 0.98);
      });
    });
  });

  it('refuses a convolution that is too large for its scratch', () => {
    const kernels = wasmLayerKernels(firstPlace);
    const shape = { height: 2000, width: 2000, channels: 3, windowHeight: 3, windowWidth: 3, stride: 1 };
    const all = { ...shape, paddingTop: 1, paddingLeft: 1, outHeight: 2000, outWidth: 2000 };
    assert.throws(() => kernels?.convolve(all, 0, 8, 0, 0, 0, 0), {
      message:
        'A convolution of 2000×2000×3 images with 8 filters of 3×3 is too large for the kernels; reduce the images first.',
    });
  });
});
