import { writeFileSync } from 'node:fs';
import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { FaultPoint } from '../src/activities/deps.ts';
import { activateTemplate } from '../src/commands/activate-template.ts';
import { connectAccount } from '../src/commands/connect-account.ts';
import { createCampaign } from '../src/commands/create-campaign.ts';
import { createTemplate } from '../src/commands/create-template.ts';
import { editStep } from '../src/commands/edit-step.ts';
import { endCampaign } from '../src/commands/end-campaign.ts';
import { eraseContact } from '../src/commands/erase-contact.ts';
import { finishTemplate } from '../src/commands/finish-template.ts';
import { importLeads, type LeadRow } from '../src/commands/import-leads.ts';
import { pauseAccount } from '../src/commands/pause-account.ts';
import { pauseCampaign } from '../src/commands/pause-campaign.ts';
import { receiveCallback } from '../src/commands/receive-callback.ts';
import { recordComplaint } from '../src/commands/record-complaint.ts';
import { rejectLead } from '../src/commands/reject-lead.ts';
import { runImport } from '../src/commands/run-import.ts';
import { snoozeTask } from '../src/commands/snooze-task.ts';
import { startCampaign } from '../src/commands/start-campaign.ts';
import { startImport } from '../src/commands/start-import.ts';
import { stopSequence } from '../src/commands/stop-sequence.ts';
import { suppress } from '../src/commands/suppress.ts';
import { appNow } from '../src/db/clock.ts';
import { ensurePolls } from '../src/db/linkedin-polls.ts';
import { accounts, leads as leadRows, members, sequences, workspaces } from '../src/db/schema.ts';
import { createSession, createSignInCode } from '../src/db/sessions.ts';
import { createToken } from '../src/db/tokens.ts';
import type { AccountId, CampaignId, SequenceId } from '../src/domain/ids.ts';
import type { TemplateContent, TemplateSettings, TemplateStep } from '../src/domain/template.ts';
import { type Deeds, startDeeds } from './support/deeds.ts';
import { testVault } from './support/engine.ts';
import { aHouse, always, content, type House, sequenceRow, sequencesOf, steps } from './support/scenario.ts';

/*
 * Not a test of this build: a program of commit ff185fd, whose modules it imports. Laid into a checkout of that commit
 * and run there, it writes the dump that `test/upgrade/upgrade.test.ts` restores. How: CONTRIBUTING.md, "Upgrades".
 */

const PASSWORD = 'open sesame';

/** What happens when an attempt next comes to a point; once. */
const faults = new Map<FaultPoint, Error>();
const dies = (point: FaultPoint) => void faults.set(point, new Error('the worker was killed'));

let deeds: Deeds;
let house: House;
let mails = 0;

interface SceneSpec {
  steps: readonly TemplateStep[];
  template?: Partial<TemplateContent>;
  lead?: Partial<LeadRow>;
  of?: House;
  accountIds?: readonly AccountId[];
}

interface Scene {
  id: SequenceId;
  campaignId: CampaignId;
  email: string;
  profile: string;
}

/** In minutes, so that the whole of what is still to come is a few days. */
const after = (value: number) => ({ delay: { value, unit: 'minutes' as const } });
const tomorrow = { delay: { value: 1, unit: 'days' as const } };

async function aTemplate(
  name: string,
  of: House,
  also: Partial<TemplateContent> & { steps: readonly TemplateStep[] },
  settings: Partial<TemplateSettings> = {},
) {
  const templateId = await createTemplate(deeds.commands, of.caller, {
    settings: { name, summary: null, dailyLeadsTarget: 1000, approvalMode: 'AUTOPILOT', ...settings },
    content: content(also.steps, { schedule: always, linkedIn: { kind: 'DELAY', maxWaitDays: 2 }, ...also }),
  });
  await activateTemplate(deeds.commands, of.caller, templateId);
  return templateId;
}

async function aCampaign(
  name: string,
  of: House,
  templateId: Awaited<ReturnType<typeof aTemplate>>,
  accountIds = both(of),
) {
  return createCampaign(deeds.commands, of.caller, { name, templateId, ownerId: of.memberId, accountIds });
}
const both = (of: House): readonly AccountId[] => [of.emailAccount, of.linkedInAccount];

/** One sequence of its own, enrolled; its campaign's name says where it stands. */
async function enrolled(name: string, { of = house, accountIds = both(of), ...spec }: SceneSpec): Promise<Scene> {
  const campaignId = await aCampaign(
    name,
    of,
    await aTemplate(name, of, { steps: spec.steps, ...spec.template }),
    accountIds,
  );
  const slug = name.replaceAll(/[^a-z]+/g, '-');
  const lead = {
    email: `${slug}@lead.example`,
    profile: `ada-${slug}`,
    firstName: 'Ada',
    company: 'Lead Ltd',
    ...spec.lead,
  };
  await importLeads(deeds.commands, of.caller, { campaignId, rows: [lead] });
  await startCampaign({ ...deeds.commands, realMail: { publicUrl: 'https://topo.example' } }, of.caller, campaignId);
  await deeds.enrolBatch(campaignId, 0);
  const [sequence] = await sequencesOf(deeds.db, campaignId);
  if (!sequence) throw new Error(`nobody was enrolled in "${name}"`);
  return { id: sequence.id, campaignId, email: lead.email ?? '', profile: lead.profile ?? '' };
}

/** The same with its copy written, as its workflow begins. */
async function written(name: string, spec: SceneSpec): Promise<Scene> {
  const scene = await enrolled(name, spec);
  await begin(scene);
  return scene;
}

async function begin({ id }: Scene) {
  await deeds.db.asSystem(async (tx) =>
    tx
      .update(sequences)
      .set({ startedAt: await appNow(tx) })
      .where(eq(sequences.id, id)),
  );
  await deeds.personalise(id);
}

async function perform({ id }: Scene) {
  await deeds.moveTo((await sequenceRow(deeds.db, id)).nextAt ?? 0);
  return deeds.performStep(id);
}

async function sent(name: string, spec: SceneSpec): Promise<Scene & { messageId: string }> {
  const scene = await written(name, spec);
  expect(await perform(scene), name).toMatchObject({ kind: 'done' });
  const [delivery] = await deeds.deliveriesOf(scene.id);
  return { ...scene, messageId: delivery?.messageId ?? '' };
}

function aMail(headers: Record<string, string>, body: string): string {
  const all = { 'Message-ID': `<mail-${mails++}@lead.example>`, Subject: 'Re: Hello Ada', ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${head.join('\r\n')}\r\n\r\n${body}\r\n`;
}

const answers = (scene: Scene & { messageId: string }, body: string, headers: Record<string, string> = {}) =>
  deeds.world.receive(aMail({ From: `Ada <${scene.email}>`, 'In-Reply-To': scene.messageId, ...headers }, body));

function bounces({ email, messageId }: Scene & { messageId: string }) {
  const part = (type: string, body: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
  const report = `Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ${email}\r\nAction: failed\r\nStatus: 5.1.1\r\n`;
  deeds.world.receive(
    aMail(
      {
        From: 'Mail Delivery System <MAILER-DAEMON@mx.example>',
        Subject: 'Undelivered Mail Returned to Sender',
        'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
      },
      `${part('text/plain', 'Your message could not be delivered.')}${part('message/delivery-status', report)}${part('text/rfc822-headers', `Message-ID: ${messageId}\r\nSubject: Hello Ada\r\n`)}--b--`,
    ),
  );
}

function nothing(): never {
  throw new Error('there is no such row');
}

const read = () => deeds.watchMailbox(house.emailAccount);

const server = (user: string) => ({ host: 'mail.acme.example', user });

/** As a house's first account has them, which nobody connected. */
const servers = (user: string) => ({
  settings: {
    channel: 'email' as const,
    smtp: { ...server(user), port: 465, tls: 'implicit' as const },
    imap: { ...server(user), port: 993, tls: 'implicit' as const },
    filesSent: false,
  },
  credentials: testVault.seal(JSON.stringify({ smtp: PASSWORD, imap: PASSWORD })),
});

/** Whose passwords are sealed with the key of the tests. */
async function aMailAccount(address: string): Promise<AccountId> {
  const password = PASSWORD;
  return connectAccount({ ...deeds.deps, ...deeds.commands, allowPrivateHosts: true }, house.caller, {
    address,
    memberId: house.memberId,
    smtp: { ...server(address), password, port: 465, tls: 'implicit' },
    imap: { ...server(address), password, port: 993, tls: 'implicit' },
    filesSent: false,
    senderName: null,
    senderJobTitle: null,
    signature: null,
    zone: 'Europe/Paris',
    dailyCap: 1,
    gapSeconds: 0,
  });
}

test('an installation of ff185fd is written down', { timeout: 300_000 }, async () => {
  deeds = await startDeeds({
    fault: async (point) => {
      const error = faults.get(point);
      faults.delete(point);
      if (error) throw error;
    },
  });
  const { db, commands, world } = deeds;
  house = await aHouse(db);
  const { caller, workspaceId, memberId, emailAccount, linkedInAccount } = house;
  await db.asSystem(async (tx) => {
    await tx
      .update(accounts)
      .set({ ...servers('sam@acme.example'), dailyCap: 500 })
      .where(eq(accounts.id, emailAccount));
  });
  const slow = await aMailAccount('kim@acme.example');
  const resting = await aMailAccount('pat@acme.example');

  // Open, and nothing is due for a day.
  const two = () => steps('email', { kind: 'email', ...tomorrow });
  await enrolled('not begun', { steps: two() });
  await written('waits for the first', { steps: steps({ kind: 'email' }, { kind: 'email', ...after(30) }) });
  await sent('waits for the second', { steps: two() });
  const edited = await sent('edited by a person', { steps: two() });
  const [, { stepId, contentVersion } = nothing()] = await deeds.stepsOf(edited.id);
  await editStep(commands, caller, {
    sequenceId: edited.id,
    stepId,
    madeOn: contentVersion,
    content: { kind: 'email', subject: 'Hello Ada', body: 'Written by a person' },
  });
  await sent('answered after the dump', { steps: two() });
  await sent('has no profile', { steps: two(), lead: { profile: '' } });
  await sent('written as people write', {
    steps: two(),
    lead: { email: 'Ada.Lovelace+news@Googlemail.COM', profile: 'https://www.linkedin.com/in/Ada-As-Written/' },
  });
  await written('has no address', {
    steps: steps({ kind: 'linkedin_invitation' }, { kind: 'linkedin_message', ...after(30) }),
    lead: { email: '' },
  });

  // A person is asked.
  const call = await written('call to make', { steps: steps('manual_task', { kind: 'email', ...after(30) }) });
  expect(await perform(call)).toMatchObject({ kind: 'waitingForUser' });
  const snoozed = await written('call snoozed', { steps: steps('manual_task', { kind: 'email', ...after(30) }) });
  expect(await perform(snoozed)).toMatchObject({ kind: 'waitingForUser' });
  const [{ id: taskId } = nothing()] = await deeds.tasksOf(snoozed.id);
  await snoozeTask(commands, caller, { taskId, until: { day: '2030-03-21' } });
  const copy = await written('copy to complete', {
    steps: steps({ kind: 'email', body: 'About {{company_news}}' }, { kind: 'email', ...after(30) }),
  });
  expect(await perform(copy)).toMatchObject({ kind: 'waitingForUser' });
  const unread = await sent('reply to read', { steps: two() });
  answers(unread, 'Hm, what about the other building?\r\n\r\n> Mail 1 to Ada');
  await read();

  // Nobody knows whether it went out.
  const lost = { outcome: { kind: 'unknown' as const, detail: 'connection reset' } };
  const asked = await written('asked whether it was sent', { steps: steps('email', { kind: 'email', ...after(30) }) });
  world.react(asked.email, lost);
  world.imap.hasSentFolder = false;
  for (let look = 0; look < 4; look++) await perform(asked);
  world.imap.hasSentFolder = true;
  expect((await deeds.tasksOf(asked.id)).map(({ kind }) => kind)).toEqual(['confirm_send']);
  const confirming = await written('looked for in Sent', { steps: steps('email', { kind: 'email', ...after(30) }) });
  world.react(confirming.email, lost);
  expect(await perform(confirming)).toMatchObject({ kind: 'deferred', why: 'confirming' });
  const claimed = await written('died with the claim', { steps: steps('email', { kind: 'email', ...after(30) }) });
  dies('after_claim');
  await perform(claimed).catch(() => undefined);
  const begun = await written('died in the body', { steps: steps('email', { kind: 'email', ...after(30) }) });
  dies('data_started');
  await perform(begun).catch(() => undefined);
  const retried = await written('tried again', { steps: steps('email', { kind: 'email', ...after(30) }) });
  world.react(retried.email, {
    outcome: { kind: 'answered', stage: 'rcpt', code: 451, enhanced: '4.3.0', text: 'try later' },
  });
  expect(await perform(retried)).toMatchObject({ kind: 'deferred', why: 'provider_retry' });

  // LinkedIn.
  const connecting = await written('waits for the connection', {
    steps: steps('linkedin_message', { kind: 'email', ...after(30) }),
  });
  expect(await perform(connecting)).toMatchObject({ kind: 'waitingForLead' });
  const accepted = await written('accepted, not handled', {
    steps: steps('linkedin_message', { kind: 'email', ...after(30) }),
  });
  expect(await perform(accepted)).toMatchObject({ kind: 'waitingForLead' });
  await receiveCallback(commands, {
    accountId: linkedInAccount,
    events: [{ kind: 'connected', account: 'account-1', key: accepted.profile, profile: accepted.profile }],
  });
  const connected = await written('connected', { steps: steps('linkedin_message', { kind: 'email', ...tomorrow }) });
  world.relations.set(connected.profile, 'connected');
  expect(await perform(connected)).toMatchObject({ kind: 'done' });
  const invited = await written('invited', { steps: steps('linkedin_invitation', { kind: 'email', ...after(30) }) });
  expect(await perform(invited)).toMatchObject({ kind: 'done' });

  // Held.
  const away = await sent('out of the office', { steps: two() });
  answers(away, 'I am out of the office. I will be back on 2030-03-21.', { 'Auto-Submitted': 'auto-replied' });
  await read();
  const paused = await sent('behind a pause', { steps: steps('email', { kind: 'email', ...after(1) }) });
  await pauseCampaign(commands, caller, paused.campaignId);
  await deeds.fanOut(paused.campaignId);
  expect(await perform(paused)).toMatchObject({ kind: 'held' });
  const capped = await sent('spends the day', { steps: two(), accountIds: [slow] });
  expect(capped.messageId).not.toBe('');
  const slot = await written('waits for a slot', {
    steps: steps('email', { kind: 'email', ...after(30) }),
    accountIds: [slow],
  });
  expect(await perform(slot)).toMatchObject({ kind: 'deferred', why: 'account_cap' });
  const held = await sent('account paused', {
    steps: steps('email', { kind: 'email', ...after(1) }),
    accountIds: [resting],
  });
  await pauseAccount(commands, caller, resting);
  expect(await perform(held)).toMatchObject({ kind: 'deferred', why: 'held' });

  // Ended.
  const good = await sent('good news', { steps: two() });
  answers(good, "Sounds good, let's talk.");
  const bad = await sent('not interested', { steps: two() });
  answers(bad, 'We are not interested.');
  const remove = await sent('asked to be removed', { steps: two() });
  answers(remove, 'Please unsubscribe me.');
  const gone = await sent('address unknown', { steps: two() });
  bounces(gone);
  await read();
  await sent('all said', { steps: steps('email') });
  const complaint = await sent('complained', { steps: two() });
  const [{ id: deliveryId } = nothing()] = await deeds.deliveriesOf(complaint.id);
  await recordComplaint(commands, caller, { sequenceId: complaint.id, deliveryId, key: 'complaint-1' });
  const stopped = await sent('stopped', { steps: two() });
  await stopSequence(commands, caller, stopped.id);
  const erased = await sent('erased', { steps: two() });
  await eraseContact(commands, caller, (await sequenceRow(db, erased.id)).contactId);
  const suppressed = await sent('suppressed', { steps: two() });
  await suppress(commands, caller, [
    { kind: 'address', value: suppressed.email, reason: 'asked_by_user' },
    { kind: 'address', value: 'first.last@gmail.com', reason: 'unsubscribed' },
    { kind: 'domain', value: 'competitor.example', reason: 'asked_by_user' },
    { kind: 'profile', value: 'in/leave-me-alone', reason: 'asked_by_user' },
  ]);

  // Leads in every status, and files.
  const review = await aTemplate('Review', house, { steps: two() }, { approvalMode: 'MANUAL_REVIEW' });
  const campaignId = await aCampaign('Leads to review', house, review);
  const people = [
    ['waiting', 'lead-waiting'],
    ['approved', 'lead-approved'],
    ['rejected', 'lead-rejected'],
    ['by-its-id', 'https://www.linkedin.com/in/ACoAABcDeFgHiJkLmNoPqRsTuVwXyZ012345678/'],
  ].map(([name, profile]) => ({
    email: `lead-${name}@xn--mnchen-3ya.example`,
    profile,
    firstName: 'Bo',
    jobTitle: 'Buyer',
    custom: { origin: 'fair' },
  }));
  const [, approvedLead, rejectedLead] = await importLeads(commands, caller, { campaignId, rows: people });
  await db.asSystem(async (tx) => {
    await tx
      .update(leadRows)
      .set({ status: 'APPROVED' })
      .where(eq(leadRows.id, approvedLead?.leadId ?? nothing()));
  });
  await rejectLead(commands, caller, rejectedLead?.leadId ?? nothing());
  const file = (name: string, rows: number) => ({
    campaignId,
    fileName: `${name}.csv`,
    approve: false,
    rows: [
      ...Array.from({ length: rows }, (_, n) => ({
        row: n + 2,
        cells: {
          email: `${name}-${n}@lead.example`,
          linkedin_url: `https://linkedin.com/in/${name}-${n}`,
          first_name: 'Cy',
        },
      })),
      { row: rows + 2, cells: { email: `${name}-0@lead.example` } },
      { row: rows + 3, cells: { email: 'bo@competitor.example' } },
      { row: rows + 4, cells: { email: 'not an address' } },
      { row: rows + 5, problem: 'the row has 3 cells, expected 2' },
      { row: rows + 6, cells: { email: 'reply-to-read@lead.example' } },
    ],
  });
  await runImport(commands, { id: await startImport(commands, caller, file('finished', 3)), workspaceId });
  const half = await startImport(commands, caller, file('half', 6));
  let transactions = 0;
  const inWorkspace: typeof db.inWorkspace = (workspace, work) => {
    transactions++;
    if (transactions > 6) throw new Error('the process is gone');
    return db.inWorkspace(workspace, work);
  };
  await runImport({ ...commands, db: { ...db, inWorkspace } }, { id: half, workspaceId }).catch(() => undefined);

  await aCampaign('Draft', house, review);
  const over = await sent('campaign over', { steps: two() });
  await endCampaign(commands, caller, over.campaignId);
  const finishing = await sent('template finishing', { steps: two() });
  await importLeads(commands, caller, { campaignId: finishing.campaignId, rows: [{ email: 'too-late@lead.example' }] });
  const [{ templateId } = nothing()] = await sequencesOf(db, finishing.campaignId);
  await finishTemplate(commands, caller, templateId);

  // Who may come in, and another tenant.
  await db.asSystem(async (tx) => {
    const { row } = await createToken(tx, {
      workspaceId,
      memberId,
      name: 'Page',
      scopes: ['sequences:read'],
      expiresAt: null,
    });
    await createToken(tx, { workspaceId, memberId: null, name: 'CRM', scopes: ['sequences:write'], expiresAt: null });
    await createSession(tx, { workspaceId, tokenId: row.id });
    await ensurePolls(tx);
    await createSignInCode(tx, { workspaceId, tokenId: row.id });
  });
  const other = await aHouse(db);
  await db.asSystem(async (tx) => {
    await tx.update(workspaces).set({ name: 'Globex' }).where(eq(workspaces.id, other.workspaceId));
    await tx.update(members).set({ email: 'max@globex.example' }).where(eq(members.id, other.memberId));
    await tx
      .update(accounts)
      .set({ address: 'max@globex.example', ...servers('max@globex.example') })
      .where(eq(accounts.id, other.emailAccount));
  });
  await sent('elsewhere', { of: other, steps: two(), lead: { email: 'waits-for-the-second@lead.example' } });

  writeFileSync('dump.sql', await dumpOf());
  await deeds.stop();
});

interface Table extends Record<string, unknown> {
  name: string;
  refers: string[];
}

/** The rows of every table, in an order in which a row comes after those it names; a line each, so that it can be read. */
async function dumpOf(): Promise<string> {
  return deeds.db.asSystem(async (tx) => {
    const { rows: tables } = await tx.execute<Table>(sql`
      select c.relname as name,
        coalesce(array_agg(distinct f.confrelid::regclass::text) filter (where f.confrelid <> c.oid), '{}') as refers
      from pg_class c left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f'
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'installation'
      group by c.relname order by c.relname`);
    const parts: string[] = [];
    for (const name of inOrder(tables)) {
      const { rows: columns } = await tx.execute<{ name: string }>(sql`
        select quote_ident(attname) as name from pg_attribute
        where attrelid = ${name}::regclass and attnum > 0 and not attisdropped order by attnum`);
      const names = columns.map((column) => column.name);
      const values = sql.raw(names.map((column) => `quote_nullable(${column}::text)`).join(`, `));
      const { rows } = await tx.execute<{ line: string }>(
        sql`select concat_ws(', ', ${values}) as line from ${sql.raw(name)} order by ${sql.raw(names[0] ?? '1')}, 1`,
      );
      if (rows.length === 0) continue;
      const lines = rows.map(({ line }) => `  (${line})`).join(',\n');
      parts.push(`insert into ${name} (${names.join(', ')}) values\n${lines};`);
    }
    const { rows: ordinals } = await tx.execute<{ last: string }>(sql`select max(ordinal) as last from events`);
    const now = new Date(await appNow(tx)).toISOString();
    await tx.execute(sql`reset role`); // what was migrated is the owner's alone
    const { rows: migrations } = await tx.execute<{ line: string }>(
      sql`select format('  (%s, %L, %s)', id, hash, created_at) as line from drizzle.__drizzle_migrations order by id`,
    );
    return [
      `-- An installation of commit ff185fd, at ${now} on its own clock. Written by make-dump.ts beside this file.`,
      `create schema drizzle;\ncreate table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);`,
      `insert into drizzle.__drizzle_migrations (id, hash, created_at) values\n${migrations.map(({ line }) => line).join(',\n')};`,
      'set role topo_system;',
      ...parts,
      'reset role;',
      `select setval(pg_get_serial_sequence('drizzle.__drizzle_migrations', 'id'), ${migrations.length});`,
      `select setval(pg_get_serial_sequence('events', 'ordinal'), ${ordinals[0]?.last});\n`,
    ].join('\n\n');
  });
}

/** A table comes after those it refers to. */
function inOrder(tables: readonly Table[]): string[] {
  const done: string[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const free = left.filter(({ refers }) => refers.every((table) => done.includes(table)));
    if (free.length === 0) throw new Error(`these refer to one another: ${left.map(({ name }) => name).join(', ')}`);
    done.push(...free.map(({ name }) => name));
    left = left.filter((table) => !free.includes(table));
  }
  return done;
}
