import { afterAll, beforeAll, expect, test } from 'vitest';
import { suppressions } from '../../../src/db/schema.ts';
import { always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const suppress = (...entries: object[]) => api.post('/v1/suppressions', { entries });

test('an entry ends the open sequences it covers, and answers how many', async () => {
  const campaign = await api.campaign({
    content: content(steps('email', 'email'), { schedule: always }),
    leads: ['ada@one.example', 'ben@sub.one.example', 'eve@two.example'].map((email) => ({ email, firstName: 'A' })),
  });
  const [, , eve] = await api.enrol(campaign.campaignId);
  const { status, body } = await suppress({ kind: 'domain', value: '@One.example' });
  expect(status).toBe(200);
  expect(body).toEqual({ entries: [{ kind: 'domain', value: 'one.example' }], ended_sequences: 2 });
  expect((await api.get('/v1/sequences?status=ACTIVE')).body.items.map(({ id }: { id: string }) => id)).toEqual([eve]);
  expect((await suppress({ kind: 'domain', value: 'one.example' })).body.ended_sequences).toBe(0);
});

test('addresses and profiles are taken in any spelling, with a reason', async () => {
  const { body } = await suppress(
    { kind: 'address', value: ' Ada@Example.COM ', reason: 'complained' },
    { kind: 'profile', value: 'https://www.linkedin.com/in/Ada-Example/' },
  );
  expect(body.entries).toEqual([
    { kind: 'address', value: 'ada@example.com' },
    { kind: 'profile', value: 'ada-example' },
  ]);
});

test('one malformed entry refuses all, and is named', async () => {
  const before = await api.db.asSystem((tx) => tx.select().from(suppressions));
  const { status, body } = await suppress(
    { kind: 'address', value: 'new@example.com' },
    { kind: 'address', value: 'nobody' },
  );
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ path: 'entries.1.value', problem: expect.stringContaining('nobody') }]);
  expect(await api.db.asSystem((tx) => tx.select().from(suppressions))).toEqual(before);
});

test.each([
  [{ entries: [] }],
  [{ entries: [{ kind: 'phone', value: 'x' }] }],
  [{ entries: [{ kind: 'address', value: 'a@example.com', why: 'x' }] }],
  [{}],
])('%j is a 400', async (body) => {
  expect((await api.post('/v1/suppressions', body)).status).toBe(400);
});

test('the list shows who is never contacted, the newest first, and can be searched', async () => {
  const fresh = await startServed();
  await fresh.post('/v1/suppressions', {
    entries: [
      { kind: 'address', value: 'old_one@example.com' },
      { kind: 'domain', value: 'oldXone.example' },
    ],
  });
  const listed = async (query = '') => (await fresh.get(`/v1/suppressions${query}`)).body;
  expect((await listed()).items.map(({ value, reason }: { value: string; reason: string }) => [value, reason])).toEqual(
    [
      ['oldxone.example', 'asked_by_user'],
      ['old_one@example.com', 'asked_by_user'],
    ],
  );
  // What looks like a pattern is none.
  expect((await listed('?q=LD_ON')).items).toMatchObject([{ value: 'old_one@example.com' }]);
  expect(await listed('?kind=domain')).toMatchObject({ total_count: 1, items: [{ value: 'oldxone.example' }] });
  await fresh.close();
});

test('one that is taken off the list covers nobody any more, and the timeline says so', async () => {
  await suppress({ kind: 'address', value: 'back@example.net' });
  const { items } = (await api.get('/v1/suppressions?q=back@')).body;
  expect(await api.call('DELETE', `/v1/suppressions/${items[0].id}`)).toEqual({ status: 200, body: items[0] });
  expect((await api.get('/v1/suppressions?q=back@')).body.items).toEqual([]);
  expect((await api.get('/v1/events?kind=suppression_removed')).body.items).toMatchObject([
    { data: { suppression: items[0].id, suppression_kind: 'address', reason: 'asked_by_user' } },
  ]);
  expect((await api.call('DELETE', `/v1/suppressions/${items[0].id}`)).status).toBe(404);
});
