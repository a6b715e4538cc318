/**
 * Does tasks in their order, at most `slots` at a time.
 *
 * @template T
 * @param {readonly T[]} tasks
 * @param {number} slots
 * @param {(task: T) => Promise<void>} work
 */
export async function inSlots(tasks, slots, work) {
  const waiting = [...tasks];
  const next = async () => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await work(task);
  };
  await Promise.all(Array.from({ length: slots }, next));
}
