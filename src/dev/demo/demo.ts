import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asc, eq } from 'drizzle-orm';
import { reconcileOnce } from '../../activities/repair.ts';
import { createCampaign } from '../../commands/campaigns/create-campaign.ts';
import { startCampaign } from '../../commands/campaigns/start-campaign.ts';
import { importLeads, type LeadRow } from '../../commands/leads/import-leads.ts';
import { editTemplate } from '../../commands/templates/edit-template.ts';
import { readConfig } from '../../config.ts';
import { moveClockTo } from '../../db/clock.ts';
import { campaigns, contacts, sequenceSteps, sequences, tasks } from '../../db/schema.ts';
import { readTemplate } from '../../db/templates.ts';
import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { runAsProgram } from '../../program.ts';
import { createConductor } from '../clock/conductor.ts';
import { apart } from '../environment.ts';
import { LOCAL_ACCOUNT } from '../linkedin/people.ts';
import { type Parts, startParts } from '../parts.ts';
import { readNow } from '../read-now.ts';
import { type Seed, seed as seedWorkspace, UNHURRIED } from '../seed.ts';
import { onceAlsoOnSignal } from '../signals.ts';
import { audit } from './audit.ts';
import { type DemoEngine, startDemoEngine } from './engine.ts';
import { exampleLeads } from './leads.ts';
import { type ActDeps, act, callPeople, outreachPeople, type Person, shuffled } from './people.ts';
import { byStatus, statusTable, stepTable, type Told, threeTimelines, timeline } from './report.ts';

const say = (line = '') => console.log(line);

/** A Monday morning: the European change to summer time falls into the second weekend. */
const START = Date.parse('2030-03-18T06:00:00Z');
const SNAPSHOT = Date.parse('2030-03-29T22:00:00Z');
const LAST = START + 60 * DAY_MS;

/** `npm run demo`: 40 simulated leads through the example campaigns, on virtual time, on the real engine. Design 9. */
async function demo(seed: number, keep: boolean): Promise<void> {
  const began = Date.now();
  const dataDir = mkdtempSync(join(tmpdir(), 'topo-demo-'));
  say('Starting PostgreSQL, Temporal, a mailbox and LinkedIn, for this demo alone.');
  const parts = await startParts(await apart(readConfig(), dataDir), say, { fast: true });
  let engine: DemoEngine | undefined;
  const stop = onceAlsoOnSignal(async () => {
    await engine?.stop();
    await parts.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  try {
    engine = await startDemoEngine(parts);
    const started = Date.now();
    const people = await cast(engine, await seedWorkspace(engine.db, parts, UNHURRIED), parts, seed);
    await run(engine, parts, people, seed);
    const broken = await audit(engine.db, parts.mailbox, parts.linkedIn);
    for (const line of broken) say(`BROKEN: ${line}`);
    say(
      broken.length === 0
        ? 'Checked: no message twice, none outside its window, none after an end.'
        : `${broken.length} promises broken.`,
    );
    for (const line of new Set(engine.warnings)) say(`Warning: ${line}`);
    say(`Wall time ${seconds(Date.now() - started)} (${seconds(Date.now() - began)} with starting the servers).`);
    if (broken.length > 0) process.exitCode = 1;
    if (keep) await keepUntilCtrlC(parts);
  } finally {
    await stop();
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

interface Cast {
  house: Seed;
  /** By address. */
  people: ReadonlyMap<string, Person>;
}

/** Sets the clock, imports the leads into both campaigns, deals out who they are, and starts the campaigns. */
async function cast(engine: DemoEngine, house: Seed, parts: Parts, seed: number): Promise<Cast> {
  const { db, commands } = engine;
  const { caller } = house;
  await db.asSystem((tx) => moveClockTo(tx, START));
  const leads = await exampleLeads();
  const roles: Person[] = [...shuffled(outreachPeople, seed), ...shuffled(callPeople, seed)];
  const people = new Map<string, Person>();
  for (const [index, { email = '' }] of leads.entries()) {
    const person = roles[index] ?? { name: 'never answers' };
    people.set(email, person);
    if (person.bounces) parts.mailbox.refuse(email, 550, '5.1.1 no such user');
  }
  const [, calls] = house.templates;
  if (!calls) throw new Error('the example templates are missing');
  const accountIds = [house.emailAccount, house.linkedInAccount];
  const callCampaign = await createCampaign(commands, caller, {
    name: 'Calls',
    templateId: calls,
    ownerId: null,
    accountIds,
  });
  const first = leads.slice(0, outreachPeople.length);
  await enlist(engine, house, house.campaignId, first);
  await enlist(engine, house, callCampaign, leads.slice(outreachPeople.length));
  await engine.announcer.settled();
  return { house, people };
}

/** Nobody reviews leads in the demo, all are enrolled on its first day, and who does not connect is waited for 5 days, not 15. */
async function enlist(
  { db, commands }: DemoEngine,
  { caller }: Seed,
  campaignId: CampaignId,
  rows: LeadRow[],
): Promise<void> {
  const { template, content } = await db.inWorkspace(caller.workspaceId, async (tx) => {
    const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, campaignId));
    if (!campaign) throw new Error('the demo campaign is missing');
    return readTemplate(tx, campaign.templateId);
  });
  const { name, summary } = template;
  const linkedIn = content.linkedIn.kind === 'DELAY' ? ({ kind: 'DELAY', maxWaitDays: 5 } as const) : content.linkedIn;
  await editTemplate(commands, caller, {
    templateId: template.id,
    madeOn: template.version,
    settings: { name, summary, dailyLeadsTarget: 40, approvalMode: 'AUTOPILOT' },
    content: { ...content, linkedIn },
  });
  await importLeads(commands, caller, { campaignId, rows });
  await startCampaign(commands, caller, campaignId);
}

/** Writes each contact's answer to the last email they got, once. */
function pen({ mailbox }: Parts): ActDeps['write'] {
  const written = new Set<string>();
  return async (email, answer, now) => {
    if (written.has(email)) return true;
    const got = (await mailbox.messages()).findLast(({ envelope }) => envelope.recipients.includes(email));
    if (!got) return false;
    written.add(email);
    await mailbox.answer(got.id, { ...answer, at: now });
    return true;
  };
}

/** At 06:00 and 22:00 UTC: between them lie the working hours of Paris and New York, so one round a day has work in it. */
function twiceADay(now: number): number {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const ends = [6, 22, 30].map((hour) => midnight + hour * HOUR_MS);
  return ends.find((end) => end > now) ?? midnight + DAY_MS;
}

/** Round after round until everybody is done, with a snapshot half-way. */
async function run(engine: DemoEngine, parts: Parts, { house, people }: Cast, seed: number): Promise<void> {
  const { db, walks, commands, announcer, skipper } = engine;
  const actDeps = {
    commands,
    caller: house.caller,
    linkedInAccount: house.linkedInAccount,
    accept: (profile: string) => parts.linkedIn.accept(LOCAL_ACCOUNT, profile),
    write: pen(parts),
  };
  const conductor = createConductor({
    db,
    walks,
    reconcile: () => reconcileOnce(engine.deps, { sweeps: false }),
    skipper,
    async act(now) {
      for (const seen of await watch(engine, people)) await act(actDeps, seen, now);
      await readNow(engine.deps, commands, house.emailAccount);
      await announcer.settled();
    },
    onRound: progress,
    roundEnd: twiceADay,
  });
  say(`40 leads, two campaigns, seed ${seed}.`);
  await conductor.forward(SNAPSHOT);
  endProgress();
  say(`\nHalf-way, ${new Date(SNAPSHOT).toISOString().slice(0, 16).replace('T', ' ')} UTC:`);
  say(statusTable(await watch(engine, people)));
  for (let now = SNAPSHOT + DAY_MS; now <= LAST; now += DAY_MS) {
    await conductor.forward(now);
    const told = await watch(engine, people);
    if (
      ['ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD'].every(
        (status) => byStatus(told, status as Told['sequence']['status']) === 0,
      )
    )
      break;
  }
  endProgress();
  const told = await watch(engine, people);
  say('\nThree timelines:\n');
  for (const one of threeTimelines(told)) say(`${await timeline(db, one)}\n`);
  say('What became of the steps:');
  say(stepTable(told));
  say('\nHow the sequences ended:');
  say(statusTable(told));
}

/** Every sequence as it stands, with its contact's person. */
async function watch({ db }: DemoEngine, people: ReadonlyMap<string, Person>) {
  return db.asSystem(async (tx) => {
    const rows = await tx
      .select({ sequence: sequences, contact: contacts, campaign: campaigns.name })
      .from(sequences)
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
      .orderBy(asc(sequences.enrolledAt), asc(sequences.id));
    const steps = await tx.select().from(sequenceSteps).orderBy(asc(sequenceSteps.position));
    const ownTasks = await tx.select().from(tasks).orderBy(asc(tasks.id));
    return rows.map(({ sequence, contact, campaign }) => ({
      sequence,
      campaign,
      steps: steps.filter(({ sequenceId }) => sequenceId === sequence.id),
      tasks: ownTasks.filter(({ sequenceId }) => sequenceId === sequence.id),
      person: people.get(contact.email ?? '') ?? { name: 'never answers' },
      profile: contact.profile,
      email: contact.email,
      contact: [contact.firstName, contact.lastName].filter(Boolean).join(' '),
    }));
  });
}

let lastDay = '';
function progress(now: number): void {
  const text = new Date(now).toUTCString().slice(0, 22);
  if (process.stdout.isTTY) process.stdout.write(`\r  ${text} `);
  else if (text.slice(0, 11) !== lastDay) say(`  ${text.slice(0, 16)}`);
  lastDay = text.slice(0, 11);
}
const endProgress = () => void (process.stdout.isTTY && process.stdout.write(`${'\r'.padEnd(40)}\r`));

async function keepUntilCtrlC(parts: Parts): Promise<void> {
  say(
    `\nEverything is still up; Ctrl-C stops it.\n  Temporal UI         ${parts.temporalUi}\n  Mailbox             ${parts.mailbox.pageUrl}letters.json\n  LinkedIn simulator  ${parts.linkedIn.url}people.json`,
  );
  await new Promise(() => undefined); // the signal ends it
}

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, keep: { type: 'boolean', default: false } },
});
await runAsProgram(import.meta.url, async () => {
  if (!/^\d{1,9}$/.test(values.seed))
    throw new Error(`--seed must be a whole number of at most 9 digits, got "${values.seed}"`);
  await demo(Number(values.seed), values.keep);
});
