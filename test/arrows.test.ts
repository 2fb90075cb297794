import { expect, test } from 'vitest';
import { bundleWorkflows } from '../src/workflow-bundle.ts';
import {
  type Arrows,
  circles,
  clocksAndDice,
  importsOf,
  intruders,
  leftOut,
  locksIn,
  reachedFrom,
  readsEnvironment,
  rowsOf,
  type Sources,
  sourcesIn,
  strays,
} from './support/imports.ts';

/** Who may import what below `src`. Arrows point inward: policy knows nobody, entry points know everybody. */
const arrows: Arrows = {
  'domain/': ['domain/'],
  'domain/zone.ts': ['temporal-polyfill'],

  'workflows/': [
    'workflows/',
    'domain/sequence.ts',
    'domain/ids.ts',
    'type domain/',
    'type activities/',
    '@temporalio/workflow',
    '@temporalio/common',
  ],

  // A deed may ask for what a person may ask for, so commands too. Ports come filled in `deps`; their files hold the
  // classes of the errors that deeds catch.
  'activities/': [
    'activities/',
    'commands/',
    'db/',
    'domain/',
    'adapters/mailer.ts',
    'adapters/linkedin.ts',
    'adapters/mailbox.ts',
    'adapters/walks.ts',
    'adapters/writer.ts',
    'adapters/unsubscribe-links.ts',
    'type adapters/',
    '@temporalio/activity',
    'node:crypto',
  ],

  // Never one another: each its own port and its own vendor's package.
  'adapters/': ['domain/', 'node:*'],
  'adapters/smtp-*.ts': ['adapters/mailer.ts', 'adapters/smtp-connection.ts', 'nodemailer'],
  'adapters/smtp-mailer.ts': ['adapters/smtp-check.ts'],
  'adapters/http-linkedin*.ts': ['adapters/linkedin.ts', 'zod'],
  'adapters/http-linkedin.ts': ['adapters/http-linkedin-wire.ts', 'adapters/http-linkedin-answers.ts'],
  'adapters/http-linkedin-answers.ts': ['type adapters/http-linkedin-wire.ts'],
  'adapters/http-linkedin-wire.ts': ['adapters/http-linkedin-refusals.ts'],
  'adapters/linkedin-callbacks.ts': ['adapters/linkedin.ts', 'zod'],
  'adapters/offline-writer.ts': ['adapters/writer.ts'],
  'adapters/ai-writer.ts': ['adapters/writer.ts', 'ai', 'zod'],
  'adapters/parse-mail.ts': ['postal-mime'],
  'adapters/mail-parser-child.ts': ['adapters/parse-mail.ts', 'adapters/mail-pipe.ts'],
  'adapters/child-mail-parser.ts': ['adapters/mail-parser.ts', 'adapters/mail-pipe.ts', 'zod'],
  'adapters/read-csv.ts': ['type adapters/csv-reader.ts'],
  'adapters/csv-reader-thread.ts': ['type adapters/csv-reader.ts', 'adapters/read-csv.ts'],
  'adapters/threaded-csv-reader.ts': ['adapters/csv-reader.ts', 'type adapters/csv-reader-thread.ts'],
  'adapters/language-model.ts': ['ai', '@ai-sdk/openai', '@ai-sdk/anthropic', '@ai-sdk/openai-compatible'],
  'adapters/ai-reply-reader.ts': ['adapters/reply-reader.ts', 'ai', 'zod'],
  'adapters/key-vault.ts': ['adapters/vault.ts'],
  'adapters/imap-*.ts': ['adapters/mailbox.ts', 'imapflow'],
  'adapters/imap-mailbox.ts': ['adapters/imap-refusal.ts', 'adapters/imap-waiting.ts'],
  'adapters/temporal-*.ts': ['adapters/walks.ts', 'workflows/signals.ts', 'type workflows/', '@temporalio/client'],

  'db/': ['db/', 'domain/', 'drizzle-orm', 'pg', 'uuid', 'node:*'],

  'commands/': ['commands/', 'db/', 'domain/', 'drizzle-orm', 'type adapters/'],
  // What the language model throws is caught here, and another try waits for its time.
  'commands/sequences/write-variables.ts': ['adapters/writer.ts', 'node:timers'],

  'api/': [
    'api/',
    'commands/',
    'db/',
    'domain/',
    'type adapters/',
    'fastify',
    '@fastify/*',
    'fastify-type-provider-zod',
    'zod',
    'prom-client',
    'node:*',
  ],
  // A port's file holds the class of the error that the door catches.
  'api/hooks-linkedin.ts': ['adapters/linkedin.ts'],
  'api/lead-file.ts': ['adapters/csv-reader.ts'],

  // Types of answers come from the shapes that check them; policy by value where it holds no zone library.
  'web/': [
    'web/',
    'domain/',
    'type api/',
    'react',
    'react-dom',
    '@mantine/*',
    '@tanstack/*',
    '@tabler/icons-react',
    '@dnd-kit/*',
    'get-nonce',
    'uplot',
  ],
  // The example that a new workspace starts from is the one in the documentation.
  'web/templates/starts.ts': ['../examples/template.json'],
  'web/vite.config.ts': ['vite', '@vitejs/plugin-react', 'node:*'],

  'dev/': ['anything'],
  'cli/': ['anything'],

  'config.ts': ['zod', '@temporalio/envconfig', 'type adapters/temporal-client.ts'],
  'migrate.ts': inventory(),
  'program.ts': ['node:*', 'drizzle-orm'],
  'rotate-keys.ts': inventory(),
  'wiring.ts': inventory(),
  'server.ts': inventory(),
  'worker.ts': inventory(),
  'temporal-workers.ts': inventory(),
  'workflow-bundle.ts': inventory(),
};

/** Entry points and what they share import every part, but nobody imports `dev` or `cli`. */
function inventory(): string[] {
  const files = ['config.ts', 'program.ts', 'wiring.ts', 'temporal-workers.ts', 'workflow-bundle.ts'];
  return [...files, 'activities/', 'adapters/', 'api/', 'commands/', 'db/', 'domain/', 'packages'];
}

const filesOf = (sources: Sources) => Object.entries(sources);
const src = sourcesIn(new URL('../src/', import.meta.url));
const tests = sourcesIn(new URL('./', import.meta.url));

for (const [row, allowed] of Object.entries(arrows)) {
  if (allowed.includes('anything')) continue;
  test(`${row} imports only ${allowed.join(', ')}`, () => {
    const files = filesOf(src).filter(([path]) => rowsOf(path, arrows).includes(row));
    expect(files, `no file falls under ${row}: remove the row`).not.toEqual([]);
    expect(strays(Object.fromEntries(files), arrows)).toEqual([]);
  });
}

test('every file of src falls under a row', () => {
  expect(Object.keys(src).filter((path) => rowsOf(path, arrows).length === 0)).toEqual([]);
});

test('no files stand in a circle, neither by value nor by type', () => {
  expect(circles(src)).toEqual([]);
});

/** What a message means is decided behind these; the words that the verdict is told in are beside it. */
const doors = { 'domain/inbound/': ['inbound.ts', 'inbound-verdict.ts', 'reply-rules.ts'] };

test('what a message means is asked at its doors only', () => {
  expect(intruders(src, doors)).toEqual([]);
});

test('only config.ts reads the environment', () => {
  expect(filesOf(src).filter(([path, source]) => readsEnvironment(path, source))).toEqual([
    ['config.ts', src['config.ts']],
  ]);
});

/** Whoever takes a row from one of these skips what somebody else holds, and so waits in no order. */
const queues = ['db/callbacks.ts', 'db/enrolments.ts', 'db/linkedin-polls.ts', 'db/repairs.ts'];
/** Processes that start together take turns, on a connection of their own and before there are tables. */
const beforeAllElse = ['db/migrate.ts'];

test('every lock is taken in db/locks.ts, in the one order, but for queues that skip what is locked', () => {
  const locks = filesOf(src).map(([path, source]) => ({ path, found: locksIn(path, source) }));
  const elsewhere = locks.filter(({ path, found }) => path !== 'db/locks.ts' && found.length > 0);
  expect(elsewhere.map(({ path }) => path)).toEqual([...queues, ...beforeAllElse].sort());
  const waiting = elsewhere.filter(({ found }) => found.some((lock) => !lock.includes('skipLocked')));
  expect(waiting.map(({ path }) => path)).toEqual(beforeAllElse);
});

test('the policy asks neither the clock nor chance', () => {
  const policy = filesOf(src).filter(([path]) => path.startsWith('domain/'));
  expect(policy.flatMap(([path, source]) => clocksAndDice(path, source).map((what) => `${path}: ${what}`))).toEqual([]);
});

test('no test is left out by only or skip', () => {
  expect(filesOf(tests).flatMap(([path, source]) => leftOut(path, source).map((what) => `${path}: ${what}`))).toEqual(
    [],
  );
});

test('the workflow bundle holds no zone library, no zod, no drizzle, no pg and nothing of ours but the walk', async () => {
  const modules = modulesOf((await bundleWorkflows()).code);
  const packages = new Set(modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
  expect(packages).toContain('@temporalio/workflow'); // so the list does name what is in the bundle
  const strangers = ['temporal-polyfill', 'temporal-spec', 'zod', 'drizzle-orm', 'pg', 'uuid', 'nodemailer', 'fastify'];
  expect(strangers.filter((name) => packages.has(name))).toEqual([]);

  const ours = modules.flatMap((path) => /^\.\/src\/(.*)/.exec(path)?.[1] ?? []);
  expect(ours).toContain('workflows/sequence.ts');
  const permitted = /^workflows\/|^domain\/(sequence|ids)\.ts$/;
  expect(ours.filter((path) => !permitted.test(path))).toEqual([]);
});

test('the page is made of itself and of policy without the zone library', () => {
  const reached = reachedFrom('web/main.tsx', src);
  expect(reached).toEqual(expect.arrayContaining(['web/shell/app-frame.tsx', 'domain/sequence.ts'])); // so it does follow
  expect(reached.filter((path) => !/^(web|domain)\//.test(path))).toEqual([]);
  expect(reached).not.toContain('domain/zone.ts');
});

/** Forbidden imports, and how each is told. Were one of them not told, the tests above would prove nothing. */
const forbidden: readonly (readonly [path: string, source: string, told: string])[] = [
  ['domain/sequence.ts', "import { sql } from 'drizzle-orm';", 'drizzle-orm'],
  ['domain/sequence.ts', "import { createHash } from 'node:crypto';", 'node:crypto'],
  ['domain/sequence.ts', "import type { Tx } from '../db/pool.ts';", 'type ../db/pool.ts'],
  ['domain/message.ts', "import { Temporal } from 'temporal-polyfill';", 'temporal-polyfill'],
  ['workflows/sequence.ts', "import { nextInstant } from '../domain/schedule.ts';", '../domain/schedule.ts'],
  ['workflows/sequence.ts', "import { type Delay } from '../domain/schedule.ts';", '../domain/schedule.ts'],
  ['workflows/sequence.ts', "export * from '../activities/index.ts';", '../activities/index.ts'],
  ['workflows/sequence.ts', "import 'zod';", 'zod'],
  ['workflows/sequence.ts', "const pg = await import('pg');", 'pg'],
  ['workflows/sequence.ts', "import { readFileSync } from 'fs';", 'fs'],
  [
    'activities/index.ts',
    "import { createSmtpMailer } from '../adapters/smtp-mailer.ts';",
    '../adapters/smtp-mailer.ts',
  ],
  ['activities/index.ts', "import { readConfig } from '../config.ts';", '../config.ts'],
  ['adapters/smtp-mailer.ts', "import { invite } from './linkedin.ts';", './linkedin.ts'],
  ['adapters/smtp-mailer.ts', "import type { Db } from '../db/pool.ts';", 'type ../db/pool.ts'],
  ['adapters/temporal-walks.ts', "import { sequence } from '../workflows/index.ts';", '../workflows/index.ts'],
  ['db/pool.ts', "import { Client } from '@temporalio/client';", '@temporalio/client'],
  ['db/pool.ts', "import pool from 'pg-pool';", 'pg-pool'],
  [
    'commands/contacts/suppress.ts',
    "import { createSmtpMailer } from '../../adapters/smtp-mailer.ts';",
    '../../adapters/smtp-mailer.ts',
  ],
  ['commands/contacts/suppress.ts', "export { problems } from '../../api/problems.ts';", '../../api/problems.ts'],
  ['commands/contacts/suppress.ts', "type Reply = import('fastify').FastifyReply;", 'type fastify'],
  ['api/app.ts', "import { sql } from 'drizzle-orm';", 'drizzle-orm'],
  ['api/app.ts', "const { Client } = require('@temporalio/client');", '@temporalio/client'],
  ['api/app.ts', "import client = require('@temporalio/client');", '@temporalio/client'],
  ['config.ts', "import { openDb } from './db/pool.ts';", './db/pool.ts'],
  ['server.ts', "import { seed } from './dev/seed.ts';", './dev/seed.ts'],
  ['worker.ts', "export type { Options } from './cli/main.ts';", 'type ./cli/main.ts'],
  ['worker.ts', "import { version } from '../package.json';", '../package.json'],
  ['db/pool.ts', 'const driver = await import(name);', '(worked out at run time)'],
  ['web/client.ts', "import { z } from 'zod';", 'zod'],
  ['web/tasks/queue.tsx', "import { taskShape } from '../../api/shapes/tasks.ts';", '../../api/shapes/tasks.ts'],
  ['web/tasks/queue.tsx', "import type { TaskRow } from '../../db/tasks.ts';", 'type ../../db/tasks.ts'],
  ['nowhere/new.ts', "import { ends } from '../domain/sequence.ts';", '../domain/sequence.ts'],
];

for (const [path, source, told] of forbidden) {
  test(`told as a stray: ${source.replace(/;$/, '')} in ${path}`, () => {
    expect(strays({ [path]: source }, arrows)).toEqual([`${path} → ${told}`]);
  });
}

test('what an arrow permits is no stray, and neither is an import that only a comment or a string speaks of', () => {
  const permitted: Sources = {
    'domain/zone.ts': "import { Temporal } from 'temporal-polyfill';",
    'workflows/sequence.ts': "import type { Activities } from '../activities/index.ts';\nimport './signals.ts';",
    'adapters/smtp-mailer.ts': "import MailComposer from 'nodemailer/lib/mail-composer';",
    'api/app.ts': "import helmet from '@fastify/helmet';\nimport type { Mailer } from '../adapters/mailer.ts';",
    'dev/demo/demo.ts': "import { main } from '../cli/main.ts';\nconst found = await import(path);",
    'domain/ids.ts': "// import 'pg';\nconst text = `import 'pg'`;\nexport type { Ends } from './sequence.ts';",
  };
  expect(strays(permitted, arrows)).toEqual([]);
  expect(importsOf('domain/ids.ts', permitted['domain/ids.ts'] ?? '')).toHaveLength(1);
});

test('told as a circle: files that import one another, by type too, by whatever way', () => {
  const circle = {
    'a.ts': "import { b } from './b.ts';",
    'b.ts': "import type { C } from './deeper/c.ts';",
    'deeper/c.ts': "export type C = import('../a.ts').A;",
    'd.ts': "import { a } from './a.ts';",
    'e.ts': "export * from './e.ts';",
  };
  expect(circles(circle)).toEqual([['a.ts', 'b.ts', 'deeper/c.ts'], ['e.ts']]);
  expect(circles({ ...circle, 'b.ts': '', 'e.ts': '' })).toEqual([]);
});

test('told as going in by the window: what is in a room and no door of it, from outside', () => {
  const rooms = {
    'domain/inbound/bounce.ts': "import { x } from './words.ts';",
    'commands/a.ts': "import { judgeMail } from '../domain/inbound/inbound-verdict.ts';",
    'commands/b.ts': "import type { Bounce } from '../domain/inbound/bounce.ts';",
  };
  expect(intruders(rooms, doors)).toEqual(['commands/b.ts → domain/inbound/bounce.ts']);
});

test.each([
  'const port = process.env.PORT;',
  "const port = process['env'].PORT;",
  'const port = globalThis.process.env.PORT;',
  'const { env } = process;',
  "import { env } from 'node:process';",
])('told as reading the environment: %s', (source) => {
  expect(readsEnvironment('db/pool.ts', source)).toBe(true);
});

test.each([
  ["await tx.select().from(leads).where(mine).for('update');", '.for(…)'],
  ["await tx.select().from(leads).for('no key update', { of: leads });", '.for(…)'],
  ["await tx.select().from(leads).for('key share', { skipLocked: false });", '.for(…)'],
  ["await tx.select().from(leads).for('update', { of: leads, skipLocked: true });", '.for(…, skipLocked)'],
  ['await tx.execute(sql`select from leads for no key update`);', 'for no key update'],
  ["await client.query('SELECT 1 FROM leads FOR SHARE');", 'FOR SHARE'],
  ['await tx.execute(sql`select pg_try_advisory_lock(1)`);', 'pg_try_advisory_'],
  ["await client.query('lock table leads');", 'lock table'],
])('told as a lock: %s', (source, told) => {
  expect(locksIn('db/leads.ts', source)).toEqual([told]);
  expect(locksIn('db/leads.ts', "const one = Symbol.for('one'); // select … for update")).toEqual([]);
});

test.each([
  'const now = Date.now();',
  'const now = new Date();',
  'const dice = Math.random();',
  'Temporal.Now.instant();',
])('told as asking the clock or chance: %s', (source) => {
  expect(clocksAndDice('domain/slot.ts', source)).toHaveLength(1);
  expect(clocksAndDice('domain/slot.ts', 'const at = new Date(now).getTime(); // never Date.now()')).toEqual([]);
});

test.each([
  "test.only('one', () => {});",
  "describe.skip('some', () => {});",
  "test.concurrent.only('one', () => {});",
  "test.skip.each([1])('each', () => {});",
  "test('one', { skip: true }, () => {});",
])('told as left out: %s', (source) => {
  expect(leftOut('some.test.ts', source)).toHaveLength(1);
  expect(leftOut('some.test.ts', 'skipper.skip(); it.each([1]);')).toEqual([]);
});

/** The paths of a bundle's modules: webpack names each in front of its code. */
const modulesOf = (code: string): string[] => [...code.matchAll(/^\/\*{3}\/ "([^"]+)"/gm)].map(([, path = '']) => path);
