export { bernoulliSubsets } from './bernoulli.js';
export { bootstrapSubsets } from './bootstrap.js';
export { crossValidationSubsets } from './cross-validation.js';
export { fixedSizeSubsets } from './fixed-size.js';
export { leaveGroupOut, leaveOneOut, leaveSinglesOut } from './leave-out.js';
export { drawPermutations, permutationPrefixes, type PermutationPrefixes } from './permutation-prefixes.js';
export { removableInOrder, removeInOrder } from './remove-in-order.js';
export { concatenateSubsets, fullPool, subsetsFromMembers, subsetSizes, takeSubsets, type Subsets } from './subsets.js';
export { uniformSizeSubsets, type UniformSizeOptions } from './uniform-size.js';
