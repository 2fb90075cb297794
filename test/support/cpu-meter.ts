import { createCpuSpent } from './cpu-spent.ts';
import { processesSeen } from './processes-seen.ts';

/** What this process and all that came of it have used so far, in CPU seconds; null where that cannot be measured. */
export type CpuMeter = () => number | null;

/** A look costs some 6 ms; a browser's helper, that nobody of ours buries, lives for seconds. */
const LOOK_EVERY_MS = 1_000;

export function startCpuMeter(): CpuMeter {
  const spent = createCpuSpent(process.pid);
  const look = () => {
    const all = processesSeen();
    if (all) spent.look(all);
    return all !== null;
  };
  if (!look()) return () => null;
  setInterval(look, LOOK_EVERY_MS).unref(); // it ends with the run, which it measures
  return () => {
    look();
    return spent.seconds();
  };
}
