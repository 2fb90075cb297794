import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { appNow, moveClockTo } from '../../src/db/clock.ts';
import { type EventEntry, record } from '../../src/db/events.ts';
import { newId } from '../../src/db/new-id.ts';
import { tokens } from '../../src/db/schema.ts';
import { revokeToken } from '../../src/db/tokens.ts';
import type { TaskId, TemplateId, TokenId, WorkspaceId } from '../../src/domain/ids.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { aMember, aTemplate, aToken, aWorkspace } from '../support/builders.ts';
import { waitingForLocks } from '../support/lock-waits.ts';
import { until } from '../support/until.ts';

let api: TestApi;
let url: string;
let workspaceId: WorkspaceId;
let templateId: TemplateId;

beforeAll(async () => {
  api = await startApi();
  url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  workspaceId = await aWorkspace(api.db);
  templateId = await aTemplate(api.db, workspaceId);
});
afterAll(() => api.close());
afterEach(() => {
  vi.useRealTimers();
});

/** A listening page of a member's: what it heard so far, and whether it was hung up on. */
async function listen(of = workspaceId, at = url) {
  const memberId = await aMember(api.db, of);
  const { bearer, tokenId } = await aToken(api.db, of, { memberId });
  const abort = new AbortController();
  const answer = await fetch(`${at}/app/api/stream`, { headers: bearer, signal: abort.signal });
  expect(answer.status).toBe(200);
  const heard = { text: '', isOver: false };
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) heard.text += Buffer.from(chunk).toString();
  })();
  void reading.catch(() => undefined).finally(() => (heard.isOver = true));
  const lines = () => [...heard.text.matchAll(/^data: (.*)$/gm)].map(([, line = '']) => JSON.parse(line));
  return { answer, heard, lines, tokenId, hangUp: () => abort.abort() };
}

const anEvent = (also: Partial<EventEntry> = {}): EventEntry => ({
  workspaceId,
  kind: 'template_edited',
  at: Date.now(),
  actor: 'service',
  templateId,
  ...also,
});

const write = (...entries: EventEntry[]) => api.db.asSystem((tx) => record(tx, ...entries));

/** The first look only notes where the feed stands, so a listener is there once it has heard something. */
async function listening(page: Awaited<ReturnType<typeof listen>>) {
  await until(async () => {
    await write(anEvent({ kind: 'template_created' }));
    return page.lines().length > 0;
  }, 'the page to hear');
  return page;
}

test('what happens is heard, as kind and ids and nothing else', async () => {
  const page = await listening(await listen());
  expect(page.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(page.answer.headers.get('cache-control')).toBe('no-store');
  const task = newId<TaskId>();
  await write(anEvent({ kind: 'task_opened', data: { task, kind: 'manual_step', note: 'ada@lead.example', days: 3 } }));
  const told = await until(() => page.lines().find(({ kind }) => kind === 'task_opened'), 'the event');
  expect(told).toEqual({ kind: 'task_opened', ids: { template: templateId, task } });
  page.hangUp();
});

test('another workspace’s events are not heard', async () => {
  const elsewhere = await aWorkspace(api.db);
  const page = await listening(await listen());
  const theirs = await listen(elsewhere);
  await write(anEvent({ kind: 'template_archived' }));
  await until(() => page.lines().some(({ kind }) => kind === 'template_archived'), 'our event');
  await until(async () => {
    await write(anEvent({ workspaceId: elsewhere, templateId: await aTemplate(api.db, elsewhere) }));
    return theirs.lines().length > 0;
  }, 'their event');
  expect(new Set(theirs.lines().map(({ kind }) => kind))).toEqual(new Set(['template_edited']));
  page.hangUp();
  theirs.hangUp();
});

test('an event whose transaction took its turn early and committed late is heard, and the one before it not twice', async () => {
  const page = await listening(await listen());
  const early = api.db.asSystem(async (tx) => {
    await record(tx, anEvent({ kind: 'campaign_paused' }));
    await write(anEvent({ kind: 'campaign_resumed' }));
    await until(() => page.lines().some(({ kind }) => kind === 'campaign_resumed'), 'the later event');
  });
  await early;
  await until(() => page.lines().some(({ kind }) => kind === 'campaign_paused'), 'the late event');
  expect(page.lines().filter(({ kind }) => kind === 'campaign_resumed')).toHaveLength(1);
  page.hangUp();
});

test('several pages hear the same, each once', async () => {
  const pages = [await listening(await listen()), await listening(await listen())];
  await write(anEvent({ kind: 'template_finishing' }), anEvent({ kind: 'template_activated' }));
  for (const page of pages) {
    await until(() => page.lines().some(({ kind }) => kind === 'template_activated'), 'the event');
    expect(page.lines().filter(({ kind }) => kind === 'template_finishing')).toHaveLength(1);
    page.hangUp();
  }
});

test('a clock that was moved is heard', async () => {
  const page = await listening(await listen());
  await api.db.asSystem(async (tx) => moveClockTo(tx, (await appNow(tx)) + 3_600_000));
  await until(() => page.lines().some(({ kind }) => kind === 'clock_moved'), 'the clock');
  page.hangUp();
});

test('while nothing happens a line says every fifteen seconds that we are still here', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const page = await listen();
  await until(() => page.heard.text.includes('retry: 1000'), 'the beginning');
  expect(page.heard.text).not.toContain('still here');
  vi.setSystemTime(Date.now() + 15_000);
  await until(() => page.heard.text.includes(': still here'), 'the line');
  page.hangUp();
});

test('the stream ends with the token; others go on', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const [ending, staying] = [await listening(await listen()), await listening(await listen())];
  await revoke(ending.tokenId);
  vi.setSystemTime(Date.now() + 6_000);
  await until(() => ending.heard.isOver, 'the end');
  await write(anEvent({ kind: 'campaign_ended' }));
  await until(() => staying.lines().some(({ kind }) => kind === 'campaign_ended'), 'the event');
  expect(ending.lines().some(({ kind }) => kind === 'campaign_ended')).toBe(false);
  expect(staying.heard.isOver).toBe(false);
  staying.hangUp();
});

test('a closing API hangs up at once', async () => {
  const closing = await startApi();
  const at = await closing.app.listen({ host: '127.0.0.1', port: 0 });
  const there = await aWorkspace(closing.db);
  const { bearer } = await aToken(closing.db, there, { memberId: await aMember(closing.db, there) });
  const answer = await fetch(`${at}/app/api/stream`, { headers: bearer });
  const text = answer.text();
  await closing.close();
  expect(await text).toContain('retry: 1000');
});

test('a page that was still being let in when the API began to close does not hold it', async () => {
  const closing = await startApi();
  const at = await closing.app.listen({ host: '127.0.0.1', port: 0 });
  const there = await aWorkspace(closing.db);
  const { bearer } = await aToken(closing.db, there, { memberId: await aMember(closing.db, there) });
  const { answer, close } = await closing.db.asSystem(async (tx) => {
    await tx.execute(sql`lock table ${tokens} in access exclusive mode`);
    const asked = fetch(`${at}/app/api/stream`, { headers: bearer });
    await until(async () => (await waitingForLocks(tx)) > 0, 'the token to be looked up');
    return { answer: asked, close: closing.close() };
  });
  const { status, headers } = await answer;
  expect([status, headers.get('connection')]).toEqual([503, 'close']); // kept alive it would hold the close for a minute
  await close;
});

test('nobody listens without a session, without the scope, or as a service', async () => {
  const memberId = await aMember(api.db, workspaceId);
  const poor = await aToken(api.db, workspaceId, { memberId, scopes: ['tasks:read'] });
  const service = await aToken(api.db, workspaceId);
  const ask = async (headers: Record<string, string>) => (await fetch(`${url}/app/api/stream`, { headers })).status;
  expect([await ask({}), await ask(poor.bearer), await ask(service.bearer)]).toEqual([401, 403, 403]);
});

const revoke = (id: TokenId) => api.db.asSystem((tx) => revokeToken(tx, id));
