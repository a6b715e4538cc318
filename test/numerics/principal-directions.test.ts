import assert from 'node:assert/strict';
import { principalDirections } from '../../src/numerics/principal-directions.js';
import { randomStream } from '../../src/numerics/random.js';

describe('principal directions', () => {
  const random = randomStream(3);
  const normals = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i], 0);

  it('are orthonormal and hold all of a matrix of low rank', () => {
    const [rows, columns, rank] = [12, 9, 3];
    const [left, right] = [normals(rows * rank), normals(rank * columns)];
    const matrix = Float64Array.from({ length: rows * columns }, (_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns];
      return [0, 1, 2].reduce((sum, r) => sum + left[i * rank + r] * right[r * columns + j], 0);
    });
    const directions = principalDirections(matrix, rows, columns, rank);
    const row = (k: number): Float64Array => directions.subarray(k * columns, (k + 1) * columns);
    for (let k = 0; k < rank; k++) {
      for (let l = 0; l < rank; l++) assert.ok(Math.abs(dot(row(k), row(l)) - Number(k === l)) < 1e-12);
    }
    for (let i = 0; i < rows; i++) {
      const point = matrix.slice(i * columns, (i + 1) * columns);
      const held = [0, 1, 2].reduce((sum, k) => sum + dot(point, row(k)) ** 2, 0);
      assert.ok(Math.abs(held / dot(point, point) - 1) < 1e-10);
    }
  });

  it('begin with the axis of largest spread', () => {
    const matrix = normals(200 * 4).map((v, k) => (k % 4 === 2 ? 10 * v : v));
    assert.ok(Math.abs(principalDirections(matrix, 200, 4, 1)[2]) > 0.98);
  });
});
