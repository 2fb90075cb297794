import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpLinkedIn } from '../../src/adapters/http-linkedin.ts';
import { createDevTools } from '../../src/dev/dev-tools.ts';
import { type LinkedInSimulator, startLinkedInSimulator } from '../../src/dev/linkedin/simulator.ts';
import type { Mailbox } from '../../src/dev/mailbox/mailbox.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { type Served, startServed } from '../support/served.ts';
import { openMailbox, sendTo } from './mailbox/sent-mail.ts';
import { aFolder } from './servers/servers.ts';

/*
 * The mailbox and the simulator through the API, as the page has them: both real, on ports of their own.
 */

const { folder, remove } = aFolder();
let mailbox: Mailbox;
let simulator: LinkedInSimulator;
let api: Served;
beforeAll(async () => {
  mailbox = await openMailbox(`${folder}/mailbox`);
  simulator = await startLinkedInSimulator({ port: 0, dir: `${folder}/linkedin`, apiKey: 'key' });
  const dev = createDevTools({ mailbox: mailbox.pageUrl, linkedIn: simulator.url });
  api = await startServed({ deps: () => ({ dev }) });
  await sendTo(mailbox);
});
afterAll(async () => {
  await api.close();
  await simulator.stop();
  await mailbox.stop();
  remove();
});

const mails = async (query = '') => (await api.get(`/app/api/dev/mailbox${query}`)).body;
const letter = (path: string) => api.get(`/app/api/dev/mailbox/letter?${new URLSearchParams({ path })}`);
const answer = (id: string, body: object) => api.post(`/app/api/dev/mailbox/${id}/answers`, body);

describe('the mailbox', () => {
  test('shows what was sent, and can be searched', async () => {
    expect((await mails()).items).toMatchObject([
      {
        id: '000001',
        kind: null,
        from: { address: 'sam@sender.example' },
        to: { name: 'Ann Example' },
        subject: 'Hello Ann',
        why_no_unsubscribe: expect.stringContaining('this machine'),
      },
    ]);
    expect(await mails('?q=nobody')).toEqual({ items: [], total_count: 0, total_pages: 1 });
  });

  test.each([
    [{ kind: 'reply', text: 'Tell me more.' }, 'reply'],
    [{ kind: 'out-of-office', returns_on: '2030-04-02' }, 'outOfOffice'],
    [{ kind: 'bounce', severity: 'hard' }, 'bounce'],
    [{ kind: 'complaint' }, 'complaint'],
  ])('%j comes to the account that wrote', async (asked, kind) => {
    const { status, body } = await answer('000001', asked);
    expect([status, body.failed]).toEqual([200, false]);
    const [newest] = (await mails()).items;
    expect(newest).toMatchObject({ id: null, kind });
  });

  test('shows a message whole: whom it went to, its headers and source, and its thread', async () => {
    const { status, body } = await letter('/messages/000001');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      recipients: [{ name: 'Ann Example', address: 'ann@acme.example' }],
      delivered_to: null,
      inbox: null,
      has_html: true,
      headers: expect.arrayContaining([{ name: 'Message-ID', value: '<one@sender.example>' }]),
      source: (await mailbox.raw('000001')).toString(),
      is_cut: false,
    });
    expect(body.whole_thread.map(({ kind }: { kind: string | null }) => kind)).toEqual([
      null,
      'reply',
      'outOfOffice',
      'bounce',
      'complaint',
    ]);
    const came = await letter(body.whole_thread[1].path);
    expect(came.body).toMatchObject({
      id: null,
      inbox: { account: 'sam@sender.example', uid: 1 },
      place: 2,
      thread: 5,
    });
  });

  test('shows its HTML in a frame that may do nothing, and its bytes as they came', async () => {
    const part = (of: string) =>
      api.app.inject({
        url: `/app/api/dev/mailbox/letter/${of}?path=/messages/000001`,
        headers: { authorization: `Bearer ${api.token}` },
      });
    const html = await part('html');
    expect(html.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    expect(html.body).toContain('<p>Hello Ann</p>');
    const raw = await part('raw');
    expect(raw.rawPayload).toEqual(await mailbox.raw('000001'));
    expect(raw.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
    });
  });

  test.each([
    ['/messages/000009', 404],
    ['/inbox/nobody%40sender.example/1', 404],
    ['/inbox/../1', 404],
    ['/letters.json', 400],
    ['//127.0.0.1:1/messages/1', 400],
    ['/inbox/a/b/1', 400],
  ])('at the path %s there is no message', async (path, status) => {
    expect((await letter(path)).status).toBe(status);
  });

  test('what cannot be done is said, and a message that is not there is 404', async () => {
    expect((await answer('000001', { kind: 'unsubscribe' })).body).toEqual({
      text: expect.stringMatching(/^Nothing was sent: .*not on this machine/),
      detail: null,
      failed: true,
    });
    expect((await answer('000009', { kind: 'complaint' })).status).toBe(404);
    expect((await answer('000001', { kind: 'shrug' })).status).toBe(400);
    expect((await answer('..', { kind: 'complaint' })).status).toBe(404);
  });
});

describe('the simulator', () => {
  const state = async () => (await api.get('/app/api/dev/linkedin')).body;
  const act = (deed: object) => api.post('/app/api/dev/linkedin', deed);

  test('shows who was invited; they accept and reply', async () => {
    const linkedIn = createHttpLinkedIn({ baseUrl: simulator.url, apiKey: 'key', timeoutMs: PATIENCE_MS });
    await linkedIn.invite({ externalId: 'acc-1' }, 'ada-lovelace', 'Shall we?');
    const [ada] = (await state()).people;
    expect(ada).toMatchObject({ name: 'Ada Lovelace', invitation: { status: 'pending', note: 'Shall we?' } });
    const early = await act({ kind: 'reply', account: 'acc-1', profile: 'ada-lovelace', text: 'Hi' });
    expect([early.status, early.body.detail]).toEqual([422, 'Only who is connected can write.']);
    expect((await act({ kind: 'accept', invitation: ada.invitation.id })).body.people[0].invitation.status).toBe(
      'accepted',
    );
    const { body } = await act({ kind: 'reply', account: 'acc-1', profile: 'ada-lovelace', text: 'Gladly.' });
    expect(body.people[0].messages.at(-1)).toMatchObject({ text: 'Gladly.', is_ours: false });
  });

  test('an account meets a limit that names its rest, or none, until it is lifted', async () => {
    const limitAfter = async (deed: object) =>
      (await act({ account: 'acc-1', ...deed })).body.accounts.find(({ id }: { id: string }) => id === 'acc-1').limit;
    expect(await limitAfter({ kind: 'limit', retry_after_seconds: 600 })).toEqual({ retry_after_seconds: 600 });
    expect(await limitAfter({ kind: 'limit' })).toEqual({ retry_after_seconds: null });
    expect(await limitAfter({ kind: 'lift-limit' })).toBeNull();
    expect((await act({ kind: 'limit', account: 'nobody' })).status).toBe(422);
  });

  test('an account loses its login and finds it again', async () => {
    const loggedIn = async (deed: object) =>
      (await act(deed)).body.accounts.find(({ id }: { id: string }) => id === 'acc-1').is_logged_in;
    expect(await loggedIn({ kind: 'disconnect', account: 'acc-1' })).toBe(false);
    expect(await loggedIn({ kind: 'reconnect', account: 'acc-1' })).toBe(true);
    expect((await act({ kind: 'accept', invitation: 'inv_404' })).status).toBe(422);
  });
});

test('outside the embedded runtime nothing is there', async () => {
  const real = await startServed();
  for (const path of ['mailbox', 'linkedin', 'clock'])
    expect((await real.get(`/app/api/dev/${path}`)).status).toBe(404);
  await real.close();
});
