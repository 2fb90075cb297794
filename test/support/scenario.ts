import { asc, eq, type SQLWrapper, sql } from 'drizzle-orm';
import { createCampaign } from '../../src/commands/campaigns/create-campaign.ts';
import { startCampaign } from '../../src/commands/campaigns/start-campaign.ts';
import type { Caller, CommandDeps } from '../../src/commands/deps.ts';
import { importLeads, type LeadRow } from '../../src/commands/leads/import-leads.ts';
import { activateTemplate } from '../../src/commands/templates/activate-template.ts';
import { createTemplate } from '../../src/commands/templates/create-template.ts';
import { appNow } from '../../src/db/clock.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Db, Tx } from '../../src/db/pool.ts';
import { accounts, mailboxes, members, sequences, workspaces } from '../../src/db/schema.ts';
import type { EmailSettings } from '../../src/domain/accounts/account.ts';
import type {
  AccountId,
  CampaignId,
  MemberId,
  SequenceId,
  StepId,
  TemplateId,
  WorkspaceId,
} from '../../src/domain/ids.ts';
import type { Delay, SendingSchedule } from '../../src/domain/schedule.ts';
import type { TemplateContent, TemplateSettings, TemplateStep } from '../../src/domain/template.ts';

export const weekdays: SendingSchedule = {
  zone: 'Europe/Paris',
  weekdays: [1, 2, 3, 4, 5],
  blocks: [{ start: '09:00', end: '17:00' }],
  holidays: [],
};

/** Always open: for tests that are not about time. */
export const always: SendingSchedule = {
  zone: 'UTC',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  blocks: [{ start: '00:00', end: '24:00' }],
  holidays: [],
};

const days = (value: number): Delay => ({ value, unit: 'days' });

type StepSpec = { kind: TemplateStep['kind'] } & Partial<{
  delay: Delay | null;
  subject: string;
  body: string;
  note: string | null;
  newThread: boolean;
  name: string;
}>;

/** Steps by kind; waits of three days unless said otherwise. */
export function steps(...specs: (TemplateStep['kind'] | StepSpec)[]): TemplateStep[] {
  return specs.map((given, index): TemplateStep => {
    const spec: StepSpec = typeof given === 'string' ? { kind: given } : given;
    const base = {
      id: newId<StepId>(),
      name: spec.name ?? `Step ${index + 1}`,
      delay: spec.delay === undefined ? (index === 0 ? null : days(3)) : spec.delay,
    };
    switch (spec.kind) {
      case 'email':
        return {
          ...base,
          kind: 'email',
          subject: spec.subject ?? 'Hello {{first_name}}',
          body: spec.body ?? `Mail ${index + 1} to {{first_name}}`,
          newThread: spec.newThread ?? false,
        };
      case 'linkedin_message':
        return { ...base, kind: 'linkedin_message', body: spec.body ?? 'Hi {{first_name}}' };
      case 'linkedin_invitation':
        return { ...base, kind: 'linkedin_invitation', note: spec.note ?? 'Let us connect' };
      case 'manual_task':
        return {
          ...base,
          kind: 'manual_task',
          task: 'call',
          title: 'Call {{first_name}}',
          instructions: 'Say hello',
          assignee: null,
        };
    }
  });
}

export const fiveEmails = () => steps('email', 'email', 'email', 'email', 'email');

export const content = (steps: readonly TemplateStep[], also: Partial<TemplateContent> = {}): TemplateContent => ({
  language: 'en',
  steps,
  schedule: weekdays,
  linkedIn: { kind: 'DELAY', maxWaitDays: 15 },
  sender: { name: 'Sam Sender', jobTitle: 'Account Executive' },
  aiVariables: [],
  ...also,
});

/** Of a template that enrols whoever is proposed, as fast as it may. */
export const settings: TemplateSettings = {
  name: 'Cold outreach',
  summary: null,
  dailyLeadsTarget: 1000,
  approvalMode: 'AUTOPILOT',
};

/** One email, at any time. */
export const plain = (body = 'Hello') => content(steps({ kind: 'email', body }), { schedule: always });

/** Settings of an email account whose servers nobody calls: the world is in memory. */
export const aMailServer: EmailSettings = {
  channel: 'email',
  smtp: { host: '127.0.0.1', port: 1, tls: 'none', user: null },
  imap: { host: '127.0.0.1', port: 1, tls: 'none', user: null },
  filesSent: false,
};

/** When an inbox was read last: always just now, for tests that are not about that. */
export const FAR_AHEAD = Date.parse('2200-01-01T00:00:00Z');

export interface House {
  workspaceId: WorkspaceId;
  memberId: MemberId;
  emailAccount: AccountId;
  linkedInAccount: AccountId;
  caller: Caller;
}

/** One that no other test has; `aHouse` builds it. */
export function newHouse(): House {
  const [workspaceId, memberId] = [newId<WorkspaceId>(), newId<MemberId>()];
  const [emailAccount, linkedInAccount] = [newId<AccountId>(), newId<AccountId>()];
  return { workspaceId, memberId, emailAccount, linkedInAccount, caller: { workspaceId, actor: `member:${memberId}` } };
}

/** A workspace with a member, an email and a LinkedIn account. */
export function aHouse(db: Db, house = newHouse()): Promise<House> {
  return db.asSystem(async (tx) => {
    await insertAtOnce(tx, houseInserts(tx, house, await appNow(tx)));
    return house;
  });
}

/** Its accounts as they begin. */
export function accountsOf({ workspaceId, memberId, emailAccount, linkedInAccount }: House, createdAt: number) {
  const account = { workspaceId, memberId, status: 'CONNECTED' as const, createdAt, dailyCap: 10_000, gapSeconds: 0 };
  const sender = { senderName: null, senderJobTitle: null };
  return [
    {
      ...account,
      ...sender,
      id: emailAccount,
      channel: 'email' as const,
      address: 'sam@acme.example',
      settings: aMailServer,
    },
    {
      ...account,
      ...sender,
      id: linkedInAccount,
      channel: 'linkedin' as const,
      address: 'sam-sender',
      settings: { channel: 'linkedin' as const, externalId: 'account-1' },
      invitationsPerDay: 1_000,
      invitationsPerWeek: 7_000,
    },
  ];
}

export function houseInserts(tx: Tx, house: House, createdAt: number): SQLWrapper[] {
  const { workspaceId, memberId } = house;
  return [
    tx.insert(workspaces).values({
      id: workspaceId,
      name: 'Acme',
      zone: 'Europe/Paris',
      legalName: 'Acme SAS',
      postalAddress: '1 rue Exemple, Paris',
      createdAt,
    }),
    tx.insert(members).values({ id: memberId, workspaceId, name: 'Sam Sender', email: 'sam@acme.example', createdAt }),
    tx.insert(accounts).values(accountsOf(house, createdAt)),
    tx.insert(mailboxes).values({ workspaceId, accountId: house.emailAccount, readAt: FAR_AHEAD }),
  ];
}

/** As one statement, at whose end PostgreSQL checks what the rows refer to: for scenes, of which there are thousands. */
export function insertAtOnce(tx: Tx, inserts: readonly SQLWrapper[]): Promise<unknown> {
  const parts = inserts.map((insert, part) => sql`${sql.identifier(`part_${part}`)} as ${insert}`);
  return tx.execute(sql`with ${sql.join(parts, sql`, `)} select`);
}

export interface CampaignSpec {
  content: TemplateContent;
  settings?: Partial<TemplateSettings>;
  leads?: number | readonly LeadRow[];
  start?: boolean;
}

export interface RunningCampaign extends House {
  templateId: TemplateId;
  campaignId: CampaignId;
}

export const leadRows = (count: number, prefix = 'ada'): LeadRow[] =>
  Array.from({ length: count }, (_, n) => ({
    email: `${prefix}${n}@lead.example`,
    profile: `in/${prefix}-${n}-lead`,
    firstName: `Ada${n}`,
    company: 'Lead Ltd',
  }));

/** A campaign on an active template, with approved leads, running unless said otherwise. */
export async function aCampaign(
  deps: CommandDeps,
  house: House,
  { content, settings: given, leads = 1, start = true }: CampaignSpec,
): Promise<RunningCampaign> {
  const { caller } = house;
  const templateId = await createTemplate(deps, caller, {
    settings: { ...settings, ...given },
    content,
  });
  await activateTemplate(deps, caller, templateId);
  const campaignId = await createCampaign(deps, caller, {
    name: 'Spring',
    templateId,
    ownerId: house.memberId,
    accountIds: [house.emailAccount, house.linkedInAccount],
  });
  await importLeads(deps, caller, { campaignId, rows: typeof leads === 'number' ? leadRows(leads) : leads });
  if (start) await startCampaign(deps, caller, campaignId);
  return { ...house, templateId, campaignId };
}

/** The campaign's sequences, oldest first. */
export const sequencesOf = (db: Db, campaignId: CampaignId) =>
  db.asSystem((tx) =>
    tx.select().from(sequences).where(eq(sequences.campaignId, campaignId)).orderBy(asc(sequences.id)),
  );

export async function sequenceRow(db: Db, id: SequenceId) {
  const [row] = await db.asSystem((tx) => tx.select().from(sequences).where(eq(sequences.id, id)));
  if (!row) throw new Error(`no sequence ${id}`);
  return row;
}
