import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../db/pool.ts';
import { accounts, campaignAccounts, type campaigns } from '../db/schema.ts';
import { readTemplate } from '../db/templates.ts';
import { findSender } from '../db/workspaces.ts';
import { channelOf, isLocalServer } from '../domain/account.ts';
import type { CampaignId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { controlCampaign } from './control-campaign.ts';
import type { Caller, CommandDeps, RealMail } from './deps.ts';

/** DRAFT → RUNNING: needs an ACTIVE template and a connected account of every kind its steps use. Design 2. */
export const startCampaign = (deps: CommandDeps, caller: Caller, id: CampaignId): Promise<void> =>
  controlCampaign(deps, caller, id, 'RUNNING', async (tx, campaign) => {
    if (campaign.status === 'PAUSED') throw new Refusal('wrong_state', `campaign ${id} is PAUSED: resume it`);
    await checkReady(tx, campaign, deps.realMail ?? null);
  });

async function checkReady(tx: Tx, campaign: typeof campaigns.$inferSelect, realMail: RealMail | null): Promise<void> {
  const { template, content } = await readTemplate(tx, campaign.templateId);
  if (template.status !== 'ACTIVE')
    throw new Refusal('rule_refused', `template ${template.id} is ${template.status}: only an ACTIVE one enrols leads`);
  const connected = await tx
    .select({ channel: accounts.channel, settings: accounts.settings })
    .from(campaignAccounts)
    .innerJoin(accounts, eq(accounts.id, campaignAccounts.accountId))
    .where(and(eq(campaignAccounts.campaignId, campaign.id), inArray(accounts.status, ['CONNECTED', 'RESTING'])));
  const needed = new Set(content.steps.map(({ kind }) => channelOf[kind]).filter((channel) => channel !== null));
  const lacking = [...needed].filter((channel) => !connected.some((account) => account.channel === channel));
  if (lacking.length > 0)
    throw new Refusal('rule_refused', `campaign ${campaign.id} has no connected account for: ${lacking.join(', ')}`);
  if (connected.some(({ settings }) => settings.channel === 'email' && !isLocalServer(settings.smtp)))
    await checkRealMail(tx, campaign, realMail);
}

/** Mail to real people carries who sends it, and a way out that works. Design 9. */
async function checkRealMail(tx: Tx, { id, workspaceId }: typeof campaigns.$inferSelect, realMail: RealMail | null) {
  const refuse = (why: string) => new Refusal('rule_refused', `campaign ${id} sends real mail: ${why}`);
  if (!realMail) throw refuse('this installation delivers to its own mailbox only, unless ALLOW_REAL_MAIL=yes');
  if (!realMail.publicUrl?.startsWith('https://'))
    throw refuse(
      `its unsubscribe links need PUBLIC_URL to be an https address, got ${JSON.stringify(realMail.publicUrl)}`,
    );
  const { legalName, postalAddress } = await findSender(tx, workspaceId);
  if (legalName.trim() === '' || postalAddress.trim() === '')
    throw refuse('its footer needs the legal name and the postal address of the workspace');
}
