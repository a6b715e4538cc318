export { labelOf, methods, type Method, type MethodFamily, type MethodId } from '../../evaluation/methods.js';
export { parseProfile, profiles, type Profile } from './profile.js';
export type { ExperimentOptions } from './experiment.js';
