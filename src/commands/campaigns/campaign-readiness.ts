import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../../db/pool.ts';
import { accounts, campaignAccounts, type campaigns } from '../../db/schema.ts';
import { readTemplate } from '../../db/templates.ts';
import { findSender } from '../../db/workspaces.ts';
import { channelsOf, isLocalServer } from '../../domain/accounts/account.ts';
import { type Unready, unreadyText } from '../../domain/campaign.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { RealMail } from '../deps.ts';

type Campaign = Pick<typeof campaigns.$inferSelect, 'id' | 'workspaceId' | 'templateId'>;

/** Everything that keeps a draft from starting: its template first, then its accounts. Design 2, 9. */
export async function unreadiness(tx: Tx, campaign: Campaign, realMail: RealMail | null): Promise<Unready[]> {
  const { template } = await readTemplate(tx, campaign.templateId);
  const ofTemplate: Unready[] =
    template.status === 'ACTIVE'
      ? []
      : [
          {
            reason: 'template_not_active',
            of: { noun: 'template', id: template.id },
            what: `is ${template.status}: only an ACTIVE one enrols leads`,
          },
        ];
  return [...ofTemplate, ...(await accountProblems(tx, campaign, realMail))];
}

/** Refuses with the first of what keeps it. */
export function refuseUnready([first]: readonly Unready[]): void {
  if (first) throw new Refusal('rule_refused', unreadyText(first));
}

/** A connected account of every kind that the steps use; and where mail leaves for real people, who it is from. */
export async function accountProblems(tx: Tx, campaign: Campaign, realMail: RealMail | null): Promise<Unready[]> {
  const { content } = await readTemplate(tx, campaign.templateId);
  const connected = await tx
    .select({ channel: accounts.channel, settings: accounts.settings })
    .from(campaignAccounts)
    .innerJoin(accounts, eq(accounts.id, campaignAccounts.accountId))
    .where(and(eq(campaignAccounts.campaignId, campaign.id), inArray(accounts.status, ['CONNECTED', 'RESTING'])));
  const needed = channelsOf(content.steps);
  const lacking = [...needed].filter((channel) => !connected.some((account) => account.channel === channel));
  const problems: Unready[] = [];
  const of = { noun: 'campaign', id: campaign.id } as const;
  if (lacking.length > 0)
    problems.push({ reason: 'no_account', of, what: `has no connected account for: ${lacking.join(', ')}` });
  if (connected.some(({ settings }) => settings.channel === 'email' && !isLocalServer(settings.smtp))) {
    const why = await realMailProblem(tx, campaign, realMail);
    if (why !== null) problems.push({ reason: 'real_mail', of, what: `sends real mail: ${why}` });
  }
  return problems;
}

/** Mail to real people carries who sends it, and a way out that works. Design 9. */
async function realMailProblem(tx: Tx, { workspaceId }: Campaign, realMail: RealMail | null): Promise<string | null> {
  if (!realMail) return 'this installation delivers to its own mailbox only, unless ALLOW_REAL_MAIL=yes';
  if (!realMail.publicUrl?.startsWith('https://'))
    return `its unsubscribe links need PUBLIC_URL to be an https address, got ${JSON.stringify(realMail.publicUrl)}`;
  const { legalName, postalAddress } = await findSender(tx, workspaceId);
  return legalName.trim() === '' || postalAddress.trim() === ''
    ? 'its footer needs the legal name and the postal address of the workspace'
    : null;
}
