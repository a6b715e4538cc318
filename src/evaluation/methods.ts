/**
 * Colours of Okabe and Ito (Color Universal Design, 2008), told apart under the common colour-vision deficiencies. Their
 * yellow is left out: it cannot be read on white.
 */
export const palette = {
  black: '#000000',
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  blue: '#0072B2',
  vermillion: '#D55E00',
  purple: '#CC79A7',
  grey: '#767676',
} as const;

/** What a method starts from, which its colour shows. */
export type MethodFamily =
  'knows nothing' | 'masks' | 'whole pool' | 'size of the subset' | 'ModelPred' | 'values' | 'retraining' | 'ensemble';

/** How a method is drawn: never by colour alone. */
export interface MethodLook {
  readonly colour: string;
  /** Vega-Lite point shape. */
  readonly shape: string;
  /** Lengths in pixels of dashes and gaps; `[1, 0]` is a solid line. */
  readonly dash: readonly number[];
}

/** A method that experiments compare. */
export interface Method {
  /** As shown in tables and figures. */
  readonly label: string;
  readonly family: MethodFamily;
  /** Absent where figures give out one of their spare looks. */
  readonly look?: MethodLook;
}

const { black, orange, skyBlue, green, blue, vermillion, purple, grey } = palette;

/** A look's colour, shape and dashes. */
const look = (colour: string, shape: string, ...dash: readonly number[]): MethodLook => ({
  colour,
  shape,
  dash: dash.length === 0 ? [1, 0] : dash,
});

const method = (label: string, family: MethodFamily, own?: MethodLook): Method => ({
  label,
  family,
  ...(own && { look: own }),
});

/** Steps of training that is stopped early and of fine-tuning in all experiments, a fifth of a perceptron's schedule or less. */
export const shortSteps = 20;

/**
 * Every method by its id, in the order in which legends list them. Triangles down take steps with one Hessian for all subsets,
 * diamonds with each subset's own.
 */
export const methods = {
  random: method('random', 'knows nothing', look(grey, 'circle', 2, 3)),
  mean: method('mean θ', 'knows nothing', look(grey, 'square', 8, 3)),
  nearest: method('nearest subset', 'knows nothing', look(grey, 'triangle-up')),
  differenceOfMeans: method('difference of means', 'knows nothing', look(grey, 'triangle-right', 4, 4)),
  ridgeOnMask: method('ridge on the mask', 'masks', look(orange, 'triangle-up', 6, 2)),
  ridge: method('ridge on mask and size', 'masks', look(orange, 'square')),
  ridgeDatamodels: method('datamodels (ridge)', 'masks', look(orange, 'triangle-right', 2, 2)),
  lasso: method('datamodels (LASSO)', 'masks', look(orange, 'circle')),
  influence: method('influence function', 'whole pool', look(vermillion, 'triangle-down', 6, 2)),
  authorsInfluence: method(
    "influence function (as in the paper's code)",
    'whole pool',
    look(vermillion, 'triangle-up', 2, 2),
  ),
  newton: method('one Newton step', 'whole pool', look(vermillion, 'diamond')),
  sizeAwareChord: method('size-aware chord, one step', 'size of the subset', look(green, 'triangle-down', 6, 2)),
  sizeAwareNewton: method('size-aware Newton, one step', 'size of the subset', look(green, 'diamond')),
  lbfgs: method('L-BFGS, 4 iterations', 'size of the subset', look(green, 'square', 2, 2)),
  plain: method('ModelPred (parameter MSE)', 'ModelPred', look(skyBlue, 'circle', 6, 2)),
  penalised: method('ModelPred (full)', 'ModelPred', look(skyBlue, 'square')),
  improved: method('ModelPred (improved)', 'ModelPred', look(blue, 'circle')),
  residual: method('ModelPred (residual of chord 1)', 'ModelPred', look(blue, 'triangle-down', 2, 2)),
  refined: method('ModelPred (improved) + one Newton step', 'ModelPred', look(blue, 'diamond', 6, 2)),
  gradient: method('gradient through ModelPred', 'ModelPred', look(blue, 'triangle-up')),
  judged: method('gradient, judged after a Newton step', 'ModelPred', look(blue, 'triangle-left', 6, 2)),
  greedy: method('greedy by ModelPred', 'ModelPred', look(skyBlue, 'triangle-up', 2, 2)),
  shapley: method('Shapley by ModelPred', 'values', look(purple, 'triangle-up', 6, 2)),
  shapleyExact: method('Shapley by retraining', 'values', look(black, 'square', 6, 2)),
  ownLoss: method('loss of the trained model', 'whole pool', look(vermillion, 'circle')),
  leaveOneOut: method('leave-one-out', 'values', look(orange, 'triangle-left')),
  facilityLocation: method('facility location', 'knows nothing', look(green, 'circle', 2, 2)),
  greedyExact: method('greedy by retraining', 'retraining', look(black, 'circle', 6, 2)),
  exact: method('exact retraining', 'retraining', look(black, 'cross')),
  // Drawn in few figures, which give out spare looks.
  stationarity: method('ModelPred (stationarity)', 'ModelPred'),
  utility: method('ModelPred (utility)', 'ModelPred'),
  stationarityAndUtility: method('ModelPred (stationarity + utility)', 'ModelPred'),
  weightPenalties: method('ModelPred (weight penalties)', 'ModelPred'),
  shortTraining: method(`training for ${shortSteps} steps`, 'retraining'),
  fineTuning: method(`fine-tuning for ${shortSteps} steps`, 'whole pool'),
  otherSeed: method('retraining from another initial seed', 'retraining'),
  gradientAtPool: method('gradient at the whole pool', 'ModelPred'),
  knn: method('KNN-Shapley', 'values'),
  outOfSubset: method('Data-OOB on the bank', 'values'),
  retrainedWithout: method('leave-one-out retraining', 'retraining'),
  nearestOfClass: method('nearest of the class', 'knows nothing'),
  single: method('single model', 'ensemble'),
  tempered: method('single model, temperature fitted', 'ensemble'),
  laplace: method('Laplace approximation', 'ensemble'),
  deepEnsemble: method('deep ensemble', 'ensemble'),
  exactOnSubsets: method('exact retraining, subsets of 70 %', 'ensemble'),
} as const satisfies Readonly<Record<string, Method>>;

/** Names a method in results, claims and calls; people see its label. */
export type MethodId = keyof typeof methods;

export const labelOf = (id: MethodId): string => methods[id].label;
