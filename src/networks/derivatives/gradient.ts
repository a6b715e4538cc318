import { addInto, forBlocks, meanWeights, workspaceFor, type NetworkQuestion } from './question.js';

/** F = Σ weight·loss over the points, its gradient (`p`), and with `inputSlopes` ∂F/∂features (`N×d`). */
export interface ObjectiveGradient {
  readonly objective: number;
  readonly gradient: Float64Array;
  readonly inputSlopes?: Float64Array;
}

/** F and its derivatives; `weights` (`N`) default to 1/N. */
export async function networkGradient(
  question: NetworkQuestion & { readonly weights?: ArrayLike<number>; readonly inputSlopes?: boolean },
): Promise<ObjectiveGradient> {
  const { inputSlopes: wanted = false, weights = meanWeights(question) } = question;
  const workspace = workspaceFor(question, { derivatives: 'first', inputSlopes: wanted });
  const { kernels, parameterCount, parameters, losses, input } = workspace;
  const gradient = new Float64Array(parameterCount);
  const width = question.points.features.length / question.points.size;
  const inputSlopes = wanted ? new Float64Array(question.points.features.length) : undefined;
  let objective = 0;
  await forBlocks(question, workspace, { weights, label: 'differentiating a network' }, (first, count) => {
    workspace.forward();
    workspace.reverse();
    objective += kernels.dot(count, losses, workspace.weights);
    addInto(gradient, kernels.numbers, parameters.slope);
    inputSlopes?.set(kernels.numbers.subarray(input.slope, input.slope + count * width), first * width);
  });
  return { objective, gradient, inputSlopes };
}
