import { mean } from '../../statistics/mean.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';

/** Processor seconds by what they are spent on: retraining what is learned from, preparing the method, and its answers. */
export interface Seconds {
  readonly labels: number;
  readonly training: number;
  readonly prediction: number;
}

export const stages = ['labels', 'training', 'prediction'] as const;

/** Of what prepares nothing. */
export const onlyPrediction = (prediction: number): Seconds => ({ labels: 0, training: 0, prediction });

export const preparationSeconds = ({ labels, training }: Seconds): number => labels + training;
export const totalSeconds = (seconds: Seconds): number => preparationSeconds(seconds) + seconds.prediction;

/** Stage by stage, over seeds. */
export function meanSeconds(all: readonly { readonly seconds: Seconds }[]): Seconds {
  const over = (stage: keyof Seconds): number => mean(all.map(({ seconds }) => seconds[stage]));
  return { labels: over('labels'), training: over('training'), prediction: over('prediction') };
}

/** Rows of stacked bars: one method's seconds, a row a stage. */
export const stageRows = (dataset: string, method: string, seconds: Seconds) =>
  stages.map((stage) => ({ dataset, method, stage, seconds: seconds[stage] }));

/** {@link stageRows} of every method, means over its trials. */
export function costRows(
  dataset: string,
  methods: readonly { readonly method: MethodId; readonly trials: readonly { readonly seconds: Seconds }[] }[],
) {
  return methods.flatMap(({ method, trials }) => stageRows(dataset, labelOf(method), meanSeconds(trials)));
}
