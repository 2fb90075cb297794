import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eraseContact } from '../../src/commands/contacts/erase-contact.ts';
import type { CommandDeps } from '../../src/commands/deps.ts';
import { approveLead } from '../../src/commands/leads/approve-lead.ts';
import { importLeads } from '../../src/commands/leads/import-leads.ts';
import { rejectLead } from '../../src/commands/leads/reject-lead.ts';
import { moveClockTo } from '../../src/db/clock.ts';
import { enrolNext } from '../../src/db/enrolments.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Db, Tx } from '../../src/db/pool.ts';
import { contacts, leads } from '../../src/db/schema.ts';
import type { ContactId, LeadId } from '../../src/domain/ids.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { TUESDAY_1000 } from '../support/deeds.ts';
import { testDb } from '../support/engine.ts';
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
  await tx.insert(contacts).values({ id: contactId, workspaceId, email, firstName: 'Ada', createdAt: 0 });
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
