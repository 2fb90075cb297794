import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMail } from '../../../src/adapters/parse-mail.ts';
import { type ReceiveDeps, receiveMail } from '../../../src/commands/inbound/receive-mail.ts';
import { aHouse, always, content, type House, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

/*
 * What the page shows of tasks: a reply to read with the message that opened it and what it answers to.
 */

let api: Served;
let deps: ReceiveDeps;
beforeAll(async () => {
  api = await startServed();
  deps = { ...api.deps, ...api.commands };
});
afterAll(() => api.close());

let unique = 0;

/** A sequence whose first email was sent, to an address of its own. */
async function written(address = `reply${unique++}@lead.example`) {
  const campaign = await api.campaign({
    content: content(steps({ kind: 'email', subject: 'A question', body: 'Do you run engines?' }), {
      schedule: always,
    }),
    leads: [{ email: address, firstName: 'Ada', company: 'Engines' }],
  });
  const [sequenceId] = await api.enrol(campaign.campaignId);
  if (!sequenceId) throw new Error('nobody was enrolled');
  const { next } = (await api.get(`/v1/sequences/${sequenceId}`)).body;
  await api.performStep(sequenceId, Date.parse(next.at) + 60_000);
  const [sent] = await api.deliveriesOf(sequenceId);
  return { ...campaign, address, sequenceId, messageId: sent?.messageId ?? '' };
}

const arrives = async ({ caller, emailAccount }: House, source: string) => {
  const mail = await parseMail(Buffer.from(source.replaceAll('\n', '\r\n')));
  await receiveMail(deps, caller, { accountId: emailAccount, messageId: mail.messageId ?? '', mail });
};

const answer = (from: string, to: string, text: string, also = 'Content-Type: text/plain; charset=utf-8') =>
  `From: Ada <${from}>\nTo: sam@acme.example\nSubject: Re: A question\nMessage-ID: <reply-${unique++}@lead.example>\nIn-Reply-To: ${to}\nMIME-Version: 1.0\n${also}\n\n${text}\n`;

const openReplies = async (sequenceId: string) =>
  (await api.get(`/v1/tasks?sequence_id=${sequenceId}&kind=read_reply&due=now`)).body.items;

test('a reply to read comes with the message that asked for it, what it answers to and what it leans to', async () => {
  const sequence = await written();
  const text = 'Sounds interesting, tell me more. But what would that mean for our old engines?';
  await arrives(sequence, answer(sequence.address, sequence.messageId, text));
  const [task] = await openReplies(sequence.sequenceId);
  const { status, body } = await api.get(`/app/api/tasks/${task.id}/reply`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    task: { id: task.id, kind: 'read_reply' },
    message: { channel: 'email', from: sequence.address, subject: 'Re: A question', text, has_html: false },
    suggestion: 'positive',
    returns_on: null,
    wrote: [
      { number: 1, kind: 'email', subject: 'A question', content: { body: 'Do you run engines?' }, is_answered: true },
    ],
  });
});

test('each of two replies has its own message', async () => {
  const sequence = await written();
  const said = ['Hm, what is that?', 'And who are you?'];
  for (const text of said) await arrives(sequence, answer(sequence.address, sequence.messageId, text));
  const tasks: { id: string }[] = await openReplies(sequence.sequenceId);
  const shown = await Promise.all(tasks.map(({ id }) => api.get(`/app/api/tasks/${id}/reply`)));
  expect(shown.map(({ body }) => body.message.text)).toEqual(said);
});

test('a reply that somebody told of shows what they told, and a date it names', async () => {
  const { sequenceId } = await written();
  const text = 'I am away until 28 March, is that a problem?';
  await api.post(`/v1/sequences/${sequenceId}/replies`, { intent: 'unclear', key: `told-${sequenceId}`, text });
  const [task] = await openReplies(sequenceId);
  expect((await api.get(`/app/api/tasks/${task.id}/reply`)).body).toMatchObject({
    task: { instructions: text },
    message: null,
    suggestion: 'out_of_office',
    returns_on: '2030-03-29',
  });
});

test('what is no reply to read, and what is another workspace’s, is not there', async () => {
  const campaign = await api.campaign({ content: content(steps('manual_task'), { schedule: always }) });
  const [sequenceId = ''] = await api.enrol(campaign.campaignId);
  const { next } = (await api.get(`/v1/sequences/${sequenceId}`)).body;
  const [id] = await api.enrol(campaign.campaignId);
  if (id) await api.performStep(id, Date.parse(next.at) + 60_000);
  const [call] = (await api.get(`/v1/tasks?sequence_id=${sequenceId}`)).body.items;
  expect((await api.get(`/app/api/tasks/${call.id}/reply`)).status).toBe(404);

  const other = await written();
  await api.post(`/v1/sequences/${other.sequenceId}/replies`, { intent: 'unclear', key: 'theirs', text: 'Hm?' });
  const [reply] = await openReplies(other.sequenceId);
  const stranger = await api.tokenOf(await aHouse(api.db));
  expect((await api.get(`/app/api/tasks/${reply.id}/reply`, stranger)).status).toBe(404);
});

test('how many are due when is counted as the queue lists them, by kind and by member', async () => {
  const { sequenceId, memberId } = await written();
  const counts = async (query = '') => (await api.get(`/app/api/tasks/due${query}`)).body;
  const before = await counts('?kind=read_reply');
  await api.post(`/v1/sequences/${sequenceId}/replies`, { intent: 'unclear', key: `n-${sequenceId}`, text: 'Hm?' });
  expect(await counts(`?kind=read_reply&assignee_id=${memberId}`)).toEqual({
    ...before,
    now: before.now + 1,
    today: before.today + 1,
    week: before.week + 1,
  });
  const [task] = await openReplies(sequenceId);
  await api.post(`/v1/tasks/${task.id}/snooze`, { until: '2030-05-01' });
  expect(await counts('?kind=read_reply')).toEqual({ ...before, snoozed: before.snoozed + 1 });
  expect((await counts('?kind=confirm_send')).now).toBe(0);
});
