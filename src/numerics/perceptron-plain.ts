import { multiplyTransposed } from './dense-plain.js';
import type { PerceptronKernels } from './perceptron-operations.js';

/** The readable twin of the WebAssembly kernels, on addresses in these numbers. */
export function plainPerceptronKernels(numbers: Float64Array): PerceptronKernels {
  const at = (address: number, length: number): Float64Array => numbers.subarray(address / 8, address / 8 + length);

  return {
    multiply(m, k, n, a, rowStep, innerStep, b, c) {
      const inner = at(b, k * n);
      const out = at(c, m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += numbers[(a + i * rowStep + l * innerStep) / 8] * inner[l * n + j];
          out[i * n + j] = sum;
        }
      }
    },

    multiplyTransposed(a, b, rows, columns, inner, c) {
      multiplyTransposed(at(a, rows * inner), at(b, columns * inner), rows, columns, inner, at(c, rows * columns));
    },

    tanh(length, y) {
      const output = at(y, length);
      for (let i = 0; i < length; i++) output[i] = Math.tanh(output[i]);
    },

    tanhGradient(length, y, gradient) {
      const [output, slopes] = [at(y, length), at(gradient, length)];
      for (let i = 0; i < length; i++) slopes[i] *= 1 - output[i] * output[i];
    },

    relu(length, y) {
      const output = at(y, length);
      for (let i = 0; i < length; i++) output[i] = Math.max(output[i], 0);
    },

    reluGradient(length, y, gradient) {
      const [output, slopes] = [at(y, length), at(gradient, length)];
      for (let i = 0; i < length; i++) if (!(output[i] > 0)) slopes[i] = 0;
    },

    softmaxLoss(logits, classes, labels, costs, bytes) {
      const points = bytes / 8;
      const z = at(logits, classes * points);
      let total = 0;
      for (let i = 0; i < points; i++) {
        const cost = at(costs, points)[i];
        const label = at(labels, points)[i];
        const row = Array.from({ length: classes }, (_, k) => z[k * points + i]);
        const largest = Math.max(...row);
        const exponentials = row.map((value) => Math.exp(value - largest));
        const sum = exponentials.reduce((all, value) => all + value, 0);
        if (cost !== 0) total += cost * (largest - row[label] + Math.log(sum));
        exponentials.forEach((value, k) => {
          z[k * points + i] = cost === 0 ? 0 : cost * (value / sum - (k === label ? 1 : 0));
        });
      }
      return total;
    },

    adam(length, parameters, gradient, mean, square, weightDecay, meanRate, squareRate, step, squareScale, epsilon) {
      const [theta, gradients, means, squares] = [parameters, gradient, mean, square].map((start) => at(start, length));
      for (let j = 0; j < length; j++) {
        const g = gradients[j] + weightDecay * theta[j];
        means[j] = meanRate * means[j] + (1 - meanRate) * g;
        squares[j] = squareRate * squares[j] + (1 - squareRate) * (g * g);
        theta[j] -= (step * means[j]) / (Math.sqrt(squares[j]) * squareScale + epsilon);
      }
    },
  };
}
