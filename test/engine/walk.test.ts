import proto from '@temporalio/proto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordConnectionAccepted } from '../../src/commands/inbound/record-connection-accepted.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { tasks } from '../../src/db/schema.ts';
import { createConductor } from '../../src/dev/clock/conductor.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { aCampaign, aHouse, content, fiveEmails, sequenceRow, sequencesOf, steps } from '../support/scenario.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

const { HistoryEvent } = proto.temporal.api.history.v1;
const at = (text: string) => Date.parse(text);
/** The server's own events of time skipping (55, 60), which no production history has. */
const SKIPPING = [55, 60];

test('an approved lead walks through five emails in one thread and ends Completed, in few events', async () => {
  const { db, commands, announcer, world, client, walks, reconcile, skipper } = engine;
  const house = await aHouse(db);
  const { campaignId } = await aCampaign(commands, house, { content: content(fiveEmails()) });
  await announcer.settled();
  // One round only: each round would leave its own events of time skipping behind.
  const conductor = createConductor({ db, walks, reconcile, skipper, roundEnd: (now) => now + 30 * 86_400_000 });
  await conductor.forward(at('2030-04-05T18:00:00Z'));

  const [sequence] = await sequencesOf(db, campaignId);
  expect(sequence).toMatchObject({ status: 'COMPLETED', endReason: 'no_more_steps', position: 5, nextAt: null });
  const mine = world.accepted.filter(({ messageId }) => messageId.includes(sequence?.id ?? 'none'));
  expect(mine.map(({ subject }) => subject)).toEqual(['Hello Ada0', ...Array(4).fill('Re: Hello Ada0')]);
  expect(mine.map(({ references }) => references)).toEqual(
    mine.map((_, n) => mine.slice(0, n).map(({ messageId }) => messageId)),
  );

  const handle = client.workflow.getHandle(`sequence/${sequence?.id}`);
  expect(await handle.result()).toEqual({ status: 'COMPLETED', reason: 'no_more_steps' });
  const { events = [] } = await handle.fetchHistory();
  const ours = (events ?? []).filter(({ eventType }) => !SKIPPING.includes(eventType ?? 0));
  expect(ours.length).toBeLessThanOrEqual(75);
  const bytes = ours.reduce((sum, event) => sum + HistoryEvent.encode(event).finish().length, 0);
  expect(bytes).toBeLessThanOrEqual(12_000);
  const described = await handle.describe();
  expect(described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
    expect.arrayContaining([
      ['SequenceStatus', 'COMPLETED'],
      ['CampaignId', campaignId],
    ]),
  );
});

test('invitation, call, message and email: the sequence waits for its user and its lead, and shows it', async () => {
  const { db, commands, announcer, world, conductor, client } = engine;
  const house = await aHouse(db);
  const day = { value: 1, unit: 'business_days' } as const;
  const { campaignId, caller } = await aCampaign(commands, house, {
    content: content(
      steps(
        'linkedin_invitation',
        { kind: 'manual_task', delay: day },
        { kind: 'linkedin_message', delay: day },
        { kind: 'email', delay: day },
      ),
    ),
    leads: [{ email: 'mia@lead.example', profile: 'in/mia-lead', firstName: 'Mia' }],
  });
  await announcer.settled();
  await conductor.forward(at('2030-04-09T18:00:00Z'));
  const id = (await sequencesOf(db, campaignId))[0]?.id;
  if (!id) throw new Error('no sequence');
  expect(world.invitations).toEqual([{ profile: 'mia-lead', note: 'Let us connect' }]);
  expect((await sequenceRow(db, id)).status).toBe('WAITING_FOR_USER');

  const [task] = await db.asSystem((tx) => tx.select().from(tasks).where(eq(tasks.sequenceId, id)));
  expect(task).toMatchObject({ title: 'Call Mia', status: 'OPEN', assigneeId: house.memberId });
  if (!task) throw new Error('no task');
  await completeTask(commands, caller, { taskId: task.id });
  await announcer.settled();
  expect((await sequenceRow(db, id)).status).toBe('ACTIVE');
  await conductor.forward(at('2030-04-11T18:00:00Z'));
  expect((await sequenceRow(db, id)).status).toBe('WAITING_FOR_LEAD');
  const waiting = await client.workflow.getHandle(`sequence/${id}`).describe();
  expect(waiting.typedSearchAttributes.getAll().map(({ value }) => value)).toContain('WAITING_FOR_LEAD');

  world.relations.set('mia-lead', 'connected');
  await recordConnectionAccepted(commands, caller, { accountId: house.linkedInAccount, profile: 'mia-lead' });
  await announcer.settled();
  await conductor.forward(at('2030-04-12T12:00:00Z'));
  expect(world.messages).toEqual([{ profile: 'mia-lead', text: 'Hi Mia' }]);

  await recordReply(commands, caller, { sequenceId: id, intent: 'meeting_booked', key: 'mia-1' });
  await announcer.settled();
  expect(await client.workflow.getHandle(`sequence/${id}`).result()).toEqual({
    status: 'SUCCEEDED',
    reason: 'meeting_booked',
  });
  await conductor.forward(at('2030-04-20T12:00:00Z'));
  expect(world.accepted.filter(({ to }) => to === 'mia@lead.example')).toEqual([]);
});
