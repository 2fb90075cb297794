import { ApplicationFailure, CancelledFailure, CompleteAsyncError, Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withoutMessages } from '../../src/activities/failures.ts';
import { mailboxWorkflowId } from '../../src/domain/ids.ts';
import { type Engine, startEngine, testLog } from '../support/engine.ts';
import { aCampaign, aHouse, always, content, sequencesOf, steps } from '../support/scenario.ts';
import { until } from '../support/until.ts';

/* Temporal keeps what a deed throws, and its logger prints it: nothing personal may be in it. Design 3, "Errors". */

const SECRET = 'my private phone is 555-0100';
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    deps: {
      writer: {
        async write() {
          await engine.db.asSystem((tx) => tx.execute(sql`select length(${SECRET}), 1 / ${0}::int`));
          return { values: new Map(), usage: null };
        },
      },
      mailboxes: { open: () => Promise.reject(new TypeError(`no mail for ${SECRET}`, { cause: new Error(SECRET) })) },
    },
  });
});
afterAll(() => engine?.stop());

/** A workflow as Temporal tells of it; undefined before it is started, which comes after its row is written. */
const described = (workflowId: string) =>
  engine.client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });

/** A workflow as Temporal tells of it, once an attempt has failed. */
const withFailure = (workflowId: string) =>
  until(
    async () => {
      const { raw } = (await described(workflowId)) ?? {};
      const failure = raw?.pendingActivities?.[0]?.lastFailure;
      return failure && { failure, all: JSON.stringify(raw) };
    },
    `a failed attempt of ${workflowId}`,
    engine.workDone,
  );

test('a query that fails in a deed is known to Temporal and to the log by its SQLSTATE and its place only', async () => {
  const house = await aHouse(engine.db);
  const { campaignId } = await aCampaign(engine.commands, house, {
    content: content(steps({ kind: 'email', body: '{{opener}}' }), {
      schedule: always,
      aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: null }],
    }),
  });
  await engine.announcer.settled();
  const sequence = await until(
    async () => (await sequencesOf(engine.db, campaignId))[0],
    'the enrolment',
    engine.workDone,
  );
  const { failure, all } = await withFailure(`sequence/${sequence.id}`);
  expect(failure).toMatchObject({
    message: 'database error 22012',
    cause: null,
    applicationFailureInfo: { type: 'OurFault', nonRetryable: false, details: null },
  });
  expect(failure.stackTrace).toMatch(/^OurFault: database error 22012\n {4}at .*src\/db\/pool\.ts/s);
  expect(all).not.toContain('555-0100');
  expect(engine.log.lines).toContainEqual({
    level: 'error',
    line: 'a deed failed; it is tried again',
    fields: { activity: 'personalise', error: 'Error', state: '22012', at: expect.any(Array) },
  });
  expect(JSON.stringify(engine.log.lines)).not.toContain('555-0100');
});

test('an error nobody foresaw is known by its name only, also that of a watcher', async () => {
  const { emailAccount } = await aHouse(engine.db);
  await engine.walks.startMailbox(emailAccount);
  const { failure, all } = await withFailure(mailboxWorkflowId(emailAccount));
  expect(failure).toMatchObject({ message: 'TypeError', cause: null, applicationFailureInfo: { type: 'OurFault' } });
  expect(all).not.toContain('555-0100');
  expect(JSON.stringify(engine.log.lines)).not.toContain('555-0100');
});

/** What leaves a deed that throws `error`; `isCanceled`: after Temporal told it to stop. */
async function leaving(error: unknown, isCanceled = false) {
  const log = testLog();
  const environment = new MockActivityEnvironment();
  if (isCanceled) environment.cancel();
  const thrown: unknown = await environment.run(() =>
    withoutMessages(log)(Context.current())
      .inbound.execute({}, () => Promise.reject(error))
      .catch((left: unknown) => left),
  );
  return { thrown, lines: log.lines };
}

const aborted = Object.assign(new Error('the operation was aborted'), { name: 'AbortError' });

test.each([
  ['a failure with a text of ours', ApplicationFailure.retryable('the mailbox could not be reached', 'MailboxAway')],
  ['a cancellation', new CancelledFailure('CANCELLED')],
  ['an answer that comes later', new CompleteAsyncError()],
])('%s leaves a deed as it is, and unlogged', async (_what, error) => {
  expect(await leaving(error)).toEqual({ thrown: error, lines: [] });
});

test('an abort leaves a deed as it is where Temporal asked for it, and nowhere else', async () => {
  expect((await leaving(aborted, true)).thrown).toBe(aborted);
  expect((await leaving(aborted)).thrown).toMatchObject({ message: 'AbortError', type: 'OurFault' });
});

const changed = new Error(`first ${SECRET}`);
changed.message = 'another';

test.each([
  ['a message in lines that look like a place', new Error(`x\n    at ${SECRET} (a.ts:1:1)`), 'Error'],
  ['a message that was changed afterwards', changed, 'Error'],
  ['what is no error', SECRET, 'string'],
  ['the database out of reach', Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }), 'database away'],
  ['no connection in time', new Error('timeout exceeded when trying to connect'), 'database away'],
  ['a lock that did not come', Object.assign(new Error(SECRET), { code: '55P03' }), 'database error 55P03'],
])('nothing of a message leaves a deed: %s', async (_what, error, text) => {
  const { thrown, lines } = await leaving(error);
  expect(thrown).toMatchObject({ message: text, cause: undefined, details: undefined });
  expect(thrown instanceof Error ? thrown.stack : '').toContain(`OurFault: ${text}`);
  expect(JSON.stringify([lines, thrown instanceof Error && thrown.stack])).not.toContain('555-0100');
});
