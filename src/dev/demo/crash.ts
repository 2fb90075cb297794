import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eq, isNotNull, isNull } from 'drizzle-orm';
import { reconcileOnce } from '../../activities/repair.ts';
import { createHttpLinkedIn } from '../../adapters/http-linkedin.ts';
import { createImapMailboxes } from '../../adapters/imap-mailbox.ts';
import { noReplyReader } from '../../adapters/reply-reader.ts';
import { createTemporalClient } from '../../adapters/temporal-client.ts';
import { createTemporalWalks } from '../../adapters/temporal-walks.ts';
import { readConfig, readTemporalSettings } from '../../config.ts';
import { appNow, moveClockTo } from '../../db/clock.ts';
import { type Db, openDb } from '../../db/pool.ts';
import { deliveries, leads, sequences, tasks } from '../../db/schema.ts';
import { loadWalk } from '../../db/walks.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { finishedSteps } from '../../domain/sequence.ts';
import { runAsProgram } from '../../program.ts';
import { createConductor } from '../clock/conductor.ts';
import { createSkipper } from '../clock/skipper.ts';
import { apart, apiUrl, childEnvironment } from '../environment.ts';
import { type Parts, startParts } from '../parts.ts';
import { poll } from '../poll.ts';
import { ensureDevToken, type Seed, seed, UNHURRIED } from '../seed.ts';
import { type Child, startChild } from '../servers/child.ts';
import { onceAlsoOnSignal } from '../signals.ts';
import { exampleLeads } from './leads.ts';

const say = (line = '') => console.log(line);
const START = Date.parse('2030-03-18T06:00:00Z');
const END = START + 40 * DAY_MS;
/** How long nothing may move: a worker that was killed in the middle of a step is given up after minutes. */
const PATIENCE_MS = 300_000;

/**
 * A demo-sized run while the worker and the API are killed (SIGKILL) at random moments and started again; people go on
 * asking through the API. Prints what arrived against the ledger and ends non-zero when anything was lost or doubled.
 */
async function crash(kills: number): Promise<void> {
  const began = Date.now();
  const dataDir = mkdtempSync(join(tmpdir(), 'topo-crash-'));
  const config = await apart(readConfig(), dataDir);
  const parts = await startParts(config, say, { fast: true });
  const db = openDb({
    url: parts.databaseUrl,
    size: 10,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 10_000,
    onIdleError: () => undefined,
  });
  const processes = keepAlive(childEnvironment(config, parts), join(dataDir, 'logs'));
  const stop = onceAlsoOnSignal(async () => {
    await processes.stop();
    await db.close();
    await parts.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  try {
    await db.asSystem((tx) => moveClockTo(tx, START));
    const house = await seed(db, parts, UNHURRIED);
    const ask = asker(apiUrl(config), await ensureDevToken(db, house, dataDir));
    const total = await enlist(ask, house);
    say(`${total} leads in two campaigns; ${kills} kills to come.`);
    let killing = true;
    const done = processes.killAtRandom(kills).finally(() => {
      killing = false;
    });
    await walk(db, parts, ask, (now) => !killing && now > END);
    await done;
    process.exitCode = (await report(db, parts, processes.killed, total)) ? 0 : 1;
    say(`Wall time ${Math.round((Date.now() - began) / 1000)} s.`);
  } finally {
    await stop();
  }
}

/** The worker and the API, started again whenever they end. */
function keepAlive(env: Record<string, string>, logs: string) {
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const killed: Record<string, number> = { worker: 0, api: 0 };
  const running = new Map<string, Child>();
  let stopping = false;
  const start = (name: string) => {
    const entry = new URL(name === 'api' ? '../server.ts' : '../worker.ts', import.meta.url);
    const onLost = () => void (!stopping && start(name));
    running.set(name, startChild({ name, entry, env, logFile: join(logs, `${name}.log`), onLost }));
  };
  for (const name of ['worker', 'api']) start(name);
  return {
    killed,
    async killAtRandom(kills: number) {
      for (let n = 0; n < kills; n++) {
        await new Promise<void>((resolve) => void setTimeout(resolve, 4_000 + Math.random() * 12_000));
        const name = Math.random() < 0.7 ? 'worker' : 'api';
        running.get(name)?.kill();
        killed[name] = (killed[name] ?? 0) + 1;
      }
    },
    async stop() {
      stopping = true;
      for (const child of running.values()) await child.stop();
    },
  };
}

type Ask = (method: string, path: string, body?: object) => Promise<unknown>;

/** Asks the API, again and again while it is down: what a person with a broken connection does. */
function asker(url: string, token: string): Ask {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
    let last = '';
    const ask = async () => {
      try {
        const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
        if (response.status < 500 && response.status !== 429) return { answer: await response.json() };
        last = `answered ${response.status}`;
      } catch (error) {
        last = String(error);
      }
      return undefined;
    };
    const found = await poll(ask, PATIENCE_MS, { everyMs: 200 });
    if (!found) throw new Error(`${method} ${path} got no answer in ${PATIENCE_MS / 1000} s; the last time: ${last}`);
    return found.answer;
  };
}

async function enlist(ask: Ask, house: Seed): Promise<number> {
  const [, calls] = house.templates;
  const created = Object(await ask('POST', '/v1/campaigns', { name: 'Calls', template_id: calls }));
  const rows = (await exampleLeads()).map(({ email, profile, firstName, lastName, company }) => ({
    email,
    linkedin_url: profile,
    first_name: firstName,
    last_name: lastName,
    company,
  }));
  const [first, second] = [rows.slice(0, 28), rows.slice(28)];
  for (const [campaignId, rows] of [
    [house.campaignId, first],
    [String(created.id), second],
  ] as const) {
    await ask('POST', `/v1/campaigns/${campaignId}/leads`, { rows, approve: true });
    await ask('POST', `/v1/campaigns/${campaignId}/start`);
  }
  return rows.length;
}

/** Round after round on virtual time; at the end of each, people settle tasks and pause and resume a campaign. */
async function walk(db: Db, parts: Parts, ask: Ask, until: (now: number) => boolean): Promise<void> {
  const settings = readTemporalSettings({ TEMPORAL_ADDRESS: parts.temporalAddress });
  const client = createTemporalClient(settings);
  const walks = createTemporalWalks(client, 'topo');
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (_: object, line: string) => say(`Alarm: ${line}`),
  };
  const skipper = createSkipper(client, settings.namespace);
  const conductor = createConductor({
    db,
    walks,
    reconcile: () =>
      reconcileOnce(
        {
          db,
          walks,
          log,
          mailboxes: createImapMailboxes(),
          vault: parts.vault,
          linkedIn: createHttpLinkedIn({ baseUrl: parts.linkedIn.url, apiKey: parts.linkedInKey, timeoutMs: 30_000 }),
          replyReader: noReplyReader,
        },
        { sweeps: false },
      ),
    skipper,
    patienceMs: PATIENCE_MS,
    act: () => people(parts, ask),
  });
  for (let now = await db.asSystem(appNow); !until(now) && (await leftToDo(db)) > 0; now = await db.asSystem(appNow)) {
    await conductor.forward(now + DAY_MS);
    say(`  ${new Date(now + DAY_MS).toUTCString().slice(0, 16)}  ${await leftToDo(db)} to go`);
  }
  await client.connection.close();
}

interface TaskShown {
  id: string;
  kind: string;
  sequence_id: string;
  step_id: string;
}

async function people(parts: Parts, ask: Ask): Promise<void> {
  const { items } = Object(await ask('GET', '/v1/tasks?status=OPEN&size=100'));
  for (const task of items) await settle(parts, ask, task);
  const { items: campaigns } = Object(await ask('GET', '/v1/campaigns?status=RUNNING'));
  for (const { id } of campaigns) {
    await ask('POST', `/v1/campaigns/${id}/pause`);
    await ask('POST', `/v1/campaigns/${id}/resume`);
  }
}

/** "Was this sent?" is answered as a person would who looks into the Sent folder; a call is made. */
async function settle(
  parts: Parts,
  ask: Ask,
  { id, kind, sequence_id: sequence, step_id: step }: TaskShown,
): Promise<void> {
  const isThere = (await parts.mailbox.messages()).some(({ messageId }) =>
    messageId?.startsWith(`<${sequence}.${step}@`),
  );
  await ask(
    'POST',
    `/v1/tasks/${id}/complete`,
    kind === 'confirm_send' ? { outcome: isThere ? 'sent' : 'send_again' } : {},
  );
}

/** Leads that wait for their day, and sequences that are open. */
async function leftToDo(db: Db): Promise<number> {
  return db.asSystem(async (tx) => {
    const open = await tx.select({ id: sequences.id }).from(sequences).where(isNull(sequences.endedAt));
    const waiting = await tx.select({ id: leads.id }).from(leads).where(eq(leads.status, 'APPROVED'));
    return open.length + waiting.length;
  });
}

/** What arrived against the ledger. True when nothing was lost and nothing doubled. */
async function report(db: Db, parts: Parts, killed: Record<string, number>, proposed: number): Promise<boolean> {
  const arrived = (await parts.mailbox.messages()).map(({ messageId }) => messageId ?? '');
  const doubled = arrived.length - new Set(arrived).size;
  const [ledger, enrolled, asked] = await db.asSystem(async (tx) => [
    await tx.select().from(deliveries).where(isNotNull(deliveries.messageId)),
    await tx.select({ id: sequences.id }).from(sequences),
    await tx.select({ id: tasks.id }).from(tasks).where(eq(tasks.kind, 'confirm_send')),
  ]);
  const sent = ledger.filter(({ state }) => state === 'SENT');
  const lost = sent.filter(({ messageId }) => !arrived.includes(messageId ?? '')).length;
  const unknown = arrived.filter((id) => !sent.some(({ messageId }) => messageId === id)).length;
  let unfinished = 0;
  for (const { id } of enrolled)
    unfinished += (await db.asSystem((tx) => loadWalk(tx, id))).steps.filter(
      ({ status }) => !finishedSteps.includes(status),
    ).length;
  const { invitations, messages } = parts.linkedIn.state();
  const twice =
    invitations.length -
    new Set(invitations.map(({ profile }) => profile)).size +
    messages.length -
    new Set(messages.map(({ profile, text }) => profile + text)).size;
  const rows: [string, number | string][] = [
    [
      'killed',
      Object.entries(killed)
        .map(([name, times]) => `${name} ${times}`)
        .join(', '),
    ],
    ['leads not enrolled', proposed - enrolled.length],
    ['emails arrived', arrived.length],
    ['emails doubled', doubled],
    ['emails lost (SENT, never arrived)', lost],
    ['emails arrived that the ledger does not call SENT', unknown],
    ['sends that a person was asked about', asked.length],
    ['LinkedIn invitations and messages doubled', twice],
    ['steps of ended sequences without an outcome', unfinished],
  ];
  for (const [what, figure] of rows) say(`${what.padEnd(52)} ${figure}`);
  return [proposed - enrolled.length, doubled, lost, unknown, twice, unfinished].every((figure) => figure === 0);
}

const { values } = parseArgs({ options: { kills: { type: 'string', default: '12' } } });
await runAsProgram(import.meta.url, () => crash(Number(values.kills)));
