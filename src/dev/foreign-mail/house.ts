import { eq } from 'drizzle-orm';
import type { NewEmailAccount } from '../../commands/accounts/connect-account.ts';
import { createCampaign } from '../../commands/campaigns/create-campaign.ts';
import { startCampaign } from '../../commands/campaigns/start-campaign.ts';
import type { AccountDeps, Caller } from '../../commands/deps.ts';
import { importLeads, type LeadRow } from '../../commands/leads/import-leads.ts';
import { createTemplate } from '../../commands/templates/create-template.ts';
import { appNow } from '../../db/clock.ts';
import { newId } from '../../db/new-id.ts';
import type { Db } from '../../db/pool.ts';
import { contacts, deliveries, members, sequences, suppressions, workspaces } from '../../db/schema.ts';
import type { AccountId, CampaignId, MemberId, StepId, WorkspaceId } from '../../domain/ids.ts';
import type { TemplateContent } from '../../domain/template.ts';
import type { ForeignMail } from './server.ts';

/** A workspace and its one member. */
export async function foundHouse(db: Db): Promise<Caller> {
  const [workspaceId, memberId] = [newId<WorkspaceId>(), newId<MemberId>()];
  await db.asSystem(async (tx) => {
    const createdAt = await appNow(tx);
    const company = { name: 'Acme', legalName: 'Acme SAS', postalAddress: '1 rue de l’Exemple\n75000 Paris' };
    await tx.insert(workspaces).values({ id: workspaceId, zone: 'UTC', ...company, createdAt });
    const sam = { name: 'Sam Sender', email: 'sam@acme.example' };
    await tx.insert(members).values({ id: memberId, workspaceId, ...sam, createdAt });
  });
  return { workspaceId, actor: `member:${memberId}` };
}

/** Sam's account as a form would hand it in: STARTTLS for sending, TLS from the first byte for reading. */
export function samsAccount({ host, ports, sam: { address, password } }: ForeignMail): NewEmailAccount {
  const login = { host, user: address, password };
  return {
    address,
    memberId: null,
    senderName: 'Sam Sender',
    senderJobTitle: null,
    signature: null,
    zone: 'UTC',
    dailyCap: 1_000,
    gapSeconds: 0,
    smtp: { ...login, port: ports.submission, tls: 'starttls' },
    imap: { ...login, port: ports.imaps, tls: 'implicit' },
    filesSent: false,
  };
}

/** Three emails in one thread, three days apart; nothing waits for a window. The last one is there to be called off. */
const content = (): TemplateContent => ({
  language: 'en',
  steps: [
    {
      id: newId<StepId>(),
      name: 'Opening',
      delay: null,
      kind: 'email',
      subject: 'Grüße an {{first_name}}',
      body: 'Hello {{first_name}},\n\nwould a call suit you? It costs 5 € – or nothing.\n.\nFrom here on it is all dots.',
      newThread: false,
    },
    {
      id: newId<StepId>(),
      name: 'Follow-up',
      delay: { value: 3, unit: 'days' },
      kind: 'email',
      subject: '',
      body: 'Hello again, {{first_name}}.',
      newThread: false,
    },
    {
      id: newId<StepId>(),
      name: 'Last words',
      delay: { value: 3, unit: 'days' },
      kind: 'email',
      subject: '',
      body: 'Goodbye, {{first_name}}.',
      newThread: false,
    },
  ],
  schedule: {
    zone: 'UTC',
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    blocks: [{ start: '00:00', end: '24:00' }],
    holidays: [],
  },
  linkedIn: { kind: 'SKIP' },
  sender: { name: 'Sam Sender', jobTitle: null },
  aiVariables: [],
});

/** A running campaign of that account, with its leads approved. */
export async function launch(deps: AccountDeps, caller: Caller, account: AccountId, rows: readonly LeadRow[]) {
  const settings = { name: 'Outreach', summary: null, dailyLeadsTarget: 1_000, approvalMode: 'AUTOPILOT' } as const;
  const templateId = await createTemplate(deps, caller, { settings, content: content(), activate: true });
  const campaign = { name: 'Spring', templateId, ownerId: null, accountIds: [account] };
  const campaignId: CampaignId = await createCampaign(deps, caller, campaign);
  await importLeads(deps, caller, { campaignId, rows });
  await startCampaign(deps, caller, campaignId);
}

/** What stands of one contact: the sequence, its messages in the order of the claims, and why they are suppressed. */
export async function standing(db: Db, email: string) {
  return db.asSystem(async (tx) => {
    const found = await tx
      .select({ sequence: sequences })
      .from(sequences)
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .where(eq(contacts.email, email));
    const sequence = found[0]?.sequence;
    if (!sequence) throw new Error(`${email} was not enrolled`);
    const sent = await tx
      .select()
      .from(deliveries)
      .where(eq(deliveries.sequenceId, sequence.id))
      .orderBy(deliveries.claimedAt);
    const [entry] = await tx.select().from(suppressions).where(eq(suppressions.value, email));
    return { sequence, sent, suppressed: entry?.reason ?? null };
  });
}

export type Standing = Awaited<ReturnType<typeof standing>>;
