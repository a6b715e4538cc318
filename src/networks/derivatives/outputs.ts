import { outputFunctions, type OutputName } from '../outputs.js';
import { forBlocks, workspaceFor, type NetworkQuestion } from './question.js';

/** Outputs (logits) of the points, `N×K`, and their losses, `N`. */
export async function networkOutputs(
  question: NetworkQuestion,
): Promise<{ outputs: Float64Array; losses: Float64Array }> {
  const workspace = workspaceFor(question, { derivatives: 'none' });
  const {
    kernels: { numbers },
    outputs: width,
    output,
    losses: lossPlace,
  } = workspace;
  const { size } = question.points;
  const outputs = new Float64Array(size * width);
  const losses = new Float64Array(size);
  await forBlocks(question, workspace, { label: 'evaluating a network' }, (first, count) => {
    workspace.forward();
    outputs.set(numbers.subarray(output.value, output.value + count * width), first * width);
    losses.set(numbers.subarray(lossPlace, lossPlace + count), first);
  });
  return { outputs, losses };
}

/** Values (`N`) of a function of the points' logits. */
export async function outputValues(question: NetworkQuestion & { readonly output: OutputName }): Promise<Float64Array> {
  const { outputs } = await networkOutputs(question);
  const { size, labels } = question.points;
  const width = outputs.length / size;
  const slopes = new Float64Array(width);
  return Float64Array.from({ length: size }, (_, i) =>
    outputFunctions[question.output](outputs.subarray(i * width, (i + 1) * width), labels[i], slopes, 0),
  );
}
