import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { eq } from 'drizzle-orm';
import { CALLBACK_HEADER } from '../src/adapters/linkedin-callbacks.ts';
import { readCsv } from '../src/adapters/read-csv.ts';
import { createUnsubscribeLinks } from '../src/adapters/unsubscribe-links.ts';
import { readConfig } from '../src/config.ts';
import { newId } from '../src/db/new-id.ts';
import { openDb } from '../src/db/pool.ts';
import { accounts } from '../src/db/schema.ts';
import { apart, apiUrl, childEnvironment } from '../src/dev/environment.ts';
import { startParts } from '../src/dev/parts.ts';
import { poll } from '../src/dev/poll.ts';
import { ensureDevToken, seed } from '../src/dev/seed.ts';
import { startChild } from '../src/dev/servers/child.ts';
import type { SequenceId } from '../src/domain/ids.ts';
import { runAsProgram } from '../src/program.ts';

/*
 * `npm run prove -- doors`: how quickly the doors that strangers, providers and probes knock at are answered while the
 * worst CSV file is read, against how quickly while nobody asks anything else. The API has one core, which the reading
 * shares; whoever asks, and the database, have the others.
 */

const MOST_TIMES_IDLE = 3;
const API_CORE = 0;

/** What people's exports look like, and what makes a reader look again and again. Each is repeated up to the size. */
const shapes: Readonly<Record<string, string>> = {
  plain: 'ada@lead.example,Ada,Lovelace,Lead Ltd,https://linkedin.com/in/ada-lead\n',
  quoted: '"ada@lead.example","Ada","Lovelace, Ada","Lead ""Ltd""","Berlin\nMitte"\n',
  'quotes that open': '"a,b\n',
  'quotes that open late': 'a,"b\n',
  'a quote a line': '"\n',
  'quotes in a row': '"",',
  'pairs of quotes': '""""',
  'commas in a row': ',',
  'empty lines': '\n',
  'long lines': `${'a'.repeat(990_000)}\n`,
};

const fileOf = (piece: string, bytes: number) =>
  `email,first_name,last_name,company,linkedin_url\n${piece.repeat(bytes / piece.length)}`;

/** By what reading a megabyte costs in processor time here and now. */
async function worstFile(bytes: number): Promise<{ name: string; text: string; timesPlain: number }> {
  const costs: { name: string; piece: string; ms: number }[] = [];
  for (const [name, piece] of Object.entries(shapes)) {
    const text = fileOf(piece, 1024 * 1024);
    const [cold, warm] = [await costOf(text), await costOf(text)];
    costs.push({ name, piece, ms: Math.min(cold, warm) });
  }
  const plain = costs.find(({ name }) => name === 'plain');
  const [worst] = costs.toSorted((one, other) => other.ms - one.ms);
  if (!plain || !worst) throw new Error('there are no shapes');
  return { name: worst.name, text: fileOf(worst.piece, bytes), timesPlain: worst.ms / plain.ms };
}

/** Processor time of reading it to its end, in ms. */
async function costOf(text: string): Promise<number> {
  const before = process.cpuUsage();
  await readToEnd(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function readToEnd(text: string): Promise<void> {
  async function* bytes() {
    yield Buffer.from(text);
  }
  try {
    for await (const row of readCsv(bytes())) if ('problem' in row) continue;
  } catch (error) {
    if (!(error instanceof Error)) throw error; // a file that is no table is refused, and costs what it costs until then
  }
}

interface Asked {
  method: 'GET' | 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

type Ask = (asked: Asked) => Promise<{ status: number; ms: number }>;

/** As a browser asks: over connections that are kept. */
function asker(origin: string): Ask & { close(): void } {
  const agent = new Agent({ keepAlive: true });
  const ask: Ask = ({ method, path, headers = {}, body }) =>
    new Promise((resolve, reject) => {
      const began = performance.now();
      const asked = request(new URL(path, origin), { method, agent, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - began }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  return Object.assign(ask, { close: () => agent.destroy() });
}

interface Door {
  name: string;
  status: number;
  /** A new one each time: what is told twice is looked up only. */
  ask(turn: number): Asked;
}

type Times = ReadonlyMap<string, readonly number[]>;

/** The doors by turns, so that whatever else the machine does is everybody's. */
async function measure(ask: Ask, doors: readonly Door[], rounds: number): Promise<Times> {
  const times = new Map(doors.map(({ name }) => [name, [] as number[]]));
  for (let turn = 0; turn < rounds; turn++)
    for (const { name, status, ask: askFor } of doors) {
      const answer = await ask(askFor(turn));
      if (answer.status !== status) throw new Error(`${name} answered ${answer.status}, expected ${status}`);
      times.get(name)?.push(answer.ms);
    }
  return times;
}

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((one, other) => one - other)[Math.ceil(times.length * share) - 1] ?? 0;

/** Linux only; elsewhere the system decides, and the figures say less. */
function pin(pid: number, cores: string): boolean {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function run(rounds: number, megabytes: number): Promise<void> {
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'topo-doors-')));
  const isPinned = pin(process.pid, '1-1023'); // what is started from here on inherits it
  const config = await apart(readConfig(), dataDir);
  const parts = await startParts(config, () => undefined, { fast: true });
  const db = openDb({
    url: parts.databaseUrl,
    size: 2,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 10_000,
    onIdleError: () => undefined,
  });
  const house = await seed(db, parts);
  const token = await ensureDevToken(db, house, dataDir);
  const [account] = await db.asSystem((tx) => tx.select().from(accounts).where(eq(accounts.id, house.linkedInAccount)));
  const env = { ...childEnvironment(config, parts), LOG_LEVEL: 'warn' };
  const api = startChild({
    name: 'api',
    entry: new URL('../src/server.ts', import.meta.url),
    env,
    logFile: join(dataDir, 'api.log'),
    onLost: (_name, code) => console.error(`the API ended by itself (${code})`),
  });
  const [ask, upload] = [asker(apiUrl(config)), asker(apiUrl(config))];
  try {
    const isUp = () =>
      ask({ method: 'GET', path: '/healthz' }).then(
        ({ status }) => status === 200,
        () => undefined, // not listening yet
      );
    if (!(await poll(isUp, 60_000))) throw new Error('the API was not ready within 60 s');
    if (!isPinned || !pin(api.pid, String(API_CORE))) console.log('There is no taskset here: the API has all cores.');

    const json = { 'content-type': 'application/json' };
    const links = createUnsubscribeLinks({ publicUrl: apiUrl(config), key: Buffer.from(parts.secretKey, 'hex') });
    const link = new URL(links.urlFor(newId<SequenceId>())).pathname;
    const externalId = account?.settings.channel === 'linkedin' ? account.settings.externalId : '';
    const doors: Door[] = [
      { name: '/healthz', status: 200, ask: () => ({ method: 'GET', path: '/healthz' }) },
      { name: '/u/…', status: 200, ask: () => ({ method: 'GET', path: link }) },
      {
        name: 'sign-in',
        status: 204,
        ask: () => ({ method: 'POST', path: '/app/api/session', headers: json, body: JSON.stringify({ token }) }),
      },
      {
        name: 'callback',
        status: 200,
        ask: () => ({
          method: 'POST',
          path: `/hooks/linkedin/${house.linkedInAccount}`,
          headers: { ...json, [CALLBACK_HEADER]: parts.linkedInCallbackSecret },
          body: JSON.stringify({
            event: 'new_relation',
            account_id: externalId,
            user_public_identifier: `ada-${newId<SequenceId>()}`,
          }),
        }),
      },
    ];
    await measure(ask, doors, 50); // so that both rounds find everything compiled and connected
    const idle = await measure(ask, doors, rounds);

    const file = await worstFile(megabytes * 1024 * 1024);
    console.log(
      `The worst of ${Object.keys(shapes).length} files is "${file.name}": ${file.timesPlain.toFixed(1)} times the CPU of a plain one by the byte.`,
    );
    let isReading = true;
    const answers = new Map<number, number>();
    const body = JSON.stringify({ text: file.text });
    const reading = (async () => {
      while (isReading) {
        const headers = { ...json, authorization: `Bearer ${token}` };
        const { status } = await upload({ method: 'POST', path: '/app/api/imports/read', headers, body });
        if (status >= 500) throw new Error(`the file was answered ${status}`);
        answers.set(status, (answers.get(status) ?? 0) + 1);
      }
    })();
    const busy = await measure(ask, doors, rounds);
    isReading = false;
    await reading;
    const told = [...answers].map(([status, count]) => `${count} with ${status}`).join(', ');
    tell(doors, idle, busy, `Files of ${megabytes} MB were answered meanwhile: ${told}.`);
  } finally {
    ask.close();
    upload.close();
    await api.stop();
    await db.close();
    await parts.stop();
    rmSync(dataDir, { recursive: true });
  }
}

function tell(doors: readonly Door[], idle: Times, busy: Times, also: string): void {
  const head = ['door', 'idle p50', 'idle p99', 'busy p50', 'busy p99', 'times idle'];
  const table = new Table({ head, style: { head: [], border: [] } });
  const slow: string[] = [];
  for (const { name } of doors) {
    const of = (times: Times, share: number) => percentile(times.get(name) ?? [], share);
    const ratio = of(busy, 0.99) / of(idle, 0.99);
    if (ratio > MOST_TIMES_IDLE) slow.push(name);
    const ms = [of(idle, 0.5), of(idle, 0.99), of(busy, 0.5), of(busy, 0.99)].map((one) => `${one.toFixed(1)} ms`);
    table.push([name, ...ms, ratio.toFixed(2)]);
  }
  console.log(`${table.toString()}\n${also}`);
  if (slow.length === 0) return;
  console.error(`Slower than ${MOST_TIMES_IDLE} times idle: ${slow.join(', ')}`);
  process.exitCode = 1;
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '500' }, megabytes: { type: 'string', default: '10' } },
});
await runAsProgram(import.meta.url, () => run(Number(values.rounds), Number(values.megabytes)));
