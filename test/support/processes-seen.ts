import { readdirSync, readFileSync } from 'node:fs';

/** A process as it was seen at one moment; CPU in seconds, user's and system's together. */
export interface ProcessSeen {
  pid: number;
  parent: number;
  /** With the pid, what tells it apart from a later process that was given the same number. */
  startedAt: string;
  /** What it used itself. */
  own: number;
  /** What its children had used, with theirs, when it buried them. */
  inherited: number;
}

/** Linux counts in this unit towards programs, whatever its kernel's own tick is: proc(5), time(7). */
const TICKS_PER_SECOND = 100;

/** Every process of this machine; null where there is no /proc as Linux has it. */
export function processesSeen(): ProcessSeen[] | null {
  if (statOf('self') === null) return null;
  // In the order of their numbers, so parents mostly before their children: nobody is buried between the two looks, and
  // then counted both as alive and as inherited.
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => statOf(pid) ?? []);
}

/** proc(5): the name in brackets may hold anything, so fields are counted behind the last bracket. */
function statOf(pid: string): ProcessSeen | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null; // it ended meanwhile
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => fields[number - 3] ?? ''; // 3, its state, is the first behind the name
  const seconds = (number: number) => Number(field(number)) / TICKS_PER_SECOND;
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(field(4)),
    startedAt: field(22),
    own: seconds(14) + seconds(15),
    inherited: seconds(16) + seconds(17),
  };
}
