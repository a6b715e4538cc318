/** Seconds of processor time (user and system, all threads of this process) that `work` took, with its result. */
export async function measureCpu<T>(work: () => T | Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = process.cpuUsage();
  const result = await work();
  const used = process.cpuUsage(start);
  return { result, seconds: (used.user + used.system) / 1e6 };
}
