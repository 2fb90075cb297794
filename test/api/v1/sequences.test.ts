import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordGeneration } from '../../../src/db/generations.ts';
import { newId } from '../../../src/db/new-id.ts';
import { accounts } from '../../../src/db/schema.ts';
import type { SequenceId } from '../../../src/domain/ids.ts';
import { aHouse, content, steps, weekdays } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed(); // Tuesday 19 March 2030, 10:00 in Paris
});
afterAll(() => api.close());

let unique = 0;
const lead = () => ({
  email: `walker${unique++}@lead.example`,
  profile: `in/walker-${unique}-lead`,
  firstName: 'Ada',
  lastName: 'Lovelace',
});

/** One enrolled sequence, its copy written. */
async function aSequence(...kinds: Parameters<typeof steps>) {
  const campaign = await api.campaign({
    content: content(steps(...kinds), { schedule: { ...weekdays, holidays: ['2030-03-26'] } }),
    leads: [lead()],
  });
  const [id] = await api.enrol(campaign.campaignId);
  if (!id) throw new Error('nobody was enrolled');
  return { ...campaign, id };
}

const show = async (id: SequenceId) => (await api.get(`/v1/sequences/${id}`)).body;
const passStep = async (id: SequenceId) => {
  const { next } = await show(id);
  await api.performStep(id, Date.parse(next.at) + 60_000);
};

describe('one sequence', () => {
  test('shows its contact, campaign, next step and why not sooner', async () => {
    const { id, campaignId } = await aSequence('email', 'email');
    const first = await show(id);
    expect(first).toMatchObject({
      id,
      status: 'ACTIVE',
      end_reason: null,
      campaign: { id: campaignId, name: 'Spring', status: 'RUNNING' },
      template: { version: 1 },
      timezone: 'Europe/Paris',
      contact: { first_name: 'Ada', last_name: 'Lovelace' },
      steps_finished: 0,
      step_count: 2,
      holds: [],
      next: { number: 1, kind: 'email', why: 'delay', text: 'right after enrolment' },
      ended_at: null,
    });
    await passStep(id);
    const second = await show(id);
    expect(second).toMatchObject({ steps_finished: 1, next: { number: 2, why: 'delay', text: '3 days after step 1' } });
    expect(second.next.at).toMatch(/^2030-03-22T09:/);
  });

  test('says when each step to come would go, as long as no person decides first', async () => {
    const { id } = await aSequence('email', 'manual_task', {
      kind: 'email',
      delay: { value: 4, unit: 'days' },
    });
    const planned = async () => (await show(id)).steps.map((step: { planned_at: string | null }) => step.planned_at);
    const { next } = await show(id);
    expect(await planned()).toEqual([
      next.at,
      expect.stringMatching(/^2030-03-22T/), // three days on
      '2030-03-27T08:00:00Z', // four more lead to a holiday
    ]);
    await passStep(id);
    expect(await planned()).toEqual([null, expect.stringMatching(/^2030-03-22T/), expect.any(String)]);
    await passStep(id);
    expect(await planned()).toEqual([null, null, null]); // its task is open
  });

  test('shows every step with its copy and what became of its message', async () => {
    const { id } = await aSequence('email', 'linkedin_invitation', 'manual_task');
    await passStep(id);
    const { steps: shown } = await show(id);
    expect(shown[0]).toMatchObject({
      number: 1,
      status: 'SENT',
      content: { kind: 'email', subject: 'Hello Ada' },
      delivery: { state: 'SENT', attempt: 1, answer: '250 ok' },
    });
    expect(shown[0].delivery.message_id).toBe(`<${id}.${shown[0].id}@acme.example>`);
    expect(shown[1]).toMatchObject({
      status: 'PENDING',
      content: { kind: 'linkedin_invitation', note: 'Let us connect' },
      delivery: null,
    });
    expect(shown[2]).toMatchObject({
      content: { kind: 'manual_task', task: 'call', title: 'Call Ada', assignee_id: null },
    });
  });

  test('tells its story in the order in which it happened', async () => {
    const { id } = await aSequence('email', 'email');
    await passStep(id);
    await api.post(`/v1/sequences/${id}/stop`);
    const { timeline } = await show(id);
    expect(timeline.map(({ kind }: { kind: string }) => kind)).toEqual([
      'sequence_enrolled',
      'sequence_personalised',
      'step_sent',
      'sequence_ended',
    ]);
    expect(timeline[2].data).toEqual({ step: 1, step_kind: 'email' });
    expect(timeline[3]).toMatchObject({
      actor: `member:${api.house.memberId}`,
      data: { status: 'STOPPED_EARLY', reason: 'stopped_by_user' },
    });
  });

  test('waits for a task, and names it and whose it is', async () => {
    const { id } = await aSequence({ kind: 'manual_task', name: 'Call' });
    await passStep(id);
    expect(await show(id)).toMatchObject({
      status: 'WAITING_FOR_USER',
      next: { at: null, why: 'waiting_for_task', text: "waiting for 'Call Ada' (Sam Sender)" },
      tasks: [
        {
          kind: 'manual_step',
          status: 'OPEN',
          title: 'Call Ada',
          assignee: { name: 'Sam Sender' },
          step: { number: 1, name: 'Call' },
        },
      ],
    });
  });

  test('waits for a connection, and says when it stops waiting', async () => {
    const { id } = await aSequence('linkedin_message');
    await passStep(id);
    expect(await show(id)).toMatchObject({
      status: 'WAITING_FOR_LEAD',
      next: { why: 'waiting_for_connection', text: 'not accepted yet; skipped on 3 Apr' },
      accounts: [{ channel: 'linkedin', address: 'sam-sender', status: 'CONNECTED' }],
    });
  });

  test('is held by its campaign, its account and its contact, side by side', async () => {
    const { id, campaignId, workspaceId } = await aSequence('email', 'email');
    await api.post(`/v1/campaigns/${campaignId}/pause`);
    await api.post(`/v1/sequences/${id}/replies`, {
      intent: 'out_of_office',
      key: `away-${id}`,
      returns_on: '2030-03-28',
    });
    await api.db.asSystem((tx) =>
      tx.update(accounts).set({ status: 'PAUSED', pausedWhy: 'by_user' }).where(eq(accounts.workspaceId, workspaceId)),
    );
    const held = await show(id);
    await api.db.asSystem((tx) =>
      tx.update(accounts).set({ status: 'CONNECTED', pausedWhy: null }).where(eq(accounts.workspaceId, workspaceId)),
    );
    expect(held.status).toBe('WAITING_FOR_LEAD');
    expect(held.holds).toEqual([
      { kind: 'campaign_paused', until: null, text: 'campaign paused' },
      {
        kind: 'out_of_office',
        until: '2030-03-29T08:00:00Z',
        text: 'out of office until Fri 29 Mar, 09:00 (Europe/Paris)',
      },
      { kind: 'account_paused', until: null, text: 'account paused' },
    ]);
    expect(held.next).toMatchObject({ why: 'held', text: 'campaign paused' });
  });

  test('an ended one has no next step', async () => {
    const { id } = await aSequence('email');
    await passStep(id);
    const ended = await show(id);
    expect(ended).toMatchObject({
      status: 'COMPLETED',
      end_reason: 'no_more_steps',
      next: null,
      holds: [],
      steps_finished: 1,
    });
    expect(ended.ended_at).toMatch(/^2030-03-19T09:\d\d:\d\dZ$/);
  });

  test('of another workspace is not there', async () => {
    const { id } = await aSequence('email');
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.get(`/v1/sequences/${id}`, stranger)).status).toBe(404);
    for (const [path, body] of [
      ['stop', undefined],
      ['replies', { intent: 'positive', key: 'x' }],
      ['bounces', { kind: 'hard', key: 'x' }],
    ] as const)
      expect((await api.post(`/v1/sequences/${id}/${path}`, body, stranger)).status).toBe(404);
    expect((await show(id)).status).toBe('ACTIVE');
    expect((await api.get(`/v1/sequences/${newId()}`)).status).toBe(404);
  });
});

describe('stopping', () => {
  test('ends it, once, and leaves its open task', async () => {
    const { id } = await aSequence('manual_task', 'email');
    await passStep(id);
    const stopped = await api.post(`/v1/sequences/${id}/stop`);
    expect(stopped.body).toMatchObject({ status: 'STOPPED_EARLY', end_reason: 'stopped_by_user', next: null });
    expect((await api.post(`/v1/sequences/${id}/stop`)).status).toBe(200);
    const { tasks, steps: shown } = await show(id);
    expect(tasks).toMatchObject([{ status: 'OPEN', sequence: { status: 'STOPPED_EARLY' } }]);
    expect(shown[1].status).toBe('CANCELED');
  });

  test('what has ended otherwise is a 409', async () => {
    const { id } = await aSequence('email');
    await api.post(`/v1/sequences/${id}/replies`, { intent: 'positive', key: `positive-${id}` });
    expect((await api.post(`/v1/sequences/${id}/stop`)).status).toBe(409);
  });
});

describe('a reply', () => {
  test.each([
    ['positive', 'SUCCEEDED', 'positive_reply'],
    ['meeting_booked', 'SUCCEEDED', 'meeting_booked'],
    ['referral', 'SUCCEEDED', 'referral'],
    ['negative', 'STOPPED_EARLY', 'negative_reply'],
    ['neutral', 'STOPPED_EARLY', 'neutral_reply'],
    ['unsubscribe', 'FAILED', 'unsubscribed'],
    ['out_of_office', 'WAITING_FOR_LEAD', null],
    ['auto_reply', 'ACTIVE', null],
    ['unclear', 'WAITING_FOR_USER', null],
  ])('%s leaves it %s', async (intent, status, reason) => {
    const { id } = await aSequence('email', 'email');
    const { body } = await api.post(`/v1/sequences/${id}/replies`, { intent, key: `reply-${intent}`, text: 'Hello' });
    expect(body).toMatchObject({ status, end_reason: reason });
  });

  test('told twice acts once', async () => {
    const { id } = await aSequence('email', 'email');
    const reply = { intent: 'unclear', key: `twice-${id}`, text: 'Hm' };
    await api.post(`/v1/sequences/${id}/replies`, reply);
    await api.post(`/v1/sequences/${id}/replies`, reply);
    expect((await show(id)).tasks).toHaveLength(1);
  });

  test.each([
    [{ intent: 'maybe', key: 'x' }, 'intent'],
    [{ intent: 'positive' }, 'key'],
    [{ intent: 'positive', key: '' }, 'key'],
    [{ intent: 'out_of_office', key: 'x', returns_on: '2030-02-30' }, 'returns_on'],
    [{ intent: 'positive', key: 'x', mood: 'good' }, 'mood'],
  ])('%j is a 400 that names %s', async (body, path) => {
    const answer = await api.post(`/v1/sequences/${newId()}/replies`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([path]);
  });
});

describe('the copy of a step', () => {
  const contentOf = (id: SequenceId, step: { id: string }, body: unknown, as?: string) =>
    api.call('PUT', `/v1/sequences/${id}/steps/${step.id}/content`, body, as);
  const email = { kind: 'email', subject: 'By hand', body: 'Written by a person' };

  test('may be edited until it is claimed, on the version it was seen in', async () => {
    const { id } = await aSequence('email', 'email');
    const [step] = (await show(id)).steps;
    expect(step).toMatchObject({ content_version: 1, editable: true, why_not_editable: null });
    const edited = await contentOf(id, step, { made_on: 1, content: email });
    expect(edited.status).toBe(200);
    expect(edited.body.steps[0]).toMatchObject({ content: email, content_version: 2 });
    expect(edited.body.timeline.at(-1)).toMatchObject({
      kind: 'step_edited',
      actor: `member:${api.house.memberId}`,
      data: { step: 1, step_kind: 'email', version: 2 },
    });
    const late = await contentOf(id, step, { made_on: 1, content: email });
    expect([late.status, late.body.code, late.body.detail]).toEqual([
      409,
      'version_conflict',
      'the change was made on version 1, the copy of step 1 is at 2',
    ]);
    await passStep(id);
    const shown = (await show(id)).steps;
    expect(shown.map(({ editable }: { editable: boolean }) => editable)).toEqual([false, true]);
    expect(shown[0].why_not_editable).toBe('Sending has begun: the step is SENT');
    const sent = await contentOf(id, step, { made_on: 2, content: email });
    expect([sent.status, sent.body.code]).toEqual([409, 'wrong_state']);
  });

  test('of a manual task names its assignee as everywhere', async () => {
    const { id } = await aSequence('manual_task');
    const [step] = (await show(id)).steps;
    const content = {
      kind: 'manual_task',
      task: 'other',
      title: 'Send a cake',
      instructions: 'Lemon',
      assignee_id: api.house.memberId,
    };
    expect((await contentOf(id, step, { made_on: 1, content })).body.steps[0].content).toEqual(content);
  });

  test.each([
    [{ made_on: 1, content: { ...email, subject: 'a\nb' } }, 422, 'content.subject'],
    [{ made_on: 1, content: { ...email, body: 'Hi {{first_name}}' } }, 422, 'content.body'],
    [{ content: email }, 400, 'made_on'],
    [{ made_on: 1, content: { ...email, note: 'x' } }, 400, 'content.note'],
    [{ made_on: 1, content: { kind: 'fax' } }, 400, 'content.kind'],
  ])('%j is a %i that names its place', async (body, status, path) => {
    const { id } = await aSequence('email');
    const [step] = (await show(id)).steps;
    const answer = await contentOf(id, step, body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([path]);
  });

  test('is said anew from the contact as it is now; with AI variables only where there is a language model', async () => {
    const { id } = await aSequence('email');
    const [step] = (await show(id)).steps;
    const path = `/v1/sequences/${id}/steps/${step.id}/regenerate`;
    const anew = await api.post(path, { made_on: 1 });
    expect([anew.status, anew.body.steps[0].content_version]).toEqual([200, 2]);
    expect((await api.post(path, { made_on: 1 })).body.code).toBe('version_conflict');
    expect(anew.body.timeline.at(-1)).toMatchObject({
      kind: 'step_regenerated',
      data: { step: 1, version: 2, by: null },
    });
  });

  test('says who wrote the AI variables, what each became, and what that cost', async () => {
    const plain = await aSequence('email');
    expect(await show(plain.id)).toMatchObject({
      ai_writer: null,
      ai_note: null,
      ai_values: [],
      ai_use: { calls: 0, failed: 0, input_tokens: null, output_tokens: null, cost_micros: null },
    });
    const campaign = await api.campaign({
      content: content(steps({ kind: 'email', body: '{{opener}} {{first_name}}' }), {
        aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: 'Well met,' }],
      }),
      leads: [lead()],
    });
    const [id] = await api.enrol(campaign.campaignId);
    if (!id) throw new Error('nobody was enrolled');
    const written = await show(id);
    expect(written).toMatchObject({
      ai_writer: 'offline',
      ai_note: 'The copy was written without a language model: none is configured.',
      ai_values: [{ name: 'opener', value: 'Well met,', by: 'offline' }],
    });
    const calls = [
      { fault: 'provider 500', inputTokens: null, outputTokens: null, costMicros: null },
      { fault: null, inputTokens: 900, outputTokens: 60, costMicros: 250 },
      { fault: null, inputTokens: 100, outputTokens: 40, costMicros: 50 },
    ];
    const call = { workspaceId: api.house.workspaceId, sequenceId: id, purpose: 'enrolment' as const };
    await api.db.asSystem(async (tx) => {
      for (const told of calls)
        await recordGeneration(tx, { ...call, ...told, provider: 'test', model: 'scripted', milliseconds: 1 });
    });
    expect((await show(id)).ai_use).toEqual({
      calls: 3,
      failed: 1,
      input_tokens: 1_000,
      output_tokens: 100,
      cost_micros: 300,
    });
    const [step] = written.steps;
    const refused = await api.post(`/v1/sequences/${id}/steps/${step.id}/regenerate`, { made_on: 1 });
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      422,
      'rule_refused',
      'no language model is configured; the copy stays as it is',
    ]);
  });

  test('is changed with sequences:write only, and never from another workspace', async () => {
    const { id } = await aSequence('email');
    const [step] = (await show(id)).steps;
    const reader = await api.tokenOf(api.house, ['sequences:read']);
    const stranger = await api.tokenOf(await aHouse(api.db));
    for (const [token, status] of [
      [reader, 403],
      [stranger, 404],
    ] as const) {
      expect((await contentOf(id, step, { made_on: 1, content: email }, token)).status).toBe(status);
      const anew = await api.post(`/v1/sequences/${id}/steps/${step.id}/regenerate`, { made_on: 1 }, token);
      expect(anew.status).toBe(status);
    }
    expect((await contentOf(id, { id: newId() }, { made_on: 1, content: email })).status).toBe(404);
    expect((await show(id)).steps[0].content_version).toBe(1);
  });
});

describe('a bounce', () => {
  test('that is hard ends it FAILED, a soft one is only noted', async () => {
    const { id } = await aSequence('email', 'email');
    expect((await api.post(`/v1/sequences/${id}/bounces`, { kind: 'soft', key: `soft-${id}` })).body.status).toBe(
      'ACTIVE',
    );
    expect((await api.post(`/v1/sequences/${id}/bounces`, { kind: 'hard', key: `hard-${id}` })).body).toMatchObject({
      status: 'FAILED',
      end_reason: 'hard_bounce',
    });
  });
});

describe('the list', () => {
  test('comes in pages by campaign and status, in the order of enrolment, with true totals past its end', async () => {
    const campaign = await api.campaign({ content: content(steps('email', 'email')), leads: [lead(), lead(), lead()] });
    const [first, second, third] = await api.enrol(campaign.campaignId);
    await api.post(`/v1/sequences/${second}/stop`);
    const list = async (query: string) =>
      (await api.get(`/v1/sequences?campaign_id=${campaign.campaignId}${query}`)).body;
    const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);
    expect(ids(await list(''))).toEqual([first, second, third]);
    expect(ids(await list('&status=ACTIVE'))).toEqual([first, third]);
    expect(await list('&size=2')).toMatchObject({ total_count: 3, total_pages: 2, has_more: true });
    expect(ids(await list('&size=2&page=2'))).toEqual([third]);
    expect(await list('&page=9')).toEqual({ items: [], total_count: 3, total_pages: 1, has_more: false });
    expect((await list('')).items[0].next.text).toBe('right after enrolment');
  });

  test('another workspace sees none of it', async () => {
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.get('/v1/sequences', stranger)).body).toEqual({
      items: [],
      total_count: 0,
      total_pages: 0,
      has_more: false,
    });
  });

  test.each(['status=active', 'status=ACTIVE&status=FAILED', 'campaign_id=7', 'size=101', 'foo=1'])(
    'refuses ?%s',
    async (query) => {
      expect((await api.get(`/v1/sequences?${query}`)).status).toBe(400);
    },
  );
});

describe('scopes', () => {
  test('reading needs sequences:read, acting sequences:write', async () => {
    const { id } = await aSequence('email');
    const reader = await api.tokenOf(api.house, ['sequences:read']);
    expect((await api.get(`/v1/sequences/${id}`, reader)).status).toBe(200);
    const { status, body } = await api.post(`/v1/sequences/${id}/stop`, undefined, reader);
    expect([status, body.detail]).toEqual([403, 'this needs the scope sequences:write']);
  });
});
