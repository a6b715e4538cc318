// Float32 kernels of a dense network, four numbers at a time (WebAssembly SIMD). Pointers are byte addresses of row-major
// matrices. Compiled by AssemblyScript; the readable twins are in the tests.

export { multiply, multiplyFirstTransposed, multiplySecondTransposed } from './network/product';
export { maskCodes, poolMasks } from './network/pooling';
export { addBias, copyRows, elu, eluGradient } from './network/elementwise';
export { adam, addWeightPenalties, absoluteSum, squareSum } from './network/update';
export { binaryExcess, binaryPullback, softmaxExcess, softmaxPullback } from './network/logistic';
