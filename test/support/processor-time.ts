/**
 * What work costs this process, in ms of processor time: the lesser of two runs, for one may pay for something else. For
 * comparing costs with one another: how fast a machine is, is no guarantee of ours.
 */
export const processorTime = (work: () => void): number => Math.min(once(work), once(work));

function once(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
