import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskShown } from '../../../src/api/shapes/tasks.ts';
import { newId } from '../../../src/db/new-id.ts';
import { aMember } from '../../support/builders.ts';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

let unique = 0;

/** A sequence whose first step's task is open. */
async function aTask(spec: { bodies?: string; kind?: 'manual_task' | 'email'; firstName?: string } = {}) {
  const { kind = 'manual_task', bodies = 'Hello' } = spec;
  const campaign = await api.campaign({
    content: content(steps({ kind, body: bodies }, 'email'), { schedule: always }),
    leads: [{ email: `task${unique++}@lead.example`, firstName: 'Ada', company: 'Engines' }],
  });
  const [sequenceId] = await api.enrol(campaign.campaignId);
  if (!sequenceId) throw new Error('nobody was enrolled');
  const { next } = (await api.get(`/v1/sequences/${sequenceId}`)).body;
  await api.performStep(sequenceId, Date.parse(next.at ?? '2030-03-19T10:00:00Z') + 60_000);
  const [task] = (await api.get(`/v1/tasks?sequence_id=${sequenceId}`)).body.items;
  return { ...campaign, sequenceId, id: String(task.id), task };
}

const sequence = async (id: string) => (await api.get(`/v1/sequences/${id}`)).body;

describe('the queue', () => {
  test('shows what a person needs to do it', async () => {
    const { task, sequenceId, campaignId } = await aTask();
    expect(task).toMatchObject({
      kind: 'manual_step',
      manual_kind: 'call',
      title: 'Call Ada',
      instructions: 'Say hello',
      status: 'OPEN',
      outcome: null,
      outcomes: [],
      note: null,
      assignee: { id: api.house.memberId, name: 'Sam Sender' },
      sequence: { id: sequenceId, status: 'WAITING_FOR_USER' },
      campaign: { id: campaignId, name: 'Spring' },
      contact: { first_name: 'Ada', company: 'Engines' },
      step: { number: 1, name: 'Step 1', kind: 'manual_task' },
      settled_at: null,
    });
    expect((await api.get(`/v1/tasks/${task.id}`)).body).toEqual(task);
  });

  test('is filtered by status, kind, campaign, sequence and assignee', async () => {
    const { id, campaignId, memberId } = await aTask();
    const ids = async (query: string) =>
      (await api.get(`/v1/tasks?campaign_id=${campaignId}${query}`)).body.items.map((task: { id: string }) => task.id);
    expect(await ids('')).toEqual([id]);
    expect(await ids('&status=OPEN&kind=manual_step')).toEqual([id]);
    expect(await ids(`&assignee_id=${memberId}`)).toEqual([id]);
    expect(await ids('&status=COMPLETED')).toEqual([]);
    expect(await ids('&kind=read_reply')).toEqual([]);
    expect((await api.get('/v1/tasks?status=open')).status).toBe(400);
  });

  test('shows a good reply first while it is to be answered, then the oldest; a history shows the newest first', async () => {
    const { sequenceId, campaignId } = await aTask();
    const text = 'Yes, call me on Friday.';
    for (const intent of ['unclear', 'positive'])
      await api.post(`/v1/sequences/${sequenceId}/replies`, { intent, key: `${intent}-${sequenceId}`, text });
    const listed = async (order: string): Promise<TaskShown[]> =>
      (await api.get(`/v1/tasks?campaign_id=${campaignId}&order=${order}`)).body.items;
    const [first, ...others] = await listed('asc');
    expect(first).toMatchObject({
      kind: 'answer_reply',
      title: 'Answer Ada',
      instructions: text,
      outcomes: [],
      step: null,
      assignee: { id: api.house.memberId },
      sequence: { status: 'SUCCEEDED' },
    });
    // The step's attempt was ahead of the clock, so its task is the youngest.
    expect(others.map(({ kind }) => kind)).toEqual(['read_reply', 'manual_step']);
    expect((await listed('desc')).map(({ kind }) => kind)).toEqual(['manual_step', 'answer_reply', 'read_reply']);
    expect((await api.post(`/v1/tasks/${first?.id}/complete`, { note: 'Called her.' })).body.status).toBe('COMPLETED');
    expect((await listed('asc')).map(({ kind }) => kind)).toEqual(['read_reply', 'answer_reply', 'manual_step']);
  });

  test('of another workspace is empty, and its tasks are not there', async () => {
    const { id } = await aTask();
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.get('/v1/tasks', stranger)).body.total_count).toBe(0);
    for (const verb of ['complete', 'skip', 'dismiss'])
      expect((await api.post(`/v1/tasks/${id}/${verb}`, {}, stranger)).status).toBe(404);
    expect((await api.post(`/v1/tasks/${newId()}/complete`)).status).toBe(404);
    expect((await api.get(`/v1/tasks/${id}`)).body.status).toBe('OPEN');
  });
});

describe('a manual step', () => {
  test('is completed with a note, and the sequence goes on', async () => {
    const { id, sequenceId } = await aTask();
    const { body } = await api.post(`/v1/tasks/${id}/complete`, { note: 'Spoke to her' });
    expect(body).toMatchObject({ status: 'COMPLETED', note: 'Spoke to her', sequence: { status: 'ACTIVE' } });
    expect(await sequence(sequenceId)).toMatchObject({
      steps_finished: 1,
      next: { number: 2, text: '3 days after step 1' },
    });
  });

  test('needs no body', async () => {
    const { id } = await aTask();
    expect((await api.post(`/v1/tasks/${id}/complete`)).body.status).toBe('COMPLETED');
  });

  test('is skipped, and its step with it', async () => {
    const { id, sequenceId } = await aTask();
    expect((await api.post(`/v1/tasks/${id}/skip`, { note: 'No number' })).body).toMatchObject({
      status: 'SKIPPED',
      note: 'No number',
    });
    expect((await sequence(sequenceId)).steps[0]).toMatchObject({ status: 'SKIPPED', reason: 'skipped_by_user' });
  });

  test('takes no outcome', async () => {
    const { id } = await aTask();
    expect((await api.post(`/v1/tasks/${id}/complete`, { outcome: 'positive' })).status).toBe(422);
    expect((await api.post(`/v1/tasks/${id}/complete`, { outcome: 'great' })).status).toBe(400);
  });

  test('is dismissed only once its sequence has ended', async () => {
    const { id, sequenceId } = await aTask();
    expect((await api.post(`/v1/tasks/${id}/dismiss`)).status).toBe(422);
    await api.post(`/v1/sequences/${sequenceId}/stop`);
    expect((await api.post(`/v1/tasks/${id}/dismiss`)).body).toMatchObject({
      status: 'DISMISSED',
      sequence: { status: 'STOPPED_EARLY' },
    });
  });
});

describe('an open task', () => {
  const snooze = (id: string, until: string | null) => api.post(`/v1/tasks/${id}/snooze`, { until });
  const due = async (campaignId: string) => {
    const answers = await Promise.all(
      ['now', 'overdue', 'today', 'week', 'snoozed'].map(async (name) => {
        const { total_count: count } = (await api.get(`/v1/tasks?campaign_id=${campaignId}&due=${name}`)).body;
        return count === 1 ? [name] : [];
      }),
    );
    return answers.flat();
  };
  const told = async (sequenceId: string, kind: string) =>
    (await sequence(sequenceId)).timeline.filter((line: { kind: string }) => line.kind === kind);

  test('is snoozed to 09:00 of a day on the clocks of the workspace, or to an instant, and comes back when asked', async () => {
    const { id, campaignId } = await aTask(); // a Tuesday, 10:00 in Paris
    expect(await due(campaignId)).toEqual(['now', 'today', 'week']);
    expect((await snooze(id, '2030-03-20')).body).toMatchObject({
      status: 'OPEN',
      snoozed_until: '2030-03-20T08:00:00Z',
      due_at: '2030-03-20T08:00:00Z',
    });
    expect(await due(campaignId)).toEqual(['week', 'snoozed']);
    // The clocks change on 31 March; a Monday of next week is not this week.
    expect((await snooze(id, '2030-04-01')).body.due_at).toBe('2030-04-01T07:00:00Z');
    expect(await due(campaignId)).toEqual(['snoozed']);
    expect((await snooze(id, '2030-03-19T22:30:00Z')).body.due_at).toBe('2030-03-19T22:30:00Z'); // 23:30 in Paris
    expect(await due(campaignId)).toEqual(['today', 'week', 'snoozed']);
    const { body } = await snooze(id, null);
    expect(body).toMatchObject({ snoozed_until: null, due_at: body.created_at });
    expect(await due(campaignId)).toEqual(['now', 'today', 'week']);
  });

  test('that is snoozed still keeps its sequence waiting, and can be settled', async () => {
    const { id, sequenceId } = await aTask();
    expect((await snooze(id, '2030-03-20')).body.sequence.status).toBe('WAITING_FOR_USER');
    expect((await api.post(`/v1/tasks/${id}/complete`)).body).toMatchObject({
      status: 'COMPLETED',
      sequence: { status: 'ACTIVE' },
    });
    expect((await sequence(sequenceId)).steps_finished).toBe(1);
  });

  test('is told of once, however often the same snooze is asked for', async () => {
    const { id, sequenceId } = await aTask();
    for (const until of ['2030-03-20', '2030-03-20T08:00:00Z', '2030-03-20']) await snooze(id, until);
    expect(await told(sequenceId, 'task_snoozed')).toMatchObject([
      { data: { task: id, until: '2030-03-20T08:00:00.000Z' } },
    ]);
  });

  test('is not snoozed into the past, nor to what is no day', async () => {
    const { id } = await aTask();
    const { status, body } = await snooze(id, '2030-03-19');
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: 'until', problem: 'must be an instant to come' }]);
    expect((await snooze(id, '2030-02-30')).status).toBe(400);
    expect((await api.post(`/v1/tasks/${id}/snooze`, {})).status).toBe(400);
  });

  test('is given to another member, once, and to nobody who is none', async () => {
    const { id, sequenceId } = await aTask();
    const to = await aMember(api.db, api.house.workspaceId);
    const give = (assignee: string) => api.post(`/v1/tasks/${id}/reassign`, { assignee_id: assignee });
    expect((await give(to)).body).toMatchObject({ status: 'OPEN', assignee: { id: to } });
    expect((await give(to)).status).toBe(200);
    expect(await told(sequenceId, 'task_reassigned')).toMatchObject([
      { data: { task: id, from: api.house.memberId, to } },
    ]);
    const stranger = await aHouse(api.db);
    const { status, body } = await give(stranger.memberId);
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: 'assignee_id', problem: 'is no member of this workspace' }]);
  });

  test('is neither snoozed nor given away once it is settled, or by another workspace', async () => {
    const { id } = await aTask();
    const stranger = await api.tokenOf(await aHouse(api.db));
    const asked = [
      ['snooze', { until: '2030-03-20' }],
      ['reassign', { assignee_id: api.house.memberId }],
    ] as const;
    for (const [verb, body] of asked)
      expect((await api.post(`/v1/tasks/${id}/${verb}`, body, stranger)).status, verb).toBe(404);
    await api.post(`/v1/tasks/${id}/complete`);
    for (const [verb, body] of asked)
      expect((await api.post(`/v1/tasks/${id}/${verb}`, body)).body, verb).toMatchObject({ code: 'wrong_state' });
  });
});

describe('two people at once', () => {
  test('with the same answer are both content', async () => {
    const { id, sequenceId } = await aTask();
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.post(`/v1/tasks/${id}/complete`, { note: 'done' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { timeline, steps_finished: finished } = await sequence(sequenceId);
    expect(finished).toBe(1);
    expect(timeline.filter(({ kind }: { kind: string }) => kind === 'task_completed')).toHaveLength(1);
  });

  test('with different answers: one is heard, the other told that it is settled', async () => {
    const { id, sequenceId } = await aTask();
    const answers = await Promise.all([api.post(`/v1/tasks/${id}/complete`), api.post(`/v1/tasks/${id}/skip`)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'wrong_state' });
    expect(refused?.body.detail).toMatch(/is (COMPLETED|SKIPPED) already$/);
    expect((await sequence(sequenceId)).steps_finished).toBe(1);
  });
});

describe('a reply to read', () => {
  async function aReply() {
    const { sequenceId } = await aTask();
    await api.post(`/v1/sequences/${sequenceId}/replies`, {
      intent: 'unclear',
      key: `read-${sequenceId}`,
      text: 'Tell me more?',
    });
    const [task] = (await api.get(`/v1/tasks?sequence_id=${sequenceId}&kind=read_reply`)).body.items;
    return { sequenceId, task, id: String(task.id) };
  }

  test('offers its outcomes and shows what was written', async () => {
    const { task } = await aReply();
    expect(task).toMatchObject({ kind: 'read_reply', step: null, instructions: 'Tell me more?' });
    expect(task.outcomes).toEqual([
      'positive',
      'meeting_booked',
      'referral',
      'negative',
      'neutral',
      'unsubscribe',
      'out_of_office',
      'go_on',
    ]);
  });

  test('needs one of them, and cannot be skipped', async () => {
    const { id } = await aReply();
    expect((await api.post(`/v1/tasks/${id}/complete`)).body.detail).toMatch(/takes an outcome: positive/);
    expect((await api.post(`/v1/tasks/${id}/skip`)).status).toBe(422);
  });

  test.each([
    ['meeting_booked', 'SUCCEEDED'],
    ['unsubscribe', 'FAILED'],
    ['go_on', 'WAITING_FOR_USER'], // the call is still to be made
  ])('answered %s leaves the sequence %s', async (outcome, status) => {
    const { id } = await aReply();
    expect((await api.post(`/v1/tasks/${id}/complete`, { outcome })).body).toMatchObject({
      outcome,
      sequence: { status },
    });
  });

  test('that says out of office takes the date of the return', async () => {
    const { id, sequenceId } = await aReply();
    await api.post(`/v1/tasks/${id}/complete`, { outcome: 'out_of_office', returns_on: '2030-03-28' });
    expect((await sequence(sequenceId)).holds).toMatchObject([
      { kind: 'out_of_office', until: '2030-03-29T00:00:00Z' },
    ]);
  });
});

describe('copy to complete', () => {
  const missing = () => aTask({ kind: 'email', bodies: 'You work as {{job_title}}' });

  test('blocks its step until a person has written it', async () => {
    const { id, task, sequenceId } = await missing();
    expect(task).toMatchObject({ kind: 'complete_copy', instructions: expect.stringContaining('job_title') });
    expect((await sequence(sequenceId)).steps[0].missing).toEqual(['job_title']);
    const content = { kind: 'email', subject: 'Hello', body: 'You work' };
    expect((await api.post(`/v1/tasks/${id}/complete`, { content })).body).toMatchObject({
      status: 'COMPLETED',
      sequence: { status: 'ACTIVE' },
    });
    expect((await sequence(sequenceId)).steps[0]).toMatchObject({ missing: [], content, content_version: 2 });
  });

  test('is refused without content, and with that of another kind', async () => {
    const { id } = await missing();
    expect((await api.post(`/v1/tasks/${id}/complete`)).status).toBe(422);
    expect(
      (await api.post(`/v1/tasks/${id}/complete`, { content: { kind: 'linkedin_message', body: 'x' } })).status,
    ).toBe(422);
    expect((await api.post(`/v1/tasks/${id}/complete`, { content: { kind: 'email', body: 'x' } })).status).toBe(400);
  });

  test('refuses a task for somebody who is no member', async () => {
    const { id } = await missing();
    const content = { kind: 'manual_task', task: 'call', title: 'x', instructions: '', assignee_id: newId() };
    const { status, body } = await api.post(`/v1/tasks/${id}/complete`, { content });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: 'content.assignee_id', problem: 'is no member of this workspace' }]);
  });
});
