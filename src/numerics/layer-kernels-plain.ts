import { activationFormulas } from './activation-formulas.js';
import type { LayerKernels, NormShape, WindowShape } from './layer-kernels.js';

type Numbers = Float32Array | Float64Array;

/** Plain kernels over a new memory: the readable twin of the WebAssembly ones, and the float64 arithmetic of networks. */
export function plainLayerKernels(length: number, precision: 'float32' | 'float64' = 'float64'): LayerKernels {
  return plainLayerKernelsOver(precision === 'float64' ? new Float64Array(length) : new Float32Array(length));
}

/** Plain kernels over this memory. */
export function plainLayerKernelsOver(numbers: Numbers): LayerKernels {
  return {
    precision: numbers instanceof Float64Array ? 'float64' : 'float32',
    numbers,
    ...products(numbers),
    ...convolutions(numbers),
    ...pools(numbers),
    ...elementwise(numbers),
    ...losses(numbers),
    ...softmax(numbers),
    ...norms(numbers),
    ...rowwise(numbers),
    ...steps(numbers),
  };
}

type Part<Names extends keyof LayerKernels> = Pick<LayerKernels, Names>;

function products(numbers: Numbers): Part<'multiply' | 'dot'> {
  return {
    multiply(transposed, m, n, k, a, aRow, b, bRow, c, cRow, accumulate, count, aStep, bStep, cStep) {
      const [aAlong, aDown] = transposed === 1 ? [aRow, 1] : [1, aRow];
      for (let each = 0; each < count; each++) {
        const [a0, b0, c0] = [a + each * aStep, b + each * bStep, c + each * cStep];
        for (let i = 0; i < m; i++) {
          const out = c0 + i * cRow;
          if (!accumulate) numbers.fill(0, out, out + n);
          if (transposed === 2) {
            for (let j = 0; j < n; j++) numbers[out + j] += dotAt(numbers, k, a0 + i * aDown, b0 + j * bRow);
            continue;
          }
          for (let l = 0; l < k; l++) {
            const scale = numbers[a0 + i * aDown + l * aAlong];
            for (let j = 0; j < n; j++) numbers[out + j] += scale * numbers[b0 + l * bRow + j];
          }
        }
      }
    },
    dot: (length, x, y) => dotAt(numbers, length, x, y),
  };
}

function dotAt(numbers: Numbers, length: number, x: number, y: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += numbers[x + i] * numbers[y + i];
  return sum;
}

/** Calls `visit` with every output pixel of an image and every pixel of the image in its window, and that one's place in the window. */
function forWindows(shape: WindowShape, visit: (output: number, pixel: number, inWindow: number) => void): void {
  const { height, width, windowHeight, windowWidth, stride, paddingTop, paddingLeft, outHeight, outWidth } = shape;
  for (let output = 0; output < outHeight * outWidth; output++) {
    const top = Math.floor(output / outWidth) * stride - paddingTop;
    const left = (output % outWidth) * stride - paddingLeft;
    for (let u = Math.max(0, -top); u < Math.min(windowHeight, height - top); u++) {
      for (let v = Math.max(0, -left); v < Math.min(windowWidth, width - left); v++) {
        visit(output, (top + u) * width + left + v, u * windowWidth + v);
      }
    }
  }
}

function inputSize({ height, width, channels }: WindowShape): number {
  return height * width * channels;
}

function convolutions(numbers: Numbers): Part<'convolve' | 'convolveBack' | 'convolveFilters'> {
  /** Calls `visit` with the places of `channels` numbers each of an image and of a filter, and of one number of the output. */
  const forFilters = (
    shape: WindowShape,
    [examples, filters]: readonly [number, number],
    [x, w, y]: readonly [number, number, number],
    visit: (xAt: number, wAt: number, yAt: number) => void,
  ): void => {
    const { channels, windowHeight, windowWidth, outHeight, outWidth } = shape;
    const filterSize = windowHeight * windowWidth * channels;
    for (let example = 0; example < examples; example++) {
      const image = x + example * inputSize(shape);
      const result = y + example * outHeight * outWidth * filters;
      forWindows(shape, (output, pixel, inWindow) => {
        for (let f = 0; f < filters; f++) {
          visit(image + pixel * channels, w + f * filterSize + inWindow * channels, result + output * filters + f);
        }
      });
    }
  };
  return {
    convolve(shape, examples, filters, x, w, y, accumulate) {
      if (!accumulate) numbers.fill(0, y, y + examples * shape.outHeight * shape.outWidth * filters);
      forFilters(shape, [examples, filters], [x, w, y], (xAt, wAt, yAt) => {
        numbers[yAt] += dotAt(numbers, shape.channels, xAt, wAt);
      });
    },
    convolveBack(shape, examples, filters, y, w, x, accumulate) {
      if (!accumulate) numbers.fill(0, x, x + examples * inputSize(shape));
      forFilters(shape, [examples, filters], [x, w, y], (xAt, wAt, yAt) => {
        for (let c = 0; c < shape.channels; c++) numbers[xAt + c] += numbers[yAt] * numbers[wAt + c];
      });
    },
    convolveFilters(shape, examples, filters, x, y, w, accumulate) {
      if (!accumulate) numbers.fill(0, w, w + filters * shape.windowHeight * shape.windowWidth * shape.channels);
      forFilters(shape, [examples, filters], [x, w, y], (xAt, wAt, yAt) => {
        for (let c = 0; c < shape.channels; c++) numbers[wAt + c] += numbers[yAt] * numbers[xAt + c];
      });
    },
  };
}

function pools(numbers: Numbers): Part<'maximumPool' | 'takeAt' | 'addAt' | 'averagePool' | 'averagePoolBack'> {
  const outputSize = ({ outHeight, outWidth, channels }: WindowShape): number => outHeight * outWidth * channels;
  /** Pixels of the image in the window of every output. */
  const windowCounts = (shape: WindowShape): Int32Array => {
    const counts = new Int32Array(shape.outHeight * shape.outWidth);
    forWindows(shape, (output) => counts[output]++);
    return counts;
  };
  return {
    maximumPool(shape, examples, x, y, indices) {
      const [inner, outer, { channels }] = [inputSize(shape), outputSize(shape), shape];
      for (let example = 0; example < examples; example++) {
        numbers.fill(-Infinity, y + example * outer, y + (example + 1) * outer);
        forWindows(shape, (output, pixel) => {
          for (let c = 0; c < channels; c++) {
            const value = numbers[x + example * inner + pixel * channels + c];
            const at = example * outer + output * channels + c;
            if (!(value > numbers[y + at])) continue;
            numbers[y + at] = value;
            numbers[indices + at] = pixel * channels + c;
          }
        });
      }
    },
    takeAt(examples, inner, outer, indices, x, y) {
      for (let at = 0; at < examples * outer; at++) {
        numbers[y + at] = numbers[x + Math.floor(at / outer) * inner + numbers[indices + at]];
      }
    },
    addAt(examples, inner, outer, indices, y, x) {
      for (let at = 0; at < examples * outer; at++) {
        numbers[x + Math.floor(at / outer) * inner + numbers[indices + at]] += numbers[y + at];
      }
    },
    averagePool(shape, examples, x, y) {
      const [inner, outer, counts, { channels }] = [inputSize(shape), outputSize(shape), windowCounts(shape), shape];
      numbers.fill(0, y, y + examples * outer);
      for (let example = 0; example < examples; example++) {
        forWindows(shape, (output, pixel) => {
          for (let c = 0; c < channels; c++) {
            numbers[y + example * outer + output * channels + c] +=
              numbers[x + example * inner + pixel * channels + c] / counts[output];
          }
        });
      }
    },
    averagePoolBack(shape, examples, y, x) {
      const [inner, outer, counts, { channels }] = [inputSize(shape), outputSize(shape), windowCounts(shape), shape];
      for (let example = 0; example < examples; example++) {
        forWindows(shape, (output, pixel) => {
          for (let c = 0; c < channels; c++) {
            numbers[x + example * inner + pixel * channels + c] +=
              numbers[y + example * outer + output * channels + c] / counts[output];
          }
        });
      }
    },
  };
}

function elementwise(numbers: Numbers): Part<'activate' | 'addCurvature' | 'multiplyElements' | 'combine'> {
  return {
    activate(activation, length, x, y, slope) {
      const formulas = activationFormulas[activation];
      for (let i = 0; i < length; i++) {
        const value = numbers[x + i];
        numbers[y + i] = formulas.value(value);
        numbers[slope + i] = formulas.slope(value);
      }
    },
    addCurvature(activation, length, x, _y, dx, g, out) {
      const { curvature } = activationFormulas[activation];
      for (let i = 0; i < length; i++) {
        numbers[out + i] += curvature(numbers[x + i]) * numbers[dx + i] * numbers[g + i];
      }
    },
    multiplyElements(length, x, y, out, accumulate) {
      for (let i = 0; i < length; i++) {
        const product = numbers[x + i] * numbers[y + i];
        numbers[out + i] = accumulate ? numbers[out + i] + product : product;
      }
    },
    combine(length, alpha, x, beta, y) {
      for (let i = 0; i < length; i++) {
        numbers[y + i] = alpha * numbers[x + i] + (beta === 0 ? 0 : beta * numbers[y + i]);
      }
    },
  };
}

function losses(numbers: Numbers): Part<'softmaxLoss' | 'softmaxLossTangent'> {
  return {
    softmaxLoss(examples, classes, logits, labels, weights, losses, probabilities, slopes) {
      for (let i = 0; i < examples; i++) {
        const z = numbers.subarray(logits + i * classes, logits + (i + 1) * classes);
        const largest = Math.max(...z);
        const exponentials = Array.from(z, (value) => Math.exp(value - largest));
        const sum = exponentials.reduce((all, value) => all + value, 0);
        const label = numbers[labels + i];
        numbers[losses + i] = largest - z[label] + Math.log(sum);
        exponentials.forEach((exponential, k) => {
          const p = exponential / sum;
          numbers[probabilities + i * classes + k] = p;
          numbers[slopes + i * classes + k] = numbers[weights + i] * (p - (k === label ? 1 : 0));
        });
      }
    },
    softmaxLossTangent(examples, classes, probabilities, labels, weights, logitTangents, weightTangents, ...out) {
      const [lossTangents, slopeTangents] = out;
      for (let i = 0; i < examples; i++) {
        const [p, dz] = [probabilities + i * classes, logitTangents + i * classes];
        const mean = dotAt(numbers, classes, p, dz);
        const label = numbers[labels + i];
        numbers[lossTangents + i] = mean - numbers[dz + label];
        for (let k = 0; k < classes; k++) {
          const excess = numbers[p + k] - (k === label ? 1 : 0);
          numbers[slopeTangents + i * classes + k] =
            numbers[weights + i] * numbers[p + k] * (numbers[dz + k] - mean) + numbers[weightTangents + i] * excess;
        }
      }
    },
  };
}

function softmax(numbers: Numbers): Part<'maskedSoftmax' | 'softmaxDerivative' | 'addSoftmaxCurvature'> {
  return {
    maskedSoftmax(examples, rows, columns, scale, x, mask, y) {
      for (let row = 0; row < examples * rows; row++) {
        const at = row * columns;
        const shown = mask + Math.floor(row / rows) * columns;
        let largest = -Infinity;
        for (let j = 0; j < columns; j++) {
          if (numbers[shown + j] !== 0) largest = Math.max(largest, scale * numbers[x + at + j]);
        }
        let sum = 0;
        for (let j = 0; j < columns; j++) {
          const exponential = numbers[shown + j] === 0 ? 0 : Math.exp(scale * numbers[x + at + j] - largest);
          numbers[y + at + j] = exponential;
          sum += exponential;
        }
        for (let j = 0; j < columns && sum > 0; j++) numbers[y + at + j] /= sum;
      }
    },
    softmaxDerivative(rows, columns, scale, y, v, out) {
      for (let at = 0; at < rows * columns; at += columns) {
        const mean = dotAt(numbers, columns, y + at, v + at);
        for (let j = at; j < at + columns; j++) numbers[out + j] = scale * numbers[y + j] * (numbers[v + j] - mean);
      }
    },
    addSoftmaxCurvature(rows, columns, scale, y, dy, v, out) {
      for (let at = 0; at < rows * columns; at += columns) {
        const mean = dotAt(numbers, columns, y + at, v + at);
        const meanTangent = dotAt(numbers, columns, dy + at, v + at);
        for (let j = at; j < at + columns; j++) {
          numbers[out + j] += scale * (numbers[dy + j] * (numbers[v + j] - mean) - numbers[y + j] * meanTangent);
        }
      }
    },
  };
}

function norms(numbers: Numbers): Part<'normalise' | 'normaliseDerivative' | 'addNormaliseCurvature'> {
  /** Calls `visit` with the group's index and the offsets of its members, for every group of every example. */
  const forGroups = (
    { positions, channels, groups }: NormShape,
    examples: number,
    visit: (group: number, members: Int32Array) => void,
  ): void => {
    const width = channels / groups;
    const members = new Int32Array(positions * width);
    for (let group = 0; group < examples * groups; group++) {
      const first = Math.floor(group / groups) * positions * channels + (group % groups) * width;
      for (let k = 0; k < members.length; k++) members[k] = first + Math.floor(k / width) * channels + (k % width);
      visit(group, members);
    }
  };
  const meanOf = (members: Int32Array, value: (offset: number) => number): number => {
    let sum = 0;
    for (const offset of members) sum += value(offset);
    return sum / members.length;
  };
  return {
    normalise(shape, examples, epsilon, x, z, s) {
      forGroups(shape, examples, (group, members) => {
        const mean = meanOf(members, (i) => numbers[x + i]);
        const variance = meanOf(members, (i) => (numbers[x + i] - mean) ** 2);
        const scale = 1 / Math.sqrt(variance + epsilon);
        numbers[s + group] = scale;
        for (const i of members) numbers[z + i] = (numbers[x + i] - mean) * scale;
      });
    },
    normaliseDerivative(shape, examples, z, s, v, out) {
      forGroups(shape, examples, (group, members) => {
        const mean = meanOf(members, (i) => numbers[v + i]);
        const along = meanOf(members, (i) => numbers[z + i] * numbers[v + i]);
        for (const i of members) {
          numbers[out + i] = numbers[s + group] * (numbers[v + i] - mean - numbers[z + i] * along);
        }
      });
    },
    addNormaliseCurvature(shape, examples, z, s, dx, dz, v, out) {
      forGroups(shape, examples, (group, members) => {
        const scale = numbers[s + group];
        const mean = meanOf(members, (i) => numbers[v + i]);
        const along = meanOf(members, (i) => numbers[z + i] * numbers[v + i]);
        const alongTangent = meanOf(members, (i) => numbers[dz + i] * numbers[v + i]);
        const shrinking = scale * meanOf(members, (i) => numbers[z + i] * numbers[dx + i]);
        for (const i of members) {
          const derivative = scale * (numbers[v + i] - mean - numbers[z + i] * along);
          numbers[out + i] -=
            shrinking * derivative + scale * (numbers[dz + i] * along + numbers[z + i] * alongTangent);
        }
      });
    },
  };
}

function rowwise(
  numbers: Numbers,
): Part<'addRow' | 'multiplyRow' | 'addColumnSums' | 'addColumnProducts' | 'takeRows' | 'addRows'> {
  return {
    addRow(rows, columns, row, y) {
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) numbers[y + r * columns + c] += numbers[row + c];
    },
    multiplyRow(rows, columns, x, row, y, accumulate) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const product = numbers[x + r * columns + c] * numbers[row + c];
          numbers[y + r * columns + c] = accumulate ? numbers[y + r * columns + c] + product : product;
        }
      }
    },
    addColumnSums(rows, columns, x, out) {
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) numbers[out + c] += numbers[x + r * columns + c];
    },
    addColumnProducts(rows, columns, x, y, out) {
      for (let at = 0; at < rows * columns; at += columns) {
        for (let c = 0; c < columns; c++) numbers[out + c] += numbers[x + at + c] * numbers[y + at + c];
      }
    },
    takeRows(rows, columns, indices, table, y) {
      for (let r = 0; r < rows; r++) {
        const index = numbers[indices + r];
        const [from, to] = [table + index * columns, y + r * columns];
        if (index < 0) numbers.fill(0, to, to + columns);
        else numbers.copyWithin(to, from, from + columns);
      }
    },
    addRows(rows, columns, indices, y, table) {
      for (let r = 0; r < rows; r++) {
        const index = numbers[indices + r];
        if (index < 0) continue;
        for (let c = 0; c < columns; c++) numbers[table + index * columns + c] += numbers[y + r * columns + c];
      }
    },
  };
}

function steps(numbers: Numbers): Part<'momentumStep' | 'adamStep'> {
  return {
    momentumStep(length, parameters, gradient, velocity, rate, momentum, decay) {
      for (let j = 0; j < length; j++) {
        const slope = numbers[gradient + j] + decay * numbers[parameters + j];
        numbers[velocity + j] = momentum * numbers[velocity + j] + slope;
        numbers[parameters + j] -= rate * numbers[velocity + j];
      }
    },
    adamStep(length, parameters, gradient, mean, square, step, squareScale, meanRate, squareRate, epsilon, ...decays) {
      const [decay, shrink] = decays;
      for (let j = 0; j < length; j++) {
        const slope = numbers[gradient + j] + decay * numbers[parameters + j];
        numbers[mean + j] = meanRate * numbers[mean + j] + (1 - meanRate) * slope;
        numbers[square + j] = squareRate * numbers[square + j] + (1 - squareRate) * slope * slope;
        const scale = Math.sqrt(numbers[square + j]) * squareScale + epsilon;
        numbers[parameters + j] = shrink * numbers[parameters + j] - (step * numbers[mean + j]) / scale;
      }
    },
  };
}
