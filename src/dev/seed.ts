import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asc, eq } from 'drizzle-orm';
import type { Vault } from '../adapters/vault.ts';
import { parseTemplateFile } from '../api/template-file.ts';
import { sealCredentials } from '../commands/accounts/credentials.ts';
import { createCampaign } from '../commands/campaigns/create-campaign.ts';
import type { Caller, CommandDeps } from '../commands/deps.ts';
import { createTemplate } from '../commands/templates/create-template.ts';
import { appNow } from '../db/clock.ts';
import { newId } from '../db/new-id.ts';
import type { Db, Tx } from '../db/pool.ts';
import { accounts, campaigns, mailboxes, members, templates, tokens, workspaces } from '../db/schema.ts';
import { createToken, findToken, hashToken } from '../db/tokens.ts';
import type { EmailSettings } from '../domain/accounts/account.ts';
import { linkedInDefaults } from '../domain/accounts/account-settings.ts';
import type { AccountId, CampaignId, MemberId, TemplateId, WorkspaceId } from '../domain/ids.ts';
import { scopes } from '../domain/scope.ts';
import { LOCAL_ACCOUNT } from './linkedin/people.ts';
import { writeSecret } from './servers/data-folder.ts';

/** What a fresh installation starts with, all of it on the local parts. */
export interface Seed {
  caller: Caller;
  templates: TemplateId[];
  campaignId: CampaignId;
  emailAccount: AccountId;
  linkedInAccount: AccountId;
}

interface LocalParts {
  mailbox: { smtpPort: number; imapPort: number };
  /** Opens every account's inbox on the local mailbox. */
  imapPassword: string;
  vault: Vault;
}

/** How much either account does. */
export interface Pace {
  dailyCap: number;
  gapSeconds: number;
  invitationsPerDay: number;
  invitationsPerWeek: number;
}

/** For simulated runs: who comes first after a gap is chance, and they are to be the same each time. */
export const UNHURRIED: Pace = { dailyCap: 1_000, gapSeconds: 0, invitationsPerDay: 1_000, invitationsPerWeek: 7_000 };

const NAMES = {
  workspace: 'Northwind Example',
  member: 'Sam Sender',
  email: 'sam@northwind.example',
  profile: 'sam-sender-example',
};

/** The example workspace: made the first time, found again later; its accounts follow the local parts' ports. */
export async function seed(db: Db, parts: LocalParts, pace?: Pace): Promise<Seed> {
  const found = await db.asSystem((tx) => findSeeded(tx));
  if (found) {
    await db.asSystem((tx) => tx.update(accounts).set(local(parts)).where(eq(accounts.id, found.emailAccount)));
    return found;
  }
  const { caller, emailAccount, linkedInAccount } = await db.asSystem((tx) => createHouse(tx, parts, pace));
  const deps: CommandDeps = { db, announce: () => undefined }; // nothing runs yet
  const templateIds: TemplateId[] = [];
  for (const file of ['template.json', 'template-with-call.json']) {
    const template = parseTemplateFile(JSON.parse(readFileSync(example(file), 'utf8')));
    templateIds.push(await createTemplate(deps, caller, { ...template, activate: true }));
  }
  const [templateId] = templateIds;
  if (!templateId) throw new Error('the example templates are missing');
  const accountIds = [emailAccount, linkedInAccount];
  const campaignId = await createCampaign(deps, caller, {
    name: 'Spring outreach',
    templateId,
    ownerId: null,
    accountIds,
  });
  return { caller, templates: templateIds, campaignId, emailAccount, linkedInAccount };
}

export const example = (file: string) => fileURLToPath(new URL(`../../examples/${file}`, import.meta.url));

function emailSettings({ mailbox: { smtpPort, imapPort } }: LocalParts): EmailSettings {
  const local = { host: '127.0.0.1', tls: 'none' } as const;
  return {
    channel: 'email',
    smtp: { ...local, port: smtpPort, user: null },
    imap: { ...local, port: imapPort, user: NAMES.email },
    filesSent: false,
  };
}

/** Where the email account's servers are, and how they open. */
function local(parts: LocalParts) {
  const credentials = sealCredentials(parts.vault, { smtp: null, imap: parts.imapPassword });
  return { settings: emailSettings(parts), credentials };
}

async function createHouse(tx: Tx, parts: LocalParts, pace: Pace | undefined) {
  const workspaceId = newId<WorkspaceId>();
  const memberId = newId<MemberId>();
  const [emailAccount, linkedInAccount] = [newId<AccountId>(), newId<AccountId>()];
  const createdAt = await appNow(tx);
  await tx.insert(workspaces).values({
    id: workspaceId,
    name: NAMES.workspace,
    zone: 'Europe/Paris',
    legalName: 'Northwind Example SAS',
    postalAddress: '12 rue de l’Exemple\n75000 Paris',
    createdAt,
  });
  await tx.insert(members).values({ id: memberId, workspaceId, name: NAMES.member, email: NAMES.email, createdAt });
  const account = { workspaceId, memberId, status: 'CONNECTED', createdAt } as const;
  await tx.insert(accounts).values([
    {
      ...account,
      ...local(parts),
      ...pace,
      id: emailAccount,
      channel: 'email',
      address: NAMES.email,
      zone: 'Europe/Paris',
    },
    {
      ...account,
      ...linkedInDefaults,
      ...pace,
      id: linkedInAccount,
      channel: 'linkedin',
      address: NAMES.profile,
      zone: 'Europe/Paris',
      settings: { channel: 'linkedin', externalId: LOCAL_ACCOUNT },
    },
  ]);
  await tx.insert(mailboxes).values({ workspaceId, accountId: emailAccount });
  return { caller: { workspaceId, actor: `member:${memberId}` } satisfies Caller, emailAccount, linkedInAccount };
}

async function findSeeded(tx: Tx): Promise<Seed | null> {
  const [workspace] = await tx
    .select()
    .from(workspaces)
    .where(eq(workspaces.name, NAMES.workspace))
    .orderBy(asc(workspaces.id));
  if (!workspace) return null;
  const workspaceId = workspace.id;
  const [member] = await tx.select().from(members).where(eq(members.workspaceId, workspaceId)).orderBy(asc(members.id));
  const own = await tx.select().from(accounts).where(eq(accounts.workspaceId, workspaceId));
  const [email, linkedIn] = [
    own.find(({ address }) => address === NAMES.email),
    own.find(({ address }) => address === NAMES.profile),
  ];
  const templateIds = await tx
    .select({ id: templates.id })
    .from(templates)
    .where(eq(templates.workspaceId, workspaceId))
    .orderBy(asc(templates.id));
  const [campaign] = await tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(eq(campaigns.workspaceId, workspaceId))
    .orderBy(asc(campaigns.id));
  if (!member || !email || !linkedIn || !campaign)
    throw new Error('the example workspace is only half there: remove the data folder');
  return {
    caller: { workspaceId, actor: `member:${member.id}` },
    templates: templateIds.map(({ id }) => id),
    campaignId: campaign.id,
    emailAccount: email.id,
    linkedInAccount: linkedIn.id,
  };
}

/** The first API token, in a file only its owner can read; the one that is there and still good stays. */
export async function ensureDevToken(db: Db, { caller }: Seed, dataDir: string): Promise<string> {
  const file = join(dataDir, 'dev-token');
  const { workspaceId } = caller;
  if (existsSync(file)) {
    const token = readFileSync(file, 'utf8').trim();
    if (await db.asSystem((tx) => giveEveryScope(tx, token))) return token;
  }
  const memberId = await db.inWorkspace(
    workspaceId,
    async (tx) => (await tx.select({ id: members.id }).from(members).orderBy(asc(members.id)))[0]?.id,
  );
  const { token } = await db.inWorkspace(workspaceId, (tx) =>
    createToken(tx, { workspaceId, memberId: memberId ?? null, name: 'Development', scopes: [...scopes] }),
  );
  writeSecret(file, `${token}\n`);
  return token;
}

/** A token made before there were as many scopes gets those that came since. False when it is good no more. */
async function giveEveryScope(tx: Tx, token: string): Promise<boolean> {
  const row = await findToken(tx, hashToken(token));
  if (row)
    await tx
      .update(tokens)
      .set({ scopes: [...scopes] })
      .where(eq(tokens.id, row.id));
  return row !== null;
}
