import type { LearnerCore, ScheduledLearner } from '../../src/learners/learner.js';

/** A learner as one that runs a schedule, so that nothing but what those have is used of it. */
export function asScheduled(learner: LearnerCore): ScheduledLearner {
  return { ...learner, kind: 'scheduled', seed: 0, steps: () => 1 };
}
