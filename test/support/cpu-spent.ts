import type { ProcessSeen } from './processes-seen.ts';

/** A living process and what it owes: the cost of what died below it and that it was not yet seen to inherit. */
interface Member {
  process: ProcessSeen;
  owed: number;
}

const keyOf = ({ pid, startedAt }: ProcessSeen) => `${pid} since ${startedAt}`;
const costOf = ({ own, inherited }: ProcessSeen) => own + inherited;

/**
 * What a process and all that came of it have used, in CPU seconds, from looks at all processes of the machine. Who ends
 * is buried by its parent, which inherits its cost. But a browser's helpers and a server whose starter was killed are
 * buried by strangers, and the system tells their cost no more. So whoever was seen once stays of the family, and what
 * nobody of the family inherits is kept here; of those, only what they used since the last look is missing.
 */
export function createCpuSpent(root: number) {
  let family = new Map<string, Member>();
  let lost = 0;
  return {
    look(all: readonly ProcessSeen[]): void {
      const living = new Map([...familyIn(all, root, family)].map((process) => [keyOf(process), process]));
      const { estates, heirless } = estatesOf(family, living);
      lost += heirless;
      const next = new Map<string, Member>();
      for (const [key, process] of living) {
        const { owed = 0, process: before } = family.get(key) ?? {};
        // One look is not one moment: what is inherited may show only in the next, and no later.
        const overdue = owed - (process.inherited - (before?.inherited ?? 0));
        lost += Math.max(0, overdue);
        next.set(key, { process, owed: Math.max(0, (estates.get(key) ?? 0) + Math.min(0, overdue)) });
      }
      family = next;
    },
    /** Up to the last look. */
    seconds: (): number => [...family.values()].reduce((sum, { process, owed }) => sum + costOf(process) + owed, lost),
  };
}

/** The root, who belonged before, and whoever came of one of them. */
function familyIn(all: readonly ProcessSeen[], root: number, before: ReadonlyMap<string, Member>): Set<ProcessSeen> {
  const children = new Map<number, ProcessSeen[]>();
  for (const process of all) children.set(process.parent, [...(children.get(process.parent) ?? []), process]);
  const found = new Set(all.filter((process) => process.pid === root || before.has(keyOf(process))));
  for (const process of found) for (const child of children.get(process.pid) ?? []) found.add(child);
  return found;
}

/** What those who are gone leave, by the nearest forefather who lives; `heirless` where there is none. */
function estatesOf(family: ReadonlyMap<string, Member>, living: ReadonlyMap<string, ProcessSeen>) {
  const members = new Map([...family].map(([key, { process }]) => [process.pid, { key, parent: process.parent }]));
  const heirOf = (parent: number): string | null => {
    const found = members.get(parent);
    return found === undefined || living.has(found.key) ? (found?.key ?? null) : heirOf(found.parent);
  };
  const estates = new Map<string, number>();
  let heirless = 0;
  for (const [key, { process, owed }] of family) {
    if (living.has(key)) continue;
    const heir = heirOf(process.parent);
    if (heir === null) heirless += costOf(process) + owed;
    else estates.set(heir, (estates.get(heir) ?? 0) + costOf(process) + owed);
  }
  return { estates, heirless };
}
