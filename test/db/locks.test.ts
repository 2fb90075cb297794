import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeAccount } from '../../src/commands/accounts/remove-account.ts';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { eraseContact } from '../../src/commands/contacts/erase-contact.ts';
import { suppress } from '../../src/commands/contacts/suppress.ts';
import type { CommandDeps } from '../../src/commands/deps.ts';
import { approveLead } from '../../src/commands/leads/approve-lead.ts';
import { importLeads } from '../../src/commands/leads/import-leads.ts';
import { rejectLead } from '../../src/commands/leads/reject-lead.ts';
import { removeMember } from '../../src/commands/workspace/remove-member.ts';
import { markTold } from '../../src/db/campaigns.ts';
import { moveClockTo } from '../../src/db/clock.ts';
import { enrolNext } from '../../src/db/enrolments.ts';
import { settleRest } from '../../src/db/imports.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Db, Tx } from '../../src/db/pool.ts';
import { importRows, imports, leads, members, sequences, slots, suppressions, tasks } from '../../src/db/schema.ts';
import type { ContactId, ImportId, LeadId, MemberId, SequenceId, SuppressionId, TaskId } from '../../src/domain/ids.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { insertContacts } from '../support/contact-rows.ts';
import { TUESDAY_1000 } from '../support/deeds.ts';
import { testDb } from '../support/engine.ts';
import { first } from '../support/enrolled.ts';
import { waitingForLocks } from '../support/lock-waits.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import {
  aCampaign,
  aHouse,
  always,
  content,
  type House,
  type RunningCampaign,
  sequencesOf,
  steps,
} from '../support/scenario.ts';
import { until } from '../support/until.ts';

/*
 * A deadlock is mended by repetition, a second late, so nothing but the database's own count tells that one came about.
 */

const CONNECTIONS = 12;
/** Late on the same day: the whole of its target may be enrolled. */
const LATE = Date.parse('2030-03-19T23:30:00Z');

let database: FreshDatabase;
let db: Db;
let commands: CommandDeps;
beforeAll(async () => {
  database = await freshDatabase();
  db = testDb(database.url, CONNECTIONS);
  commands = { db, announce: () => undefined };
  await db.asSystem((tx) => moveClockTo(tx, TUESDAY_1000));
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

/** How many deadlocks there have been; every connection hands in what it has counted first. */
async function deadlocks(): Promise<number> {
  let missing = CONNECTIONS;
  let arrive: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const handIn = () =>
    db.asSystem(async (tx) => {
      await tx.execute(sql`select pg_stat_force_next_flush()`);
      if (--missing === 0) arrive();
      await all;
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, handIn));
  const { rows } = await db.asSystem((tx) =>
    tx.execute<{ deadlocks: string }>(sql`select deadlocks from pg_stat_database where datname = current_database()`),
  );
  return Number(rows[0]?.deadlocks);
}

const aRunning = (house: House): Promise<RunningCampaign> =>
  aCampaign(commands, house, {
    content: content(steps('email'), { schedule: always }),
    settings: { dailyLeadsTarget: 10_000 },
    leads: 0,
  });

let people = 0;

async function aContact(tx: Tx, { workspaceId }: House) {
  const contactId = newId<ContactId>();
  const email = `ada${people++}@lead.example`;
  await insertContacts(tx, [{ id: contactId, workspaceId, email, firstName: 'Ada', createdAt: 0 }]);
  return { contactId, email };
}

/** The only approved lead of its campaign, so that an enrolment takes no other. */
async function theApproved(campaign: RunningCampaign) {
  const { workspaceId, campaignId } = campaign;
  const leadId = newId<LeadId>();
  const contact = await db.asSystem(async (tx) => {
    const left = and(eq(leads.campaignId, campaignId), eq(leads.status, 'APPROVED'));
    await tx.update(leads).set({ status: 'REJECTED' }).where(left);
    const contact = await aContact(tx, campaign);
    const { contactId } = contact;
    await tx
      .insert(leads)
      .values({ id: leadId, workspaceId, campaignId, contactId, status: 'APPROVED', createdAt: 0, updatedAt: 0 });
    return contact;
  });
  return { ...contact, leadId };
}

describe('of one lead there is no deadlock', () => {
  type Lead = Awaited<ReturnType<typeof theApproved>>;
  type Deed = (campaign: RunningCampaign, lead: Lead) => Promise<unknown>;

  const imported: Deed = ({ caller, campaignId }, { email }) =>
    importLeads(commands, caller, { campaignId, rows: [{ email, jobTitle: 'CTO' }], approve: true });
  const enrolled: Deed = ({ workspaceId, campaignId }) =>
    db.inWorkspace(workspaceId, (tx) => enrolNext(tx, campaignId, LATE));
  const approved: Deed = ({ caller }, { leadId }) => unlessTooLate(approveLead(commands, caller, leadId));
  const rejected: Deed = ({ caller }, { leadId }) => unlessTooLate(rejectLead(commands, caller, leadId));
  const erased: Deed = ({ caller }, { contactId }) => eraseContact(commands, caller, contactId);

  const unlessTooLate = (decision: Promise<void>) =>
    decision.catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
    });

  /** The same deeds on one lead after another, in some campaigns at once; how many deadlocks came of it. */
  async function races(count: number, ...deeds: Deed[]) {
    const before = await deadlocks();
    const house = await aHouse(db);
    const campaigns = await Promise.all(Array.from({ length: 4 }, () => aRunning(house)));
    await Promise.all(
      campaigns.map(async (campaign) => {
        for (let n = 0; n < count / campaigns.length; n++) {
          const lead = await theApproved(campaign);
          await Promise.all(deeds.map((deed) => deed(campaign, lead)));
        }
      }),
    );
    const open = await Promise.all(campaigns.map(({ campaignId }) => sequencesOf(db, campaignId)));
    return { deadlocks: (await deadlocks()) - before, enrolled: open.flat().length };
  }

  test('between an import and an enrolment, in 200 races', async () => {
    const outcome = await races(200, imported, enrolled);
    expect(outcome.deadlocks).toBe(0);
    expect(outcome.enrolled).toBeGreaterThan(0); // so they did race
  });

  test('between an import, an enrolment and an erasure, in 40', async () => {
    expect(await races(40, imported, enrolled, erased)).toMatchObject({ deadlocks: 0 });
  });

  test('between an import and both decisions, in 40', async () => {
    expect(await races(40, imported, approved, rejected)).toMatchObject({ deadlocks: 0 });
  });
});

/*
 * Whoever goes by the table's order meets who goes by the ids: these rows are written in the opposite one. A stranger
 * holds the middle one until both have come to it, or wait for one another before.
 */

async function meeting(hold: (tx: Tx) => Promise<unknown>, ...deeds: (() => Promise<unknown>)[]): Promise<number> {
  const before = await deadlocks();
  let begun: Promise<unknown>[] = [];
  await db.asSystem(async (tx) => {
    await hold(tx);
    begun = deeds.map((deed) => deed());
    await until(async () => (await waitingForLocks(tx)) === deeds.length, 'the wait of both');
  });
  await Promise.all(begun);
  return (await deadlocks()) - before;
}

const SIX = [6, 5, 4, 3, 2, 1];

/** Six open sequences, the newest written first, each with a slot on the email account. */
async function sixSequences(campaign: RunningCampaign): Promise<SequenceId[]> {
  const { workspaceId, campaignId, templateId, emailAccount } = campaign;
  const ids = SIX.map(() => newId<SequenceId>()).sort();
  await db.asSystem(async (tx) => {
    for (const id of ids.toReversed()) {
      const { contactId } = await aContact(tx, campaign);
      await tx.insert(sequences).values({
        id,
        workspaceId,
        campaignId,
        contactId,
        templateId,
        templateVersion: 1,
        emailAccountId: emailAccount,
        status: 'ACTIVE',
        enrolledAt: 0,
      });
      const slot = { sequenceId: id, workspaceId, accountId: emailAccount, firstEmail: true };
      await tx.insert(slots).values({ ...slot, at: LATE + people });
    }
    await tx.execute(sql`set local role none`); // of so few rows the planner takes them as they lie, once it knows
    await tx.execute(sql`analyze sequences`);
  });
  return ids;
}

const middleOf = <T>(items: readonly T[]): T => first(items.slice(3));

describe('there is no deadlock where many rows are taken at once:', () => {
  test('the sequences of a campaign that ends while its pause is told', async () => {
    const campaign = await aRunning(await aHouse(db));
    const ids = await sixSequences(campaign);
    const { caller, workspaceId, campaignId } = campaign;
    const found = await meeting(
      (tx) =>
        tx
          .select()
          .from(sequences)
          .where(eq(sequences.id, middleOf(ids)))
          .for('update'),
      () => endCampaign(commands, caller, campaignId),
      () => db.inWorkspace(workspaceId, (tx) => markTold(tx, ids, 1)),
    );
    expect(found).toBe(0);
  });

  test('the slots of an account that is removed while a campaign ends', async () => {
    const campaign = await aRunning(await aHouse(db));
    const ids = await sixSequences(campaign);
    const { caller, campaignId, emailAccount } = campaign;
    const found = await meeting(
      (tx) =>
        tx
          .select()
          .from(slots)
          .where(eq(slots.sequenceId, middleOf(ids)))
          .for('update'),
      () => endCampaign(commands, caller, campaignId),
      () => removeAccount(commands, caller, emailAccount),
    );
    expect(found).toBe(0);
  });

  test('the tasks about a contact who is erased while their member’s are handed over', async () => {
    const campaign = await aRunning(await aHouse(db));
    const { caller, workspaceId, campaignId, templateId, memberId: successorId } = campaign;
    const memberId = newId<MemberId>();
    const ids = SIX.map(() => newId<TaskId>()).sort();
    const contactId = await db.asSystem(async (tx) => {
      await tx
        .insert(members)
        .values({ id: memberId, workspaceId, name: 'Kim', email: 'kim@acme.example', createdAt: 0 });
      const { contactId } = await aContact(tx, campaign);
      for (const taskId of ids.toReversed()) {
        const sequenceId = newId<SequenceId>();
        await tx.insert(sequences).values({
          id: sequenceId,
          workspaceId,
          campaignId,
          contactId,
          templateId,
          templateVersion: 1,
          status: 'COMPLETED',
          endReason: 'no_more_steps',
          enrolledAt: 0,
          endedAt: 0,
        });
        await tx.insert(tasks).values({
          id: taskId,
          workspaceId,
          sequenceId,
          kind: 'read_reply',
          title: 'Read the reply',
          instructions: '',
          assigneeId: memberId,
          status: 'OPEN',
          createdAt: 0,
        });
      }
      return contactId;
    });
    const found = await meeting(
      (tx) =>
        tx
          .select()
          .from(tasks)
          .where(eq(tasks.id, middleOf(ids)))
          .for('update'),
      () => eraseContact(commands, caller, contactId),
      () => removeMember(commands, caller, { memberId, successorId }),
    );
    expect(found).toBe(0);
  });

  test('the rows of an import that is given up while somebody whom they name is erased', async () => {
    const campaign = await aRunning(await aHouse(db));
    const { caller, workspaceId, campaignId } = campaign;
    const importId = newId<ImportId>();
    const contactId = await db.asSystem(async (tx) => {
      const { contactId, email } = await aContact(tx, campaign);
      const job = { id: importId, workspaceId, campaignId, fileName: 'leads.csv', approve: false, actor: 'service' };
      await tx.insert(imports).values({ ...job, createdAt: 0 });
      for (const row of SIX) await tx.insert(importRows).values({ workspaceId, importId, row, data: { email } });
      return contactId;
    });
    const found = await meeting(
      (tx) =>
        tx
          .select()
          .from(importRows)
          .where(and(eq(importRows.importId, importId), eq(importRows.row, 3)))
          .for('update'),
      () => eraseContact(commands, caller, contactId),
      () =>
        db.inWorkspace(workspaceId, (tx) =>
          settleRest(tx, importId, 'invalid', 'the campaign takes no leads any more'),
        ),
    );
    expect(found).toBe(0);
  });

  test('two lists of the same addresses that are suppressed in opposite orders', async () => {
    const { caller, workspaceId } = await aHouse(db);
    const list = ['a', 'm', 'z'].map((name) => ({
      kind: 'address' as const,
      value: `${name}@lead.example`,
      reason: 'asked_by_user' as const,
    }));
    const heldEntry = middleOf([...list, ...list.slice(1)]);
    const found = await meeting(
      (tx) =>
        tx
          .insert(suppressions)
          .values({ ...heldEntry, id: newId<SuppressionId>(), workspaceId, key: heldEntry.value, createdAt: 0 }),
      () => suppress(commands, caller, list),
      () => suppress(commands, caller, list.toReversed()),
    );
    expect(found).toBe(0);
  });
});
