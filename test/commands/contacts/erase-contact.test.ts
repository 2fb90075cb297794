import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseMail } from '../../../src/adapters/parse-mail.ts';
import { eraseContact } from '../../../src/commands/contacts/erase-contact.ts';
import { receiveMail } from '../../../src/commands/inbound/receive-mail.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { approveLead } from '../../../src/commands/leads/approve-lead.ts';
import { importLeads } from '../../../src/commands/leads/import-leads.ts';
import { newId } from '../../../src/db/new-id.ts';
import { contacts, importRows, imports, leads } from '../../../src/db/schema.ts';
import type { ContactId, ImportId, SequenceId } from '../../../src/domain/ids.ts';
import type { ReplyIntent } from '../../../src/domain/reply.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import {
  aLead,
  anEnrolled,
  as,
  clockOf,
  contactOf,
  type Enrolled,
  eventsOf,
  first,
  suppressionsOf,
} from '../../support/enrolled.ts';
import { aCampaign, aHouse, always, content, sequenceRow, steps } from '../../support/scenario.ts';

/*
 * Forgetting a person: on a real Postgres, with everything that may know them: copy, ledger, replies, tasks, imports.
 */

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
beforeEach(() => {
  deeds.world.inbox.length = 0;
});
afterAll(() => deeds.stop());

const erase = async ({ id, caller }: Enrolled) =>
  eraseContact(deeds.commands, caller, (await sequenceRow(deeds.db, id)).contactId);

/** The step that is planned, at its instant. */
const perform = async (id: SequenceId) => deeds.performStep(id, (await sequenceRow(deeds.db, id)).nextAt ?? 0);

/** Which tables hold a text, in any column, whoever wrote it. */
async function tablesHolding(text: string): Promise<string[]> {
  return deeds.db.asSystem(async (tx) => {
    const { rows: tables } = await tx.execute<{ name: string }>(
      sql`select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
    );
    const holding: string[] = [];
    for (const { name } of tables) {
      const { rows } = await tx.execute(
        sql`select 1 from ${sql.identifier(name)} t where position(lower(${text}) in lower(t::text)) > 0 limit 1`,
      );
      if (rows.length > 0) holding.push(name);
    }
    return holding;
  });
}

const mailFrom = (from: string, inReplyTo: string | null, text: string) =>
  `From: Zebedee <${from}>\r\nTo: sam@acme.example\r\nSubject: Quokka\r\nMessage-ID: <${newId()}@lead.example>\r\n` +
  `${inReplyTo ? `In-Reply-To: ${inReplyTo}\r\n` : ''}Content-Type: text/plain\r\n\r\n${text}\r\n`;

async function receive(of: Enrolled, source: string) {
  const mail = await parseMail(Buffer.from(source));
  return receiveMail({ ...deeds.commands, ...deeds.deps }, of.caller, {
    accountId: of.emailAccount,
    messageId: mail.messageId ?? newId(),
    mail,
  });
}

/** Known by name, written to, has answered, has a task and stands in a CSV: all of it findable. */
async function aKnownPerson(): Promise<Enrolled & { words: string[] }> {
  const mark = newId().slice(-12);
  const lead = aLead({ firstName: `Zebedee${mark}`, jobTitle: `Keeper${mark}`, custom: { pet: `quokka${mark}` } });
  const sequence = await anEnrolled(deeds, {
    steps: steps('email', { kind: 'manual_task' }, 'email'),
    lead,
    template: {
      aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: 'Hello there' }],
    },
  });
  as('done', await perform(sequence.id));
  const { messageId } = first(await deeds.deliveriesOf(sequence.id));
  await receive(sequence, mailFrom(sequence.email, messageId, `Who is this? marsupial${mark}`));
  await importedInACsv(sequence);
  return {
    ...sequence,
    words: [sequence.email, sequence.profile, `Zebedee${mark}`, `Keeper${mark}`, `quokka${mark}`, `marsupial${mark}`],
  };
}

async function importedInACsv({ workspaceId, campaignId, caller, email, profile }: Enrolled) {
  const id = newId<ImportId>();
  await deeds.db.asSystem(async (tx) => {
    const createdAt = Date.now();
    const file = { fileName: 'leads.csv', approve: false, actor: caller.actor };
    await tx.insert(imports).values({ id, workspaceId, campaignId, ...file, createdAt });
    await tx.insert(importRows).values([
      { workspaceId, importId: id, row: 2, data: { 'E-mail': ` ${email.toUpperCase()} ` } },
      { workspaceId, importId: id, row: 3, data: { profile: `https://www.linkedin.com/in/${profile}/?x=1` } },
      { workspaceId, importId: id, row: 4, data: { profile: `https://www.linkedin.com/in/${profile}-another` } },
    ]);
  });
  return id;
}

test('who is erased is in no table any more but the suppression list', async () => {
  const person = await aKnownPerson();
  for (const word of person.words) expect(await tablesHolding(word), word).not.toEqual([]);
  expect(await tablesHolding(person.email)).toEqual(
    expect.arrayContaining(['contacts', 'deliveries', 'import_rows', 'inbound_messages']),
  );

  expect(await erase(person)).toEqual({ ended: 1 });

  const [email = '', profile = '', ...others] = person.words;
  expect(await tablesHolding(email)).toEqual(['suppressions']);
  // Somebody else's address in the same CSV begins alike, and stays.
  expect(await tablesHolding(profile)).toEqual(['import_rows', 'suppressions']);
  for (const word of others) expect(await tablesHolding(word), word).toEqual([]);
  const rows = await deeds.db.asSystem((tx) => tx.select().from(importRows).orderBy(importRows.row));
  expect(rows.slice(-3).map(({ data }) => Object.keys(data).length)).toEqual([0, 0, 1]);
  expect(await suppressionsOf(deeds, person.workspaceId)).toEqual([
    { kind: 'profile', value: person.profile, reason: 'asked_by_user' },
    { kind: 'address', value: person.email, reason: 'asked_by_user' },
  ]);
});

test('their open sequence ends, its tasks are dismissed, and what was done stays in the numbers', async () => {
  const person = await aKnownPerson();
  expect((await sequenceRow(deeds.db, person.id)).aiValues).not.toBeNull();
  await erase(person);
  expect(await sequenceRow(deeds.db, person.id)).toMatchObject({
    aiValues: null,
    status: 'STOPPED_EARLY',
    endReason: 'contact_erased',
    nextAt: null,
  });
  expect((await deeds.tasksOf(person.id)).map(({ status, title }) => [status, title])).toEqual([
    ['DISMISSED', 'Erased contact'],
  ]);
  expect((await deeds.stepsOf(person.id)).map(({ status }) => status)).toEqual(['SENT', 'CANCELED', 'CANCELED']);
  expect((await deeds.deliveriesOf(person.id)).map(({ state, recipient }) => [state, recipient])).toEqual([
    ['SENT', 'erased'],
  ]);
  expect(deeds.announced).toContainEqual({ workspaceId: person.workspaceId, sequenceId: person.id });
});

test('an answer that is owed to them is dismissed without a word of theirs, and none is asked for afterwards', async () => {
  const mark = newId().slice(-12);
  const person = await anEnrolled(deeds, { steps: steps('email'), lead: { firstName: `Zebedee${mark}` } });
  as('done', await perform(person.id));
  const writes = (intent: ReplyIntent) =>
    recordReply(deeds.commands, person.caller, {
      sequenceId: person.id,
      intent,
      key: `${newId()}/${intent}`,
      text: `numbat${mark}`,
    });
  await writes('positive');
  expect(await deeds.tasksOf(person.id)).toMatchObject([{ kind: 'answer_reply', title: `Answer Zebedee${mark}` }]);
  await erase(person);
  // As replies that were on their way by then.
  for (const intent of ['positive', 'unclear'] as const) await writes(intent);
  expect(await deeds.tasksOf(person.id)).toMatchObject([{ status: 'DISMISSED', title: 'Erased contact', note: null }]);
  for (const word of [`numbat${mark}`, `Zebedee${mark}`]) expect(await tablesHolding(word), word).toEqual([]);
});

test('an unclear answer to the last message, on its way while they are erased, is nobody’s to read', async () => {
  const person = await anEnrolled(deeds, { steps: steps('email') });
  as('done', await perform(person.id));
  await erase(person);
  const reply = { sequenceId: person.id, intent: 'unclear', key: newId(), text: 'Who is this?' } as const;
  await recordReply(deeds.commands, person.caller, reply);
  expect(await deeds.tasksOf(person.id)).toEqual([]);
});

test('erasing twice is one erasure', async () => {
  const person = await aKnownPerson();
  await erase(person);
  const { contactId } = await sequenceRow(deeds.db, person.id);
  const before = await contactOf(deeds, person.id);
  expect(await erase(person)).toEqual({ ended: 0 });
  expect(await contactOf(deeds, person.id)).toEqual(before);
  const told = await deeds.db.asSystem((tx) =>
    tx.execute(sql`select 1 from events where kind = 'contact_erased' and contact_id = ${contactId}`),
  );
  expect(told.rows).toHaveLength(1);
});

test('a message whose body has not begun is not sent', async () => {
  const person = await anEnrolled(deeds, { steps: steps('email', 'email') });
  deeds.world.react(person.email, { meanwhile: async () => void (await erase(person)) });
  const before = deeds.world.bodies();
  await perform(person.id);
  expect(deeds.world.bodies()).toBe(before);
  expect(await sequenceRow(deeds.db, person.id)).toMatchObject({ endReason: 'contact_erased' });
  expect(await tablesHolding(person.email)).toEqual(['suppressions']);
});

test('a server that names them while the message was on its way leaves no name behind', async () => {
  const person = await anEnrolled(deeds, { steps: steps('email', 'email') });
  let erased: Promise<unknown> = Promise.resolve();
  const { send } = deeds.world.mailer;
  deeds.world.mailer.send = async (settings, envelope, raw, beforeBody, ...more) => {
    if (envelope.to !== person.email) return send(settings, envelope, raw, beforeBody, ...more);
    await beforeBody();
    erased = erase(person);
    await erased;
    return { kind: 'answered', stage: 'body', code: 550, enhanced: '5.7.1', text: `<${person.email}> says no` };
  };
  await perform(person.id);
  deeds.world.mailer.send = send;
  expect((await deeds.deliveriesOf(person.id)).map(({ state }) => state)).toEqual(['REJECTED']);
  expect(await tablesHolding(person.email)).toEqual(['suppressions']);
});

test('what they write afterwards leaves its id and nothing else', async () => {
  const person = await aKnownPerson();
  const { messageId } = first(await deeds.deliveriesOf(person.id));
  await erase(person);
  const again = `wombat${newId().slice(-12)}`;
  expect(await receive(person, mailFrom(person.email, messageId, again))).toBe('unrelated');
  expect(await receive(person, mailFrom(person.email, null, again))).toBe('unrelated');
  expect(await tablesHolding(again)).toEqual([]);
  expect(await tablesHolding(person.email)).toEqual(['suppressions']);
});

test('a reply that is being written down while they are erased is cleared too', async () => {
  const person = await anEnrolled(deeds, { steps: steps('email', 'email') });
  await perform(person.id);
  const { messageId } = first(await deeds.deliveriesOf(person.id));
  const words = Array.from({ length: 6 }, () => `bilby${newId().slice(-12)}`);
  await Promise.all([...words.map((word) => receive(person, mailFrom(person.email, messageId, word))), erase(person)]);
  for (const word of words) expect(await tablesHolding(word), word).toEqual([]);
  expect(await tablesHolding(person.email)).toEqual(['suppressions']);
});

test('imported again they are suppressed, and nothing about them is kept', async () => {
  const person = await aKnownPerson();
  await erase(person);
  const [, , name = ''] = person.words;
  const rows = [
    { email: person.email.toUpperCase(), firstName: name },
    { profile: `https://linkedin.com/in/${person.profile}`, firstName: name },
  ];
  const outcomes = await importLeads(deeds.commands, person.caller, { campaignId: person.campaignId, rows });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['suppressed', 'suppressed']);
  expect(await tablesHolding(name)).toEqual([]);
});

test('a lead of theirs that waits fails, and cannot be enrolled after all', async () => {
  const lead = aLead();
  const waiting = await aCampaign(deeds.commands, await aHouse(deeds.db), {
    content: content(steps('linkedin_message'), { schedule: always }),
    settings: { approvalMode: 'MANUAL_REVIEW' },
    leads: [lead],
  });
  const { id: contactId } = first(
    await deeds.db.asSystem((tx) => tx.select({ id: contacts.id }).from(contacts).where(sql`email = ${lead.email}`)),
  );
  await eraseContact(deeds.commands, waiting.caller, contactId);
  const leadOf = async () =>
    first(await deeds.db.asSystem((tx) => tx.select().from(leads).where(eq(leads.campaignId, waiting.campaignId))));
  const failed = await leadOf();
  expect(failed).toMatchObject({ status: 'FAILED', failure: 'suppressed' });
  await approveLead(deeds.commands, waiting.caller, failed.id);
  await deeds.enrolBatch(waiting.campaignId, await clockOf(deeds));
  expect(await leadOf()).toMatchObject({ status: 'FAILED', failure: 'suppressed', sequenceId: null });
});

test('the timeline says that, when and by whom, and nobody of another workspace can do it', async () => {
  const person = await aKnownPerson();
  const stranger = await anEnrolled(deeds, { steps: steps('email') });
  const { contactId } = await sequenceRow(deeds.db, person.id);
  await expect(eraseContact(deeds.commands, stranger.caller, contactId)).rejects.toThrow('no contact');
  await expect(eraseContact(deeds.commands, person.caller, newId<ContactId>())).rejects.toThrow('no contact');
  await erase(person);
  const ends = await eventsOf(deeds, person.id, 'sequence_ended');
  expect(ends.map(({ actor, data }) => [actor, data.reason])).toEqual([[person.caller.actor, 'contact_erased']]);
});
