import Table from 'cli-table3';
import { asc, eq } from 'drizzle-orm';
import type { Db } from '../../db/pool.ts';
import type { SequenceRow, StepRow } from '../../db/rows.ts';
import { events } from '../../db/schema.ts';
import { loadWalk } from '../../db/walks.ts';
import { type SequenceStatus, sequenceStatuses, statusNames, stepKinds } from '../../domain/sequence.ts';

/** A demo's sequence, with the words its tables need. */
export interface Told {
  campaign: string;
  sequence: SequenceRow;
  steps: readonly StepRow[];
  /** The contact's name, and what it turned out to be like. */
  contact: string;
  person: { name: string };
}

/** All seven statuses, in the product's words, with how many sequences stand in each and why. */
export function statusTable(told: readonly Told[]): string {
  const table = new Table({ head: ['Status', 'Sequences', 'Reasons'], style: { head: [], border: [] } });
  for (const status of sequenceStatuses) {
    const those = told.filter(({ sequence }) => sequence.status === status);
    const reasons = counted(those.map(({ sequence }) => sequence.endReason ?? sequence.nextWhy ?? ''));
    table.push([statusNames[status], those.length, reasons]);
  }
  return table.toString();
}

/** What became of the steps, by kind. */
export function stepTable(told: readonly Told[]): string {
  const outcomes = ['SENT', 'DONE', 'SKIPPED', 'FAILED', 'CANCELED'] as const;
  const campaigns = [...new Set(told.map(({ campaign }) => campaign))];
  const table = new Table({
    head: ['Campaign', 'Step', ...outcomes.map((o) => o.toLowerCase())],
    style: { head: [], border: [] },
  });
  for (const campaign of campaigns) {
    const own = told.filter((one) => one.campaign === campaign);
    const longest = Math.max(...own.map(({ steps }) => steps.length));
    for (let position = 0; position < longest; position++) {
      const at = own.map(({ steps }) => steps[position]).filter((step) => step !== undefined);
      const kind = stepKinds.find((one) => one === at[0]?.kind) ?? '';
      table.push([
        campaign,
        `${position + 1} ${kind}`,
        ...outcomes.map((outcome) => at.filter(({ status }) => status === outcome).length),
      ]);
    }
  }
  return table.toString();
}

/** Everything that happened to one sequence, in its template's zone. */
export async function timeline(db: Db, { sequence, contact, person }: Told): Promise<string> {
  const { zone } = (await db.asSystem((tx) => loadWalk(tx, sequence.id))).content.schedule;
  const lines = await db.asSystem((tx) =>
    tx.select().from(events).where(eq(events.sequenceId, sequence.id)).orderBy(asc(events.ordinal)),
  );
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const shown = lines.map(({ at, kind, data }) => {
    const facts = Object.entries(data)
      .filter(([name]) => !['task', 'lead', 'account', 'templateVersion', 'steps'].includes(name))
      .map(([name, value]) => `${name} ${name === 'until' && typeof value === 'number' ? local.format(value) : value}`);
    return `  ${local.format(at)}  ${kind.replaceAll('_', ' ')}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
  });
  return [`${contact}, who ${person.name} (${zone})`, ...shown].join('\n');
}

/** A positive answer, a natural end, and one that waited for somebody: as different as they come. */
export function threeTimelines(told: readonly Told[]): Told[] {
  const first = (matches: (one: Told) => boolean) => told.find(matches);
  const picks = [
    first(
      ({ sequence, steps }) =>
        sequence.status === 'SUCCEEDED' && steps.filter(({ status }) => status === 'SENT').length >= 3,
    ),
    first(({ person }) => person.name === 'accepts late'),
    first(({ person }) => person.name.startsWith('is called only')),
  ];
  return picks.filter((pick) => pick !== undefined);
}

export const byStatus = (told: readonly Told[], status: SequenceStatus) =>
  told.filter(({ sequence }) => sequence.status === status).length;

function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts.entries()]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([word, count]) => `${word} ${count}`)
    .join(', ');
}
