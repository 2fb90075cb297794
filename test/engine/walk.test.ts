import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Engine, startEngine } from '../support/engine.ts';
import { aCampaign, aHouse, content, fiveEmails, sequencesOf } from '../support/scenario.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

test('an approved lead walks through five emails and ends Completed, in at most 75 events and 12 kB', async () => {
  const { db, commands, announcer, conductor, world, client } = engine;
  const house = await aHouse(db);
  const { campaignId } = await aCampaign(commands, house, { content: content(fiveEmails()) });
  await announcer.settled();
  const t0 = Date.now();
  const report = await conductor.forward(Date.parse('2030-04-02T18:00:00Z'));
  console.log('forward', report, Date.now() - t0, 'ms');
  const [sequence] = await sequencesOf(db, campaignId);
  expect(sequence?.status).toBe('COMPLETED');
  expect(world.accepted.map(({ subject }) => subject)).toEqual(['Hello Ada0', ...Array(4).fill('Re: Hello Ada0')]);
  const handle = client.workflow.getHandle(`sequence/${sequence?.id}`);
  expect(await handle.result()).toEqual({ status: 'COMPLETED', reason: 'no_more_steps' });
  const history = await handle.fetchHistory();
  console.log('events', history.events?.length, (await handle.describe()).historySize);
});
