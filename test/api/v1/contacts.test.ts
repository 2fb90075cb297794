import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { changeInbound, noteInbound } from '../../../src/db/inbound.ts';
import { aHouse, always, content, sequenceRow, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const twoMails = content(steps('email', 'email'), { schedule: always });

/** Enrolled, written to once, and heard from. */
async function aDialogue(email: string) {
  const profile = email.replace(/\W+/g, '-');
  const lead = { email, profile: `in/${profile}`, firstName: 'Ada', lastName: 'Quill', company: '100% Ink' };
  const { campaignId, caller, workspaceId, emailAccount } = await api.campaign({ content: twoMails, leads: [lead] });
  const [id] = await api.enrol(campaignId);
  if (!id) throw new Error('nobody was enrolled');
  const { nextAt, contactId } = await sequenceRow(api.db, id);
  await api.performStep(id, nextAt ?? 0);
  await api.db.inWorkspace(workspaceId, async (tx) => {
    const messageId = `<answer-of-${id}@lead.example>`;
    const receivedAt = (nextAt ?? 0) + 60_000;
    const row = await noteInbound(tx, { workspaceId, accountId: emailAccount, messageId, kind: 'reply', receivedAt });
    await changeInbound(tx, row.id, {
      sequenceId: id,
      contactId,
      fromAddress: email,
      text: 'Not now.',
      intent: 'neutral',
    });
  });
  await recordReply(api.commands, caller, { sequenceId: id, intent: 'neutral', key: `answer-of-${id}` });
  return { id, contactId, campaignId };
}

test('a list names everybody once, with where their newest sequence stands, and finds them by any of their names', async () => {
  const { id, contactId } = await aDialogue('list@one.example');
  const { body } = await api.get('/v1/contacts?q=list%40one');
  expect(body).toMatchObject({ total_count: 1, has_more: false });
  expect(body.items[0]).toMatchObject({
    id: contactId,
    email: 'list@one.example',
    company: '100% Ink',
    sequence: { id, status: 'STOPPED_EARLY', end_reason: 'neutral_reply', campaign: { name: 'Spring' } },
    is_suppressed: false,
  });
  for (const q of ['ada quill', '100%25 INK', 'list-one'])
    expect((await api.get(`/v1/contacts?q=${q}`)).body.items, q).toContainEqual(body.items[0]);
  expect((await api.get('/v1/contacts?q=1000')).body.items).toEqual([]);
});

test('one contact shows every message over all campaigns, ours and theirs, the newest first', async () => {
  const { contactId, id } = await aDialogue('talk@one.example');
  const { body } = await api.get(`/v1/contacts/${contactId}`);
  expect(body.messages).toMatchObject([
    { direction: 'received', channel: 'email', text: 'Not now.', intent: 'neutral', sequence_id: id },
    {
      direction: 'sent',
      channel: 'email',
      subject: 'Hello Ada',
      text: 'Mail 1 to Ada',
      state: 'SENT',
      sequence_id: id,
    },
  ]);
  expect(body.sequences).toHaveLength(1);
  expect(body.leads).toMatchObject([{ status: 'ENROLLED', campaign: { name: 'Spring' } }]);
});

test('never contact again suppresses address and profile, and ends what is open', async () => {
  const { campaignId } = await api.campaign({
    content: twoMails,
    leads: [{ email: 'no@one.example', profile: 'in/no-one-ever' }],
  });
  const [id] = await api.enrol(campaignId);
  const { contactId } = await sequenceRow(api.db, id ?? ('' as never));
  const { status, body } = await api.post(`/v1/contacts/${contactId}/suppress`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ ended_sequences: 1, is_suppressed: true, sequence: { status: 'STOPPED_EARLY' } });
  expect(body.suppressions.map(({ value }: { value: string }) => value).sort()).toEqual([
    'no-one-ever',
    'no@one.example',
  ]);
});

test('an export holds all that is known, as a file', async () => {
  const { contactId, id } = await aDialogue('export@one.example');
  const answer = await api.app.inject({
    url: `/v1/contacts/${contactId}/export`,
    headers: { authorization: `Bearer ${api.token}` },
  });
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="contact-${contactId}.json"`);
  const held = answer.json();
  expect(held).toMatchObject({
    contact: { id: contactId, email: 'export@one.example', first_name: 'Ada', created_at: expect.stringMatching(/Z$/) },
    sequences: [{ id, status: 'STOPPED_EARLY' }],
    deliveries: [{ recipient: 'export@one.example', subject: 'Hello Ada' }],
    received: [{ text: 'Not now.', from_address: 'export@one.example' }],
  });
  expect(held.steps.map(({ content }: { content: { body: string } }) => content.body)).toEqual([
    'Mail 1 to Ada',
    'Mail 2 to Ada',
  ]);
  expect(held.events.length).toBeGreaterThan(4);
  expect(answer.body).not.toContain('workspace_id');
});

test('who is erased is in no list; the id answers that nothing is known any more', async () => {
  const { contactId } = await aDialogue('erase@one.example');
  const { status, body } = await api.post(`/v1/contacts/${contactId}/erase`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ email: null, first_name: null, company: null, ended_sequences: 0 });
  expect(body.erased_at).toMatch(/Z$/);
  expect(body.messages.map(({ text }: { text: string }) => text)).toEqual(['', '']);
  expect((await api.get('/v1/contacts?q=erase')).body.items).toEqual([]);
  expect((await api.get('/v1/suppressions?q=erase@one')).body.total_count).toBe(1);
});

test("another workspace's contact is not there", async () => {
  const { contactId } = await aDialogue('mine@one.example');
  const stranger = await api.tokenOf(await aHouse(api.db));
  for (const path of ['', '/export'])
    expect((await api.get(`/v1/contacts/${contactId}${path}`, stranger)).status).toBe(404);
  for (const verb of ['suppress', 'erase'])
    expect((await api.post(`/v1/contacts/${contactId}/${verb}`, undefined, stranger)).status).toBe(404);
  expect((await api.get('/v1/contacts', stranger)).body.total_count).toBe(0);
});
