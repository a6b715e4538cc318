export { describeProblems, loadProblem, problemNames, type Problem, type ProblemName } from './problem.js';
export { noisyProblem, type NoisyProblem, type NoisyProblemOptions } from './noisy-problem.js';
