import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appNow } from '../../src/db/clock.ts';
import { enrolNext } from '../../src/db/enrolments.ts';
import { newId } from '../../src/db/new-id.ts';
import { events, suppressions } from '../../src/db/schema.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import { startApi, type TestApi, unsubscribeLinks } from '../support/api.ts';
import { aCampaign, aHouse, always, content, fiveEmails, sequenceRow } from '../support/scenario.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** Somebody in the middle of a sequence, and the path of the link in their email. */
async function anEmailed() {
  const deps = { db: api.db, announce: () => undefined };
  const house = await aHouse(api.db);
  const { campaignId } = await aCampaign(deps, house, { content: content(fiveEmails(), { schedule: always }) });
  const enrolled = await api.db.inWorkspace(house.workspaceId, async (tx) =>
    enrolNext(tx, campaignId, await appNow(tx)),
  );
  if (enrolled.kind !== 'enrolled') throw new Error(`not enrolled: ${JSON.stringify(enrolled)}`);
  const { sequenceId } = enrolled;
  const stateNow = async () => {
    const [suppressed, told] = await api.db.inWorkspace(house.workspaceId, async (tx) => [
      await tx.select({ kind: suppressions.kind, value: suppressions.value }).from(suppressions),
      await tx.select({ actor: events.actor }).from(events).where(eq(events.kind, 'unsubscribed')),
    ]);
    const { status, endReason } = await sequenceRow(api.db, sequenceId);
    return { status, endReason, suppressed: suppressed.map(({ kind, value }) => `${kind} ${value}`).sort(), told };
  };
  return { sequenceId, path: pathOf(sequenceId), stateNow };
}

const pathOf = (id: SequenceId) => new URL(unsubscribeLinks.urlFor(id)).pathname;

const untouched = { status: 'ACTIVE', endReason: null, suppressed: [], told: [] };
const gone = {
  status: 'FAILED',
  endReason: 'unsubscribed',
  suppressed: ['address ada0@lead.example', 'profile ada-0-lead'],
  told: [{ actor: 'contact' }],
};

const oneClick = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: 'List-Unsubscribe=One-Click',
} as const;

describe('looking at the link', () => {
  test('shows a button and changes nothing, however often a scanner looks', async () => {
    const { path, stateNow } = await anEmailed();
    const before = api.transactions();
    for (let n = 0; n < 3; n++) {
      const answer = await api.app.inject({ url: path });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.body).toContain('<form method="post"><button>Unsubscribe</button></form>');
      expect((await api.app.inject({ method: 'HEAD', url: path })).statusCode).toBe(200);
    }
    expect(api.transactions()).toBe(before);
    expect(await stateNow()).toEqual(untouched);
  });

  test('runs no script, loads nothing, is framed by nobody and names nobody', async () => {
    const { path, sequenceId } = await anEmailed();
    const { headers, body } = await api.app.inject({ url: path });
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
    expect(body).not.toMatch(/<script|src=|href=|@|ada|lead\.example|acme/i);
    expect(body).not.toContain(sequenceId);
  });
});

describe('a POST', () => {
  test('unsubscribes at once, without login or redirect, and shows no button any more', async () => {
    const { path, stateNow, sequenceId } = await anEmailed();
    const answer = await api.app.inject({ ...oneClick, url: path });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.body).toContain('You are unsubscribed');
    expect(answer.body).not.toContain('<button');
    expect(await stateNow()).toEqual(gone);
    expect(api.announced).toContainEqual(expect.objectContaining({ sequenceId }));
  });

  test('again changes nothing more and is answered alike', async () => {
    const { path, stateNow } = await anEmailed();
    const [first, second] = [
      await api.app.inject({ ...oneClick, url: path }),
      await api.app.inject({ ...oneClick, url: path }),
    ];
    expect([second.statusCode, second.body]).toEqual([first.statusCode, first.body]);
    expect(await stateNow()).toEqual(gone);
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'a multipart form',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
    ['broken JSON', 'application/json', '{'],
    ['plain text', 'text/plain', 'List-Unsubscribe=One-Click'],
    ['nothing', undefined, undefined],
  ])('may carry %s', async (_what, type, payload) => {
    const { path, stateNow } = await anEmailed();
    const headers = type === undefined ? {} : { 'content-type': type };
    const answer = await api.app.inject({
      method: 'POST',
      url: path,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    expect(answer.statusCode).toBe(200);
    expect(await stateNow()).toEqual(gone);
  });

  test('works with what a mail program or a tracker adds to the address', async () => {
    const { path, stateNow } = await anEmailed();
    const answer = await api.app.inject({ ...oneClick, url: `${path}?utm_source=x&utm_source=y&z=%zz` });
    expect(answer.statusCode).toBe(200);
    expect(await stateNow()).toEqual(gone);
  });
});

describe('a link we did not make', () => {
  test.each([
    ['made up', () => '/u/nonsense'],
    ['of a sequence that never was', () => pathOf(newId<SequenceId>())],
    ['with another seal', (path: string) => `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`],
    ['without a seal', (path: string) => path.split('.')[0] ?? ''],
    ['with the seal of another', (path: string) => `/u/${newId()}.${path.split('.')[1]}`],
    ['with a NUL', () => '/u/%00'],
    ['very long', () => `/u/${'x'.repeat(8_000)}`],
  ])('(%s) is answered neutrally and changes nothing', async (_what, change) => {
    const { path, stateNow } = await anEmailed();
    const answer = await api.app.inject({ ...oneClick, url: change(path) });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('This link is not valid');
    expect(await stateNow()).toEqual(untouched);
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)('and %s are not offered', async (method) => {
    const { path } = await anEmailed();
    const answer = await api.app.inject({ method, url: path });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  });
});
