import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { moveClockTo } from '../../src/db/clock.ts';
import type { Db, Tx } from '../../src/db/pool.ts';
import { installation, sequences, workspaces } from '../../src/db/schema.ts';
import { listSequences } from '../../src/db/sequence-reads.ts';
import { matchingSequences, type SequenceFilter } from '../../src/db/sequence-search.ts';
import { suppressionOfSequence } from '../../src/db/suppressions.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { explain } from '../../src/domain/explain.ts';
import { endOfSuppressed, type FenceFacts, judge, type Verdict } from '../../src/domain/fence.ts';
import { dueOf, type HoldReason, type HoldUp, holdKinds, holdOrder, holdUps } from '../../src/domain/hold-up.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import type { Why } from '../../src/domain/sequence.ts';
import { DRAWN_AT, type DrawnSequence, drawSequences } from '../support/drawn-sequences.ts';
import { testDb } from '../support/engine.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { aHouse } from '../support/scenario.ts';

/*
 * What holds a sequence is asked three times: by the fence of facts, for people of a view, by the search in SQL. Random
 * rows are laid before all three.
 */

let database: FreshDatabase;
let db: Db;
let drawn: DrawnSequence[];

beforeAll(async () => {
  database = await freshDatabase();
  db = testDb(database.url, 2);
  await db.asSystem((tx) => moveClockTo(tx, DRAWN_AT));
  const houses = { on: await aHouse(db), off: await aHouse(db) };
  drawn = await db.asSystem(async (tx) => {
    await tx.update(workspaces).set({ sendingStopped: true }).where(eq(workspaces.id, houses.off.workspaceId));
    return drawSequences(tx, houses, 350);
  });
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

interface Told {
  verdict: Partial<Verdict>;
  why: Why;
  text: RegExp;
}

/** How the fence and the explanation say each reason; `at` is when the fence is asked. */
const told: Record<HoldReason, (facts: FenceFacts, at: number) => Told> = {
  waiting_for_task: ({ blockingTask }) => ({
    verdict: { kind: 'task', ...(blockingTask && { taskId: blockingTask }) },
    why: 'waiting_for_task',
    text: /^waiting for '/,
  }),
  campaign_ended: () => ({
    verdict: { kind: 'end', end: { status: 'STOPPED_EARLY', reason: 'campaign_ended' } },
    why: 'held',
    text: /^campaign ended/,
  }),
  campaign_paused: ({ campaign }) => ({
    verdict: { kind: 'held', epoch: campaign.controlEpoch },
    why: 'held',
    text: /^campaign paused/,
  }),
  switched_off: (_, at) => ({
    verdict: { kind: 'defer', until: at + DAY_MS, why: 'held' },
    why: 'held',
    text: /^sending is switched off/,
  }),
  account_paused: (_, at) => ({
    verdict: { kind: 'defer', until: at + DAY_MS, why: 'held' },
    why: 'held',
    text: /^account paused/,
  }),
  suppressed: ({ suppression }) => ({
    verdict: { kind: 'end', ...(suppression && { end: endOfSuppressed[suppression] }) },
    why: 'held',
    text: /^contact suppressed/,
  }),
  account_unavailable: () => ({
    verdict: { kind: 'end', end: { status: 'FAILED', reason: 'account_unavailable' } },
    why: 'held',
    text: /cannot send any more/,
  }),
  account_disconnected: ({ account }) => ({
    verdict: { kind: 'defer', until: (account?.disconnectedAt ?? 0) + DAY_MS, why: 'held' },
    why: 'held',
    text: /is disconnected/,
  }),
  account_resting: ({ account }) => ({
    verdict: { kind: 'defer', until: account?.restingUntil ?? 0, why: 'account_cap' },
    why: 'account_cap',
    text: /rests until/,
  }),
  out_of_office: ({ awayUntil }) => ({
    verdict: { kind: 'defer', until: awayUntil ?? 0, why: 'held' },
    why: 'held',
    text: /^out of office/,
  }),
};

const reasonIn = (holdUp: HoldUp): HoldReason | undefined => holdOrder.find((by) => by === holdUp);

const everyView = async (tx: Tx) => (await listSequences(tx, {}, { page: 1, size: 1_000 })).items;

const found = async (tx: Tx, filter: SequenceFilter): Promise<SequenceId[]> =>
  (await tx.select({ id: sequences.id }).from(sequences).where(matchingSequences(filter))).map(({ id }) => id);

/** What the fence, the explanation and the search say of every row; `also` holds all of them. */
async function sideBySide(tx: Tx, also: Partial<FenceFacts> = {}) {
  const views = new Map((await everyView(tx)).map((view) => [view.sequence.id, view.facts]));
  const searched = new Map<SequenceId, HoldUp[]>();
  for (const holdUp of holdUps)
    for (const id of await found(tx, { holdUp })) searched.set(id, [...(searched.get(id) ?? []), holdUp]);
  return drawn.map(({ id, drawn, facts }) => {
    const view = views.get(id);
    if (!view) throw new Error(`no view of ${id}`);
    const [asked, at] = foretold({ ...facts, ...also }, dueOf(view, view.now), view.now);
    return { drawn, asked, at, search: searched.get(id) ?? [], fence: judge(asked, at), next: explain(view).next };
  });
}

/**
 * What the fence is asked: of a due step now, of another as it will be, of what lasts until it is due. That a disconnected
 * account still is so then, nobody foretells.
 */
function foretold(facts: FenceFacts, due: number, now: number): [FenceFacts, number] {
  if (due === now) return [facts, now];
  const { account } = facts;
  const comesBack = account?.status === 'DISCONNECTED' && (account.pausedWhy ?? null) === null;
  return [comesBack ? { ...facts, account: null } : facts, due - 1];
}

type Laid = Awaited<ReturnType<typeof sideBySide>>[number];

/** Those of whom the search, the fence and the explanation do not say the same. */
function differing(rows: readonly Laid[]): Laid[] {
  const agree = ({ asked, at, search: [first, ...more], fence, next }: Laid): boolean => {
    if (first === undefined) return fence.kind === 'ended' && next === null;
    if (more.length > 0 || next === null) return false;
    const reason = reasonIn(first);
    if (reason === undefined)
      return fence.kind === 'go' && (first === 'writing' ? /being written/.test(next.text) : next.why === first);
    const { verdict, why, text } = told[reason](asked, at);
    return JSON.stringify(fence) === JSON.stringify(verdict) && next.why === why && text.test(next.text);
  };
  return rows.filter((row) => !agree(row));
}

const reasonsIn = (rows: readonly Laid[]) => [...new Set(rows.flatMap(({ search }) => search))].sort();

test('the fence, the explanation and the search name the same first reason', async () => {
  const rows = await db.asSystem((tx) => sideBySide(tx));
  expect(differing(rows)).toEqual([]);
  expect(reasonsIn(rows)).toEqual([...holdUps].sort()); // each of them was there
});

test('under the kill switch of the installation too, which leaves only what comes before it', async () => {
  const stop = (sendingStopped: boolean) => db.asSystem((tx) => tx.update(installation).set({ sendingStopped }));
  await stop(true);
  const rows = await db.asSystem((tx) => sideBySide(tx, { switchedOff: true }));
  await stop(false);
  expect(differing(rows)).toEqual([]);
  expect(reasonsIn(rows)).toEqual(['campaign_ended', 'campaign_paused', 'switched_off', 'waiting_for_task']);
});

test('what stands side by side is found by each of its kinds', async () => {
  await db.asSystem(async (tx) => {
    const views = await everyView(tx);
    for (const hold of holdKinds) {
      const shown = views.filter(({ facts }) => explain(facts).holds.some(({ kind }) => kind === hold));
      expect(shown.length, hold).toBeGreaterThan(0);
      expect((await found(tx, { hold })).sort(), hold).toEqual(shown.map(({ sequence }) => sequence.id).sort());
    }
  });
});

test('whatever points a contact has, the fence reads of the rows whom an entry of the list holds', async () => {
  await db.asSystem(async (tx) => {
    for (const {
      id,
      drawn: { entry, reachable },
      facts,
    } of drawn.filter((one) => one.drawn.entry !== null))
      expect(await suppressionOfSequence(tx, id), JSON.stringify({ entry, reachable })).toBe(facts.suppression);
  });
});
