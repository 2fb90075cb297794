import { and, eq, inArray } from 'drizzle-orm';
import { createEnrolBatch } from '../../src/activities/enrol-batch.ts';
import { createPersonalise } from '../../src/activities/personalise.ts';
import type { CommandDeps } from '../../src/commands/deps.ts';
import { importLeads } from '../../src/commands/leads/import-leads.ts';
import { appNow, moveClockTo } from '../../src/db/clock.ts';
import type { Db } from '../../src/db/pool.ts';
import { accounts, contacts, deliveries, mailboxes, sequenceSteps, sequences, tasks } from '../../src/db/schema.ts';
import type { EmailSettings } from '../../src/domain/accounts/account.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { CampaignId, SequenceId } from '../../src/domain/ids.ts';
import { planned } from '../support/enrolled.ts';
import { aCampaign, aHouse, always, aMailServer, content, type RunningCampaign, steps } from '../support/scenario.ts';
import { attempt, emailDeps } from './attempt.ts';

/** The sender's IMAP host. One is known to file what its SMTP server takes, so that absence is proof; one does not. Design 6. */
export const servers = ['filing.example', 'plain.example'] as const;
export type Server = (typeof servers)[number];

/** A sequence whose first email is about to be sent; a second one follows days later, so nothing ends with the first. */
export interface Enrolled {
  id: SequenceId;
  email: string;
  server: Server;
}

/** Longer on the wire than what is read or buffered in one go, so that there is a middle of it. */
const LONG_BODY = `${'€'.repeat(75)}\n`.repeat(240);
/** Enrolment is spread over the day: at noon half of the target may be, whatever the moment of the test. */
const noonAfter = (now: number) => Math.ceil((now - DAY_MS / 2) / DAY_MS) * DAY_MS + DAY_MS / 2;

/** Accounts that send over `smtpPort`, people to write to, and questions to the ledger. */
export function openOffice(db: Db, smtpPort: number) {
  const deps = emailDeps(db);
  const commands: CommandDeps = { db, announce: () => undefined };
  const enrolBatch = createEnrolBatch(deps);
  const personalise = createPersonalise(deps);
  const moveTo = (instant: number) => db.asSystem((tx) => moveClockTo(tx, instant));
  const campaigns = new Map<string, RunningCampaign>();
  let leads = 0;

  /** One for each kind of server and length of mail, on an account of its own. */
  async function campaignFor(server: Server, long: boolean): Promise<RunningCampaign> {
    const key = `${server} ${long}`;
    const campaign = campaigns.get(key) ?? (await openCampaign(server, long));
    campaigns.set(key, campaign);
    return campaign;
  }

  async function openCampaign(server: Server, long: boolean): Promise<RunningCampaign> {
    const house = await aHouse(db);
    const settings: EmailSettings = {
      ...aMailServer,
      smtp: { ...aMailServer.smtp, port: smtpPort },
      imap: { ...aMailServer.imap, host: server },
      filesSent: server === 'filing.example',
    };
    await db.asSystem(async (tx) => {
      await tx.update(accounts).set({ settings }).where(eq(accounts.id, house.emailAccount));
      if (!settings.filesSent) return;
      const found = { sentFoundAt: await appNow(tx) };
      await tx.update(mailboxes).set(found).where(eq(mailboxes.accountId, house.emailAccount));
    });
    return aCampaign(commands, house, {
      content: content(steps(long ? { kind: 'email', body: LONG_BODY } : 'email', 'email'), { schedule: always }),
      settings: { dailyLeadsTarget: 10_000 },
      leads: 0,
    });
  }

  async function enrolledAs(emails: readonly string[], campaignId: CampaignId) {
    const rows = await db.asSystem((tx) =>
      tx
        .select({ id: sequences.id, email: contacts.email })
        .from(sequences)
        .innerJoin(contacts, eq(contacts.id, sequences.contactId))
        .where(and(eq(sequences.campaignId, campaignId), inArray(contacts.email, [...emails]))),
    );
    if (rows.length !== emails.length) throw new Error(`${rows.length} of ${emails.length} people were enrolled`);
    return rows.map(({ id, email }) => ({ id, email: email ?? '' }));
  }

  return {
    moveTo,

    /** `count` new people, their copy written and their first email due. */
    async enrol(count: number, server: Server, { long = false } = {}): Promise<Enrolled[]> {
      const { campaignId, caller } = await campaignFor(server, long);
      await moveTo(noonAfter(await db.asSystem(appNow)));
      const emails = Array.from({ length: count }, () => `lead-${leads++}@lead.example`);
      const rows = emails.map((email) => ({ email, firstName: 'Ada' }));
      await importLeads(commands, caller, { campaignId, rows });
      await attempt(() => enrolBatch({ campaignId, now: 0 }));
      const enrolled = await enrolledAs(emails, campaignId);
      let due = 0;
      for (const { id } of enrolled) {
        const { next } = planned(await attempt(() => personalise({ sequenceId: id, now: 0 })));
        due = Math.max(due, next.at);
      }
      await moveTo(due);
      return enrolled.map((one) => ({ ...one, server }));
    },

    /** The ledger's row of the first email, its step, and the task that asks a person about it. */
    async ledger({ id }: Enrolled) {
      return db.asSystem(async (tx) => {
        const [row] = await tx
          .select({ delivery: deliveries, step: sequenceSteps.status })
          .from(sequenceSteps)
          .leftJoin(
            deliveries,
            and(eq(deliveries.sequenceId, sequenceSteps.sequenceId), eq(deliveries.stepId, sequenceSteps.stepId)),
          )
          .where(and(eq(sequenceSteps.sequenceId, id), eq(sequenceSteps.position, 0)));
        const open = await tx
          .select({ id: tasks.id })
          .from(tasks)
          .where(and(eq(tasks.sequenceId, id), eq(tasks.kind, 'confirm_send'), eq(tasks.status, 'OPEN')));
        if (!row) throw new Error(`sequence ${id} has no first step`);
        return { ...row, isAsked: open.length > 0 };
      });
    },
  };
}

export type Office = ReturnType<typeof openOffice>;
