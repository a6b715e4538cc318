// Float32 operations of layers of networks, four numbers at a time (WebAssembly SIMD). Places are counted in numbers of the
// imported memory; what each operation computes is said in layer-kernels.ts, whose plain twin is the oracle of the tests.

export { useScratch } from './layers/scratch';
export { multiply } from './layers/product';
export { convolve, convolveBack, convolveFilters } from './layers/convolution';
export { maximumPool, takeAt, addAt, averagePool, averagePoolBack } from './layers/pooling';
export {
  relu,
  tanh,
  elu,
  gelu,
  addTanhCurvature,
  addEluCurvature,
  addGeluCurvature,
} from './layers/activation';
export { softmaxLoss, softmaxLossTangent } from './layers/loss';
export { maskedSoftmax, softmaxDerivative, addSoftmaxCurvature } from './layers/softmax';
export { normalise, normaliseDerivative, addNormaliseCurvature } from './layers/norm';
export { addRow, multiplyRow, addColumnSums, addColumnProducts, takeRows, addRows } from './layers/rows';
export { multiplyElements, combine, dot } from './layers/elements';
export { momentumStep, adamStep } from './layers/steps';
