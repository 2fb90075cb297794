import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MailboxAway } from '../../../src/adapters/mailbox.ts';
import { newId } from '../../../src/db/new-id.ts';
import { accounts, events, mailboxes } from '../../../src/db/schema.ts';
import type { AccountId } from '../../../src/domain/ids.ts';
import { idOf } from '../../../src/domain/ids.ts';
import { aToken } from '../../support/builders.ts';
import { changeAccount } from '../../support/enrolled.ts';
import { createMailServers } from '../../support/mail-servers.ts';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

const SECRET = 'correct horse battery staple';

let api: Served;
let mail: ReturnType<typeof createMailServers>;
beforeAll(async () => {
  api = await startServed({
    deps: (deeds) => {
      mail = createMailServers(deeds);
      return mail.deps;
    },
  });
});
beforeEach(() => {
  mail.reset();
});
afterAll(() => api.close());

let addresses = 0;
const anAccount = (also: object = {}) => ({
  address: `kim${addresses++}@acme.example`,
  smtp: { host: 'smtp.example.com', port: 465, tls: 'implicit', user: 'kim', password: SECRET },
  imap: { host: 'imap.example.com', port: 993, tls: 'implicit', user: 'kim', password: SECRET },
  ...also,
});
const connect = async (also: object = {}) => {
  const { status, body } = await api.post('/v1/accounts', anAccount(also));
  expect(status).toBe(201);
  return body;
};
const placesIn = ({ errors }: { errors: { path: string }[] }) => errors.map(({ path }) => path);

describe('a new email account', () => {
  test('is shown whole, with what it does by default, and without its passwords', async () => {
    const body = await connect({ address: 'Sam.New@acme.example', sender_name: 'Sam', timezone: 'Europe/Paris' });
    expect(body).toEqual({
      id: expect.any(String),
      channel: 'email',
      address: 'sam.new@acme.example',
      owner: { id: api.house.memberId, name: 'Sam Sender' },
      status: 'CONNECTED',
      paused_why: null,
      resting_until: null,
      disconnected_at: null,
      banner: null,
      sender_name: 'Sam',
      sender_job_title: null,
      signature: null,
      timezone: 'Europe/Paris',
      daily_cap: 50,
      gap_seconds: 60,
      invitations_per_day: null,
      invitations_per_week: null,
      withdraw_after_days: null,
      external_id: null,
      smtp: { host: 'smtp.example.com', port: 465, tls: 'implicit', user: 'kim' },
      imap: { host: 'imap.example.com', port: 993, tls: 'implicit', user: 'kim' },
      files_sent: false,
      inbox: { read_at: null, failing_since: null, failure: null },
      today: { sent: 0, cap: 50, reserved: 0 },
      resets_at: '2030-03-19T23:00:00Z',
      invitations: null,
      use: ['0 of 50 emails today, resets 00:00 Paris'],
      last_7_days: { sent: 0, hard_bounces: 0, complaints: 0 },
      created_at: expect.stringMatching(/^2030-03-19T09:\d\d:\d\dZ$/),
    });
    expect((await api.get(`/v1/accounts/${body.id}`)).body).toEqual(body);
  });

  test("is its member's whose token connects it; a service's token leaves it to the first member", async () => {
    const { token } = await aToken(api.db, api.house.workspaceId);
    const { status, body } = await api.post('/v1/accounts', anAccount(), token);
    expect([status, body.owner.id]).toEqual([201, api.house.memberId]);
    expect((await api.post('/v1/accounts', anAccount({ member_id: newId() }))).status).toBe(404);
  });

  test('that breaks rules is a 422 that lists every one with its place', async () => {
    const smtp = { host: 'a b', port: 70_000, tls: 'implicit', user: 'kim' };
    const imap = { host: 'imap.example.com', port: 143, tls: 'none', user: 'kim', password: SECRET };
    const given = anAccount({ address: 'nobody', timezone: 'Paris', daily_cap: 10_001, gap_seconds: -1, smtp, imap });
    const { status, body } = await api.post('/v1/accounts', given);
    expect([status, body.code]).toEqual([422, 'invalid']);
    expect(placesIn(body)).toEqual([
      'address',
      'timezone',
      'daily_cap',
      'gap_seconds',
      'smtp.host',
      'smtp.port',
      'smtp.password',
      'imap.tls',
    ]);
  });

  test('whose servers refuse it is a 422 with their words at their places, and is not stored', async () => {
    mail.servers.smtp = { kind: 'refused', at: 'login', detail: '535 5.7.8 not accepted' };
    mail.servers.imap = new MailboxAway('tls', 'imap.example.com:993: its certificate has expired');
    const given = anAccount();
    const { status, body } = await api.post('/v1/accounts', given);
    expect([status, body.code]).toEqual([422, 'invalid']);
    expect(body.errors).toEqual([
      { path: 'smtp.password', problem: '535 5.7.8 not accepted' },
      { path: 'imap.tls', problem: 'imap.example.com:993: its certificate has expired' },
    ]);
    mail.reset();
    expect((await api.post('/v1/accounts', given)).status).toBe(201);
  });

  test('whose address is connected already is a 409', async () => {
    const { address } = await connect();
    const { status, body } = await api.post('/v1/accounts', anAccount({ address }));
    expect([status, body.code]).toEqual([409, 'wrong_state']);
    expect(body.detail).toContain(address);
  });

  test.each([
    [{ skip_test: true }, 'skip_test'],
    [{ daily_cap: '50' }, 'daily_cap'],
    [{ smtp: undefined }, 'smtp'],
    [{ smtp: { host: 'smtp.example.com', port: 465, tls: 'ssl' } }, 'smtp.tls'],
    [{ imap: { host: 'imap.example.com', port: 993, tls: 'implicit', secret: 'x' } }, 'imap.secret'],
    [{ status: 'REMOVED' }, 'status'],
    [{ channel: 'fax' }, 'channel'],
    [{ external_id: 'x' }, 'external_id'],
  ])('%j is a 400 that names %s', async (also, place) => {
    const { status, body } = await api.post('/v1/accounts', anAccount(also));
    expect([status, placesIn(body)]).toEqual([400, [place]]);
  });
});

let profiles = 0;
const aLinkedInAccount = (also: object = {}) => {
  const n = profiles++;
  return { channel: 'linkedin', profile: `kim-sender-${n}`, external_id: `provider-account-${n}`, ...also };
};

describe('a new LinkedIn account', () => {
  test('is shown whole, with the limits it has by default and what is used of them', async () => {
    const given = aLinkedInAccount({ profile: 'linkedin.com/in/Sam-Linked', timezone: 'Europe/Paris' });
    const { status, body } = await api.post('/v1/accounts', given);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      channel: 'linkedin',
      address: 'sam-linked',
      owner: { id: api.house.memberId, name: 'Sam Sender' },
      status: 'CONNECTED',
      paused_why: null,
      resting_until: null,
      disconnected_at: null,
      banner: null,
      sender_name: null,
      sender_job_title: null,
      signature: null,
      timezone: 'Europe/Paris',
      daily_cap: 50,
      gap_seconds: 180,
      invitations_per_day: 20,
      invitations_per_week: 100,
      withdraw_after_days: 20,
      external_id: given.external_id,
      smtp: null,
      imap: null,
      files_sent: null,
      inbox: null,
      today: { sent: 0, cap: 50, reserved: 0 },
      resets_at: '2030-03-19T23:00:00Z',
      invitations: { today: { sent: 0, cap: 20, reserved: 0 }, last_7_days: { sent: 0, cap: 100 } },
      use: [
        '0 of 50 messages today, resets 00:00 Paris',
        '0 of 20 invitations today, resets 00:00 Paris',
        '0 of 100 invitations in 7 days',
      ],
      last_7_days: { sent: 0, hard_bounces: 0, complaints: 0 },
      created_at: expect.any(String),
    });
    expect((await api.get(`/v1/accounts/${body.id}`)).body).toEqual(body);
  });

  test('that its provider does not know is a 422 at its place, and is not stored', async () => {
    api.world.provider.accountStatus = 'unknownAccount';
    const given = aLinkedInAccount();
    const { status, body } = await api.post('/v1/accounts', given);
    expect([status, body.code, placesIn(body)]).toEqual([422, 'invalid', ['external_id']]);
    api.world.provider.accountStatus = 'ok';
    expect((await api.post('/v1/accounts', given)).status).toBe(201);
  });

  test.each([
    [{ external_id: undefined }, 'external_id'],
    [{ profile: 7 }, 'profile'],
    [{ smtp: {} }, 'smtp'],
    [{ signature: 'Kim' }, 'signature'],
    [{ invitations_per_day: '20' }, 'invitations_per_day'],
  ])('%j is a 400 that names %s', async (also, place) => {
    const { status, body } = await api.post('/v1/accounts', aLinkedInAccount(also));
    expect([status, placesIn(body)]).toEqual([400, [place]]);
  });

  test('is edited, paused, resumed, tested, reconnected and removed as any other', async () => {
    const { id } = (await api.post('/v1/accounts', aLinkedInAccount())).body;
    const change = { invitations_per_day: 5, invitations_per_week: 25, withdraw_after_days: null, daily_cap: 10 };
    expect((await api.call('PATCH', `/v1/accounts/${id}`, change)).body).toMatchObject({
      ...change,
      use: expect.arrayContaining(['0 of 25 invitations in 7 days']),
    });
    const strange = await api.call('PATCH', `/v1/accounts/${id}`, { smtp: { port: 1 }, files_sent: true });
    expect([strange.status, placesIn(strange.body)]).toEqual([422, ['smtp', 'files_sent']]);
    const verb = async (name: string) => (await api.post(`/v1/accounts/${id}/${name}`)).body.status;
    expect(await verb('pause')).toBe('PAUSED');
    expect(await verb('resume')).toBe('CONNECTED');
    expect(await verb('test')).toBe('CONNECTED');
    await changeAccount(api, idOf<AccountId>(id), { status: 'DISCONNECTED', disconnectedAt: 0 });
    expect(await verb('reconnect')).toBe('CONNECTED');
    expect((await api.call('DELETE', `/v1/accounts/${id}`)).body).toMatchObject({ status: 'REMOVED' });
  });
});

test('passwords are in no answer, no log line and no event', async () => {
  const { id } = await connect();
  const answers = [
    await api.get('/v1/accounts?size=100'),
    await api.get(`/v1/accounts/${id}`),
    await api.call('PATCH', `/v1/accounts/${id}`, { smtp: { password: `${SECRET} 2` } }),
    await api.call('PATCH', `/v1/accounts/${id}`, { smtp: { port: 0, password: `${SECRET} 3`, more: SECRET } }),
    await api.post(`/v1/accounts/${id}/test`),
    await api.get('/v1/events?size=100'),
    await api.call('DELETE', `/v1/accounts/${id}`),
  ];
  const kept = await api.db.asSystem((tx) => Promise.all([tx.select().from(events), tx.select().from(accounts)]));
  expect(JSON.stringify([answers, kept, api.log.lines, api.announced])).not.toContain('battery');
});

describe('the list', () => {
  test('comes in pages in the order in which they were connected; removed ones only when asked for', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    const { body: second } = await api.post('/v1/accounts', anAccount(), token);
    const { body: removed } = await api.post('/v1/accounts', anAccount(), token);
    await api.call('DELETE', `/v1/accounts/${removed.id}`, undefined, token);
    const list = async (query: string) => (await api.get(`/v1/accounts${query}`, token)).body;
    const ids = async (query: string) => (await list(query)).items.map(({ id }: { id: string }) => id);
    const [email, linkedIn] = [house.emailAccount, house.linkedInAccount];
    expect(await list('?size=2')).toMatchObject({ total_count: 3, total_pages: 2, has_more: true });
    expect((await ids('')).sort()).toEqual([email, linkedIn, second.id].sort());
    expect(await ids('?size=2&page=2')).toEqual([second.id]);
    expect(await list('?page=9')).toEqual({ items: [], total_count: 3, total_pages: 1, has_more: false });
    expect(await ids('?channel=linkedin')).toEqual([linkedIn]);
    expect(await ids('?channel=email&status=CONNECTED')).toEqual([email, second.id]);
    expect(await ids('?status=REMOVED')).toEqual([removed.id]);
  });

  test('shows LinkedIn accounts without servers and inbox', async () => {
    const { body } = await api.get(`/v1/accounts/${api.house.linkedInAccount}`);
    expect(body).toMatchObject({ channel: 'linkedin', smtp: null, imap: null, files_sent: null, inbox: null });
  });

  test.each(['status=connected', 'channel=fax', 'size=0', 'page=0', 'colour=red'])('refuses ?%s', async (query) => {
    expect((await api.get(`/v1/accounts?${query}`)).status).toBe(400);
  });
});

describe('how an account fares', () => {
  test('counts what was sent today and in 7 days', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    const leads = ['x', 'y'].map((name) => ({ email: `${name}@fares.example`, firstName: name }));
    const { campaignId } = await api.campaign({ content: content(steps('email'), { schedule: always }), leads }, house);
    await api.enrol(campaignId);
    const { items } = (await api.get(`/v1/sequences?campaign_id=${campaignId}`, token)).body;
    for (const { id, next } of items) await api.performStep(id, Date.parse(next.at) + 60_000);
    const sent = items.length;
    expect(sent).toBeGreaterThan(0);
    expect((await api.get(`/v1/accounts/${house.emailAccount}`, token)).body).toMatchObject({
      today: { sent, cap: 10_000, reserved: 0 },
      last_7_days: { sent, hard_bounces: 0, complaints: 0 },
    });
  });

  test('counts invitations and messages apart, those of 7 days too, and what is promised', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    await changeAccount(api, house.linkedInAccount, { invitationsPerDay: 1, dailyCap: 5 });
    const leads = ['p', 'q'].map((name) => ({ profile: `in/${name}-fares`, firstName: name }));
    const script = steps('linkedin_invitation');
    const { campaignId } = await api.campaign({ content: content(script, { schedule: always }), leads }, house);
    const { items } = await api
      .enrol(campaignId)
      .then(() => api.get(`/v1/sequences?campaign_id=${campaignId}`, token))
      .then(({ body }) => body);
    for (const { id } of items) await api.performStep(id, Date.parse('2030-03-19T10:00:00Z'));
    const shown = async () => (await api.get(`/v1/accounts/${house.linkedInAccount}`, token)).body;
    expect(await shown()).toMatchObject({
      today: { sent: 0, cap: 5, reserved: 0 },
      invitations: { today: { sent: 1, cap: 1, reserved: 0 }, last_7_days: { sent: 1, cap: 7_000 } },
      use: [
        '0 of 5 messages today, resets 00:00 UTC',
        '1 of 1 invitations today, resets 00:00 UTC',
        '1 of 7000 invitations in 7 days',
      ],
    });
  });

  test('says why nothing goes out, or why follow-ups wait', async () => {
    const { id } = await connect();
    const accountId = idOf<AccountId>(id);
    const at = Date.parse('2030-03-20T09:00:00Z');
    const shown = async () => (await api.get(`/v1/accounts/${id}`)).body;
    await changeAccount(api, accountId, { status: 'RESTING', restingUntil: at });
    expect(await shown()).toMatchObject({
      status: 'RESTING',
      resting_until: '2030-03-20T09:00:00Z',
      banner: 'rests until Wed 20 Mar, 09:00 (UTC): its provider named a limit',
    });
    await changeAccount(api, accountId, { status: 'DISCONNECTED', disconnectedAt: at });
    expect(await shown()).toMatchObject({ status: 'DISCONNECTED', disconnected_at: '2030-03-20T09:00:00Z' });
    await changeAccount(api, accountId, { status: 'CONNECTED' });
    await api.db.asSystem((tx) =>
      tx.update(mailboxes).set({ failingSince: at, failure: 'no answer' }).where(eq(mailboxes.accountId, accountId)),
    );
    expect(await shown()).toMatchObject({
      inbox: { failing_since: '2030-03-20T09:00:00Z', failure: 'no answer' },
      banner: expect.stringContaining('follow-ups wait'),
    });
  });

  test('a rest that is over is none any more, in the list too', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    const over = Date.parse('2030-03-19T08:59:00Z');
    await changeAccount(api, house.emailAccount, { status: 'RESTING', restingUntil: over });
    const { body } = await api.get('/v1/accounts?status=CONNECTED&channel=email', token);
    expect(body.items).toMatchObject([{ status: 'CONNECTED', resting_until: null, banner: null }]);
    expect((await api.get('/v1/accounts?status=RESTING', token)).body.total_count).toBe(0);
  });

  test('quotes the guard that paused it, whatever the last 7 days hold now', async () => {
    const { id } = await connect();
    await changeAccount(api, idOf<AccountId>(id), { status: 'PAUSED' });
    await api.db.asSystem(async (tx) => {
      await tx
        .update(accounts)
        .set({ pausedWhy: 'bounce_rate' })
        .where(eq(accounts.id, idOf<AccountId>(id)));
      await tx.insert(events).values({
        id: newId<(typeof events.$inferSelect)['id']>(),
        workspaceId: api.house.workspaceId,
        kind: 'account_guarded',
        at: 0,
        actor: 'service',
        data: { account: id, reason: 'bounce_rate', sent: 60, hardBounces: 4, complaints: 0 },
      });
    });
    expect((await api.get(`/v1/accounts/${id}`)).body).toMatchObject({
      paused_why: 'bounce_rate',
      banner: 'paused by the guard: 4 of 60 messages bounced in 7 days',
    });
  });
});

describe('what people do with one', () => {
  test('edit changes what is given and nothing else', async () => {
    const { id, ...before } = await connect({ sender_job_title: 'Sales' });
    const change = { daily_cap: 0, gap_seconds: 5, sender_job_title: null, timezone: 'Asia/Tokyo', files_sent: true };
    const { status, body } = await api.call('PATCH', `/v1/accounts/${id}`, change);
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      ...before,
      ...change,
      today: { ...before.today, cap: 0 },
      resets_at: '2030-03-19T15:00:00Z',
      use: ['0 of 0 emails today, resets 00:00 Tokyo'],
    });
  });

  test('edit of a server asks it, with the stored password where nothing else changes', async () => {
    const { id } = await connect();
    mail.reset();
    const { body } = await api.call('PATCH', `/v1/accounts/${id}`, { smtp: { tls: 'starttls' } });
    expect(body.smtp).toEqual({ host: 'smtp.example.com', port: 465, tls: 'starttls', user: 'kim' });
    expect(mail.servers.asked.map(({ password }) => password)).toEqual([SECRET, SECRET]);
    const moved = await api.call('PATCH', `/v1/accounts/${id}`, { smtp: { host: 'evil.example.com' } });
    expect([moved.status, placesIn(moved.body)]).toEqual([422, ['smtp.password']]);
  });

  test('pause, resume, reconnect and test answer where it stands', async () => {
    const { id } = await connect();
    const verb = async (name: string) => {
      const { status, body } = await api.post(`/v1/accounts/${id}/${name}`);
      return status === 200 ? body.status : [status, body.code];
    };
    expect(await verb('pause')).toBe('PAUSED');
    expect(await verb('pause')).toBe('PAUSED');
    expect((await api.get(`/v1/accounts/${id}`)).body).toMatchObject({
      paused_why: 'by_user',
      banner: 'paused: nothing goes out from it until somebody resumes it',
    });
    expect(await verb('reconnect')).toEqual([409, 'wrong_state']);
    expect(await verb('resume')).toBe('CONNECTED');
    expect(await verb('test')).toBe('CONNECTED');
    await changeAccount(api, idOf<AccountId>(id), { status: 'DISCONNECTED', disconnectedAt: 0 });
    expect(await verb('pause')).toEqual([409, 'wrong_state']);
    mail.servers.smtp = { kind: 'refused', at: 'login', detail: 'no' };
    expect(await verb('test')).toEqual([422, 'invalid']);
    expect(await verb('reconnect')).toEqual([422, 'invalid']);
    mail.reset();
    expect(await verb('reconnect')).toBe('CONNECTED');
  });

  test('remove ends what still needs it, and answers how many', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    const leads = [{ email: 'removed@lead.example', firstName: 'R' }];
    const { campaignId } = await api.campaign({ content: content(steps('email'), { schedule: always }), leads }, house);
    await api.enrol(campaignId);
    const remove = () => api.call('DELETE', `/v1/accounts/${house.emailAccount}`, undefined, token);
    expect((await remove()).body).toMatchObject({ status: 'REMOVED', ended_sequences: 1 });
    expect((await remove()).body).toMatchObject({ status: 'REMOVED', ended_sequences: 0 });
    const [ended] = (await api.get(`/v1/sequences?campaign_id=${campaignId}`, token)).body.items;
    expect(ended).toMatchObject({ status: 'FAILED', end_reason: 'account_unavailable' });
    for (const verb of ['pause', 'resume', 'reconnect', 'test'])
      expect((await api.post(`/v1/accounts/${house.emailAccount}/${verb}`, undefined, token)).status).toBe(409);
  });

  test("another workspace's account is not there, whatever is asked of it", async () => {
    const other = await aHouse(api.db);
    const url = `/v1/accounts/${other.emailAccount}`;
    const answers = [
      await api.get(url),
      await api.call('PATCH', url, { daily_cap: 1 }),
      await api.call('DELETE', url),
      ...(await Promise.all(['test', 'pause', 'resume', 'reconnect'].map((verb) => api.post(`${url}/${verb}`)))),
    ];
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(404));
    expect(answers.map(({ body }) => body.detail)).toEqual(Array(7).fill('no account with this id'));
  });
});

describe('scopes', () => {
  test('reading needs accounts:read, everything else accounts:write', async () => {
    const { id } = await connect();
    const reader = await api.tokenOf(api.house, ['accounts:read']);
    const writer = await api.tokenOf(api.house, ['accounts:write']);
    expect((await api.get('/v1/accounts', reader)).status).toBe(200);
    expect((await api.get('/v1/accounts', writer)).status).toBe(403);
    expect((await api.post('/v1/accounts', anAccount(), reader)).status).toBe(403);
    expect((await api.call('PATCH', `/v1/accounts/${id}`, { daily_cap: 1 }, reader)).status).toBe(403);
    expect((await api.call('DELETE', `/v1/accounts/${id}`, undefined, reader)).status).toBe(403);
    expect((await api.post(`/v1/accounts/${id}/pause`, undefined, writer)).status).toBe(200);
  });
});
