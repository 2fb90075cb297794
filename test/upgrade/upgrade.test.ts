import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconcileOnce } from '../../src/activities/repair.ts';
import type { Mailboxes } from '../../src/adapters/mailbox.ts';
import { keepInBeing } from '../../src/commands/keep-in-being.ts';
import { importLeads } from '../../src/commands/leads/import-leads.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { migrate } from '../../src/db/migrate.ts';
import {
  campaigns,
  contacts,
  deliveries,
  imports,
  leads,
  sequenceSteps,
  sequences,
  tasks,
} from '../../src/db/schema.ts';
import { leadStatuses } from '../../src/domain/lead.ts';
import { type StepKind, sequenceStatuses } from '../../src/domain/sequence.ts';
import { type Engine, startEngine } from '../support/engine.ts';
import { first } from '../support/enrolled.ts';
import { restored } from './restored.ts';

/*
 * An installation of commit ff185fd lives on: it is migrated, Temporal knows nothing of it, and each of its sequences
 * goes on from where it stood. Each stands in a campaign of its own, whose name says how it stood. What this build or a
 * later one asks of old rows it asks of these.
 */

const DUMPED_AT = Date.parse('2030-03-19T13:30:00Z');
/** Every wait in the dump has ended by then: a day, two of an absence or of an invitation, and the working day after. */
const THREE_DAYS_LATER = DUMPED_AT + 3 * 86_400_000;

/** Of its steps by number, how they went out after the upgrade; and how its sequence stands in the end. */
type Fate = readonly [sent: readonly number[], status: string, reason?: string];

const said = ['COMPLETED', 'no_more_steps'] as const;

const fates: Readonly<Record<string, Fate>> = {
  'not begun': [[1, 2], ...said],
  'waits for the first': [[1, 2], ...said],
  'waits for the second': [[2], ...said],
  'edited by a person': [[2], ...said],
  'answered after the dump': [[], 'SUCCEEDED', 'positive_reply'],
  'has no profile': [[2], ...said],
  'written as people write': [[2], ...said],
  'has no address': [[1], ...said],
  'call to make': [[2], ...said],
  'call snoozed': [[], 'WAITING_FOR_USER'],
  'copy to complete': [[], 'WAITING_FOR_USER'],
  'reply to read': [[], 'WAITING_FOR_USER'],
  'asked whether it was sent': [[], 'WAITING_FOR_USER'],
  'looked for in Sent': [[2], ...said],
  'died with the claim': [[1, 2], ...said],
  'died in the body': [[], 'WAITING_FOR_USER'],
  'tried again': [[1, 2], ...said],
  'waits for the connection': [[2], ...said],
  'accepted, not handled': [[1, 2], ...said],
  connected: [[2], ...said],
  invited: [[2], ...said],
  'out of the office': [[2], ...said],
  'behind a pause': [[], 'ACTIVE'],
  'spends the day': [[2], ...said],
  'waits for a slot': [[1, 2], ...said],
  'account paused': [[], 'ACTIVE'],
  'template finishing': [[2], ...said],
  elsewhere: [[2], ...said],
};

const ended: Readonly<Record<string, Fate>> = {
  'good news': [[], 'SUCCEEDED', 'positive_reply'],
  'not interested': [[], 'STOPPED_EARLY', 'negative_reply'],
  'asked to be removed': [[], 'FAILED', 'unsubscribed'],
  'address unknown': [[], 'FAILED', 'hard_bounce'],
  'all said': [[], ...said],
  complained: [[], 'FAILED', 'complained'],
  stopped: [[], 'STOPPED_EARLY', 'stopped_by_user'],
  erased: [[], 'STOPPED_EARLY', 'contact_erased'],
  suppressed: [[], 'STOPPED_EARLY', 'suppressed'],
  'campaign over': [[], 'STOPPED_EARLY', 'campaign_ended'],
};

/** What must never be found, whenever it is asked: the rows that break it. */
const never: Readonly<Record<string, string>> = {
  'two open sequences of one contact': `
    select contact_id from sequences where ended_at is null group by contact_id having count(*) > 1`,
  'an open sequence that waits for a person without a task, or has one and does not wait': `
    select s.id from sequences s where s.ended_at is null and (s.status = 'WAITING_FOR_USER') <> exists (
      select from tasks t left join sequence_steps p on p.sequence_id = t.sequence_id and p.step_id = t.step_id
      where t.sequence_id = s.id and t.status = 'OPEN' and (t.kind = 'read_reply' or p.position = s.position))`,
  'an open sequence whose current step is over': `
    select s.id from sequences s join sequence_steps p on p.sequence_id = s.id and p.position = s.position
    where s.ended_at is null and p.status in ('SENT', 'DONE', 'SKIPPED', 'FAILED', 'CANCELED')`,
  'an enrolled lead without its sequence': `
    select l.id from leads l left join sequences s on s.id = l.sequence_id
    where l.status = 'ENROLLED' and (s.id is null or s.contact_id <> l.contact_id)`,
  'a message to an address that is not its contact’s': `
    select d.id from deliveries d join sequences s on s.id = d.sequence_id join contacts c on c.id = s.contact_id
    where c.erased_at is null and d.recipient not in (c.email, c.profile)`,
  'a slot of a sequence that has ended': `
    select s.id from slots t join sequences s on s.id = t.sequence_id where s.ended_at is not null`,
  'an address or profile of a contact that is no point of theirs': `
    select c.id from contacts c left join contact_points a on a.contact_id = c.id and a.kind = 'address' and a.key = c.email
      left join contact_points p on p.contact_id = c.id and p.kind = 'profile' and p.key = c.profile
    where (c.email is not null and a.id is null) or (c.profile is not null and p.id is null)`,
  'a sequence that has lost whom it writes to, or writes to another': `
    select s.id from sequences s join contacts c on c.id = s.contact_id
      left join contact_points a on a.id = s.email_point left join contact_points p on p.id = s.profile_point
    where s.ended_at is null and (c.email is distinct from a.key or c.profile is distinct from p.key)`,
  'an import that is done and has rows that wait': `
    select i.id from imports i join import_rows r on r.import_id = i.id
    where i.finished_at is not null and r.outcome is null`,
};

let engine: Engine;
/** Nobody tells these mailboxes that something came: they are read once. One has mail. */
const open: Mailboxes['open'] = async (settings, signal) => {
  const mailbox = await engine.world.mailboxes.open(settings, signal);
  const others = { after: async () => [], since: async () => [] };
  return {
    ...mailbox,
    ...(settings.user === 'sam@acme.example' ? {} : others),
    changed: (_ms, stop) => new Promise((resolve) => stop?.addEventListener('abort', () => resolve(), { once: true })),
  };
};

beforeAll(async () => {
  const database = await restored('ff185fd');
  await migrate(database.url);
  engine = await startEngine({
    database,
    now: DUMPED_AT,
    deps: { mailboxes: { open } },
    roundEnd: (now) => now + 86_400_000,
  });
});
afterAll(() => engine?.stop());

async function broken(): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [what, statement] of Object.entries(never)) {
    const { rows } = await engine.db.asSystem((tx) => tx.execute(sql.raw(statement)));
    if (rows.length > 0) found[what] = rows;
  }
  return found;
}

/** How the sequence of each campaign stands. */
const standings = () =>
  engine.db.asSystem((tx) =>
    tx
      .select({ name: campaigns.name, sequence: sequences, contact: contacts })
      .from(sequences)
      .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .orderBy(asc(campaigns.name)),
  );

const statusesOfLeads = async () =>
  new Set((await engine.db.asSystem((tx) => tx.select().from(leads))).map(({ status }) => status));

async function standing(name: string) {
  const found = (await standings()).find((each) => each.name === name);
  if (!found) throw new Error(`the dump has no sequence that is "${name}"`);
  return found;
}

/** The Message-ID that was given to its first step. */
async function messageOf(name: string): Promise<string> {
  const { sequence } = await standing(name);
  const [sent] = await engine.db.asSystem((tx) =>
    tx.select().from(deliveries).where(eq(deliveries.sequenceId, sequence.id)).orderBy(asc(deliveries.claimedAt)),
  );
  return sent?.messageId ?? '';
}

/** Whatever left since the upgrade, by campaign: which steps, to whom. */
async function left() {
  const { accepted, invitations, messages } = engine.world;
  const rows = await engine.db.asSystem((tx) =>
    tx
      .select({
        name: campaigns.name,
        step: sequenceSteps.position,
        kind: sequenceSteps.kind,
        messageId: deliveries.messageId,
        contact: contacts,
      })
      .from(deliveries)
      .innerJoin(sequenceSteps, eq(sequenceSteps.stepId, deliveries.stepId))
      .innerJoin(sequences, eq(sequences.id, deliveries.sequenceId))
      .innerJoin(campaigns, eq(campaigns.id, sequences.campaignId))
      .innerJoin(contacts, eq(contacts.id, sequences.contactId)),
  );
  const mails = accepted.map(({ messageId, to }) => {
    const row = rows.find((each) => each.messageId === messageId);
    return { name: row?.name, step: row?.step ?? -1, to, isTheirs: row?.contact.email === to };
  });
  const call = (to: string, of: StepKind) => {
    const row = rows.find(({ contact, kind }) => contact.profile === to && kind === of);
    return { name: row?.name, step: row?.step ?? -1, to, isTheirs: row !== undefined };
  };
  const calls = [
    ...invitations.map(({ profile }) => call(profile, 'linkedin_invitation')),
    ...messages.map(({ profile }) => call(profile, 'linkedin_message')),
  ];
  return [...calls, ...mails];
}

const fateOf = async (): Promise<Record<string, Fate>> => {
  const all = await left();
  const fates = (await standings()).map(({ name, sequence: { status, endReason } }): [string, Fate] => {
    const sent = all.filter((each) => each.name === name).map(({ step }) => step + 1);
    return [name, endReason === null ? [sent, status] : [sent, status, endReason]];
  });
  return Object.fromEntries(fates);
};

test('what stood in an installation of ff185fd stands after the migrations, and nothing in it contradicts', async () => {
  expect(await broken()).toEqual({});
  const rows = await standings();
  expect(rows.map(({ name }) => name)).toEqual([...Object.keys(fates), ...Object.keys(ended)].sort());
  expect(new Set(rows.map(({ sequence }) => sequence.status))).toEqual(new Set(sequenceStatuses));
  expect(await statusesOfLeads()).toEqual(new Set(leadStatuses));
});

test('Temporal, which knows nothing of it, is given every open sequence again, and each walks on from where it stood', async () => {
  const { db, walks, world, deps, commands, conductor } = engine;
  const { sequence: toCall } = await standing('call to make');
  // What happened while nobody was up.
  world.relations.set('ada-waits-for-the-connection', 'pending');
  world.relations.set('ada-invited', 'pending');
  world.relations.set('ada-connected', 'connected');
  world.relations.set('ada-accepted-not-handled', 'connected'); // a callback said so, which waits in the dump
  world.filed.push(await messageOf('looked for in Sent'));
  world.inbox.push({ uid: 100, source: Buffer.from(anAnswer(await messageOf('answered after the dump'))) });

  await keepInBeing({ db, walks, schedules: { ensure: async () => undefined } });
  await reconcileOnce(deps);
  const lost: string[] = [];
  for (const { name, sequence } of await standings())
    if (sequence.endedAt === null && !(await walks.isSequenceRunning(sequence.id))) lost.push(name);
  expect(lost).toEqual([]);

  const [call] = await db.asSystem((tx) => tx.select().from(tasks).where(eq(tasks.sequenceId, toCall.id)));
  if (!call) throw new Error('there is no call to make');
  await completeTask(
    commands,
    { workspaceId: toCall.workspaceId, actor: `member:${call.assigneeId}` },
    { taskId: call.id },
  );

  await conductor.forward(THREE_DAYS_LATER);
  expect(await fateOf()).toEqual({ ...fates, ...ended });
  expect((await left()).filter(({ isTheirs }) => !isTheirs)).toEqual([]);
  expect(world.accepted.find(({ to }) => to === 'edited-by-a-person@lead.example')?.text).toContain(
    'Written by a person',
  );
  expect(await broken()).toEqual({});
});

test('the file that was half imported is imported whole, and nobody twice', async () => {
  const files = await engine.db.asSystem((tx) => tx.select().from(imports));
  expect(files.map(({ finishedAt }) => finishedAt === null)).toEqual([false, false]);
  const { rows } = await engine.db.asSystem((tx) =>
    tx.execute(sql`
      select outcome, count(*)::int as rows from import_rows join imports on id = import_id
      where file_name = 'half.csv' group by outcome order by outcome`),
  );
  expect(rows).toEqual([
    { outcome: 'duplicate_in_request', rows: 1 },
    { outcome: 'in_other_sequence', rows: 1 },
    { outcome: 'invalid', rows: 2 },
    { outcome: 'pending_review', rows: 6 },
    { outcome: 'suppressed', rows: 1 },
  ]);
});

test('whoever was known is known again by what a file says of them today', async () => {
  const { db, commands } = engine;
  const file = first(await db.asSystem((tx) => tx.select().from(imports)));
  const contactsNow = () => db.asSystem((tx) => tx.select({ id: contacts.id }).from(contacts));
  const before = await contactsNow();
  await importLeads(
    commands,
    { workspaceId: file.workspaceId, actor: 'service' },
    {
      campaignId: file.campaignId,
      rows: [
        { email: 'ADA.LOVELACE+news@googlemail.com' },
        { profile: 'https://www.linkedin.com/in/ada-has-no-address/' },
        { profile: 'https://www.linkedin.com/in/ACoAABcDeFgHiJkLmNoPqRsTuVwXyZ012345678' },
      ],
    },
  );
  expect(await contactsNow()).toHaveLength(before.length);
});

const anAnswer = (to: string) =>
  [
    'Message-ID: <after-the-dump@lead.example>',
    'From: Ada <answered-after-the-dump@lead.example>',
    'Subject: Re: Hello Ada',
    `In-Reply-To: ${to}`,
    '',
    "Sounds good, let's talk.",
    '',
  ].join('\r\n');
