import { and, eq, isNotNull } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../src/commands/campaigns/resume-campaign.ts';
import { appNow } from '../../src/db/clock.ts';
import { deliveries, sequences } from '../../src/db/schema.ts';
import type { CampaignId, SequenceId } from '../../src/domain/ids.ts';
import { permittedAt } from '../../src/domain/schedule.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { rounds } from '../support/rounds.ts';
import { aCampaign, aHouse, content, sequencesOf, steps, weekdays } from '../support/scenario.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const at = (text: string) => Date.parse(text);
const bodies = () =>
  engine.db.asSystem((tx) =>
    tx
      .select({ sequenceId: deliveries.sequenceId, startedAt: deliveries.dataStartedAt })
      .from(deliveries)
      .where(isNotNull(deliveries.dataStartedAt)),
  );
const parkedOf = async (campaignId: CampaignId) => {
  const parked = and(eq(sequences.campaignId, campaignId), isNotNull(sequences.parkedEpoch));
  const rows = await engine.db.asSystem((tx) => tx.select({ id: sequences.id }).from(sequences).where(parked));
  return rows.map(({ id }) => id);
};
const nextAts = async (ids: readonly SequenceId[]) => {
  const rows = await engine.db.asSystem((tx) =>
    tx.select({ id: sequences.id, nextAt: sequences.nextAt }).from(sequences),
  );
  return new Map(rows.filter(({ id }) => ids.includes(id)).map(({ id, nextAt }) => [id, nextAt]));
};

const WALKS = rounds(20, 100);

test('a paused campaign of many open sequences starts no body, and all resume from their next scheduled step', async () => {
  const { db, commands, announcer, conductor, world } = engine;
  const house = await aHouse(db);
  const { campaignId, caller } = await aCampaign(commands, house, {
    content: content(steps('email')),
    settings: { dailyLeadsTarget: 2_000 }, // all of them with the day's first batch, at the opening
    leads: WALKS,
  });
  await announcer.settled();
  // 09:04 in Paris: all are enrolled, and those who fell due have their email.
  await conductor.forward(at('2030-03-18T08:04:00Z'));
  const ids = (await sequencesOf(db, campaignId)).map(({ id }) => id);
  expect(ids).toHaveLength(WALKS);
  const before = world.accepted.length;

  await pauseCampaign(commands, caller, campaignId);
  const planned = await nextAts(ids);
  await announcer.settled();
  await conductor.forward(at('2030-03-18T08:09:00Z'));
  expect(await bodies()).toHaveLength(before);
  const dueBy = (instant: string) => ids.filter((id) => (planned.get(id) ?? Infinity) <= at(instant));
  const due = dueBy('2030-03-18T08:09:00Z');
  expect(new Set(await parkedOf(campaignId))).toEqual(new Set(due));
  expect(due.length).toBeGreaterThan(WALKS / 10);
  expect(before + due.length).toBeLessThan(WALKS * 0.9);

  await resumeCampaign(commands, caller, campaignId);
  await announcer.settled();
  const resumedAt = await db.asSystem(appNow);
  await conductor.forward(at('2030-03-18T08:10:00Z'));
  // What fell due meanwhile went out, inside the window; the rest keeps its instant.
  const afterResume = (await bodies()).filter(({ startedAt }) => (startedAt ?? 0) >= resumedAt);
  expect(new Set(afterResume.map(({ sequenceId }) => sequenceId))).toEqual(new Set(dueBy('2030-03-18T08:10:00Z')));
  expect(afterResume.every(({ startedAt }) => permittedAt(startedAt ?? 0, weekdays))).toBe(true);
  const stillAhead = await nextAts(ids);
  const ahead = ids.filter((id) => (planned.get(id) ?? 0) > at('2030-03-18T08:10:00Z'));
  expect(ahead.map((id) => stillAhead.get(id))).toEqual(ahead.map((id) => planned.get(id)));

  await conductor.forward(at('2030-03-18T17:00:00Z'));
  expect((await sequencesOf(db, campaignId)).map(({ status }) => status)).toEqual(Array(WALKS).fill('COMPLETED'));
  expect(world.accepted).toHaveLength(WALKS);
  expect(new Set(world.accepted.map(({ messageId }) => messageId)).size).toBe(WALKS);
});
