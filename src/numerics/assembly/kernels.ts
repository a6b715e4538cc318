// The WebAssembly module of the numeric kernels. Every pointer is a byte address of float64 numbers in the imported memory.
export { multiplyTransposed } from './kernels/product';
export { choleskyFactor, choleskyInverse } from './kernels/cholesky';
export { exponentials, log1ps } from './kernels/elementary';
export { binaryCrossEntropy, softmaxCrossEntropy } from './kernels/linear-loss';
export { addTransposedTimesEight, sparseTimesEight } from './kernels/sparse-product';
export { squaredError, squaredHinge } from './kernels/squared-loss';
export { peak } from './kernels/peak';
