import { and, eq, isNotNull } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pauseCampaign } from '../../src/commands/pause-campaign.ts';
import { resumeCampaign } from '../../src/commands/resume-campaign.ts';
import { appNow } from '../../src/db/clock.ts';
import { deliveries, sequences } from '../../src/db/schema.ts';
import type { CampaignId, SequenceId } from '../../src/domain/ids.ts';
import { permittedAt } from '../../src/domain/schedule.ts';
import { type Engine, startEngine } from '../support/engine.ts';
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

test('a paused campaign of 100 open sequences starts no body, and all resume from their next scheduled step', async () => {
  const { db, commands, announcer, conductor, world } = engine;
  const house = await aHouse(db);
  const { campaignId, caller } = await aCampaign(commands, house, {
    content: content(steps('email', { kind: 'email', delay: { value: 1, unit: 'days' } })),
    leads: 100,
  });
  await announcer.settled();
  // Monday: all are enrolled, most at the opening, the rest with the second batch at 09:40, and get the first email.
  await conductor.forward(at('2030-03-19T07:30:00Z'));
  const ids = (await sequencesOf(db, campaignId)).map(({ id }) => id);
  expect(ids).toHaveLength(100);
  expect(world.accepted).toHaveLength(100);

  await pauseCampaign(commands, caller, campaignId);
  const planned = await nextAts(ids);
  await announcer.settled();
  await conductor.forward(at('2030-03-19T08:25:00Z')); // 09:25 in Paris: most second emails fell due
  expect(await bodies()).toHaveLength(100);
  const parked = await parkedOf(campaignId);
  const dueBy = (instant: string) => ids.filter((id) => (planned.get(id) ?? 0) <= at(instant));
  const due = dueBy('2030-03-19T08:25:00Z');
  expect(new Set(parked)).toEqual(new Set(due));
  expect(due.length).toBeGreaterThan(50);
  expect(due.length).toBeLessThan(100);

  await resumeCampaign(commands, caller, campaignId);
  await announcer.settled();
  const resumedAt = await db.asSystem(appNow);
  await conductor.forward(at('2030-03-19T08:35:00Z'));
  // What fell due meanwhile went out, inside the window; the rest keeps its instant.
  const afterResume = (await bodies()).filter(({ startedAt }) => (startedAt ?? 0) >= resumedAt);
  expect(new Set(afterResume.map(({ sequenceId }) => sequenceId))).toEqual(new Set(dueBy('2030-03-19T08:35:00Z')));
  expect(afterResume.every(({ startedAt }) => permittedAt(startedAt ?? 0, weekdays))).toBe(true);
  const stillAhead = await nextAts(ids);
  const ahead = ids.filter((id) => !dueBy('2030-03-19T08:35:00Z').includes(id));
  expect(ahead.map((id) => stillAhead.get(id))).toEqual(ahead.map((id) => planned.get(id)));

  await conductor.forward(at('2030-03-19T18:00:00Z'));
  expect((await sequencesOf(db, campaignId)).map(({ status }) => status)).toEqual(Array(100).fill('COMPLETED'));
  expect(world.accepted).toHaveLength(200);
  expect(new Set(world.accepted.map(({ messageId }) => messageId)).size).toBe(200);
}, 180_000);
