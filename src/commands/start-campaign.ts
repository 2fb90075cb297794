import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../db/pool.ts';
import { accounts, campaignAccounts, type campaigns } from '../db/schema.ts';
import { readTemplate } from '../db/templates.ts';
import { channelOf } from '../domain/account.ts';
import type { CampaignId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { controlCampaign } from './control-campaign.ts';
import type { Caller, CommandDeps } from './deps.ts';

/** DRAFT → RUNNING: needs an ACTIVE template and a connected account of every kind its steps use. Design 2. */
export const startCampaign = (deps: CommandDeps, caller: Caller, id: CampaignId): Promise<void> =>
  controlCampaign(deps, caller, id, 'RUNNING', async (tx, campaign) => {
    if (campaign.status === 'PAUSED') throw new Refusal('wrong_state', `campaign ${id} is PAUSED: resume it`);
    await checkReady(tx, campaign);
  });

async function checkReady(tx: Tx, campaign: typeof campaigns.$inferSelect): Promise<void> {
  const { template, content } = await readTemplate(tx, campaign.templateId);
  if (template.status !== 'ACTIVE')
    throw new Refusal('rule_refused', `template ${template.id} is ${template.status}: only an ACTIVE one enrols leads`);
  const connected = await tx
    .select({ channel: accounts.channel })
    .from(campaignAccounts)
    .innerJoin(accounts, eq(accounts.id, campaignAccounts.accountId))
    .where(and(eq(campaignAccounts.campaignId, campaign.id), inArray(accounts.status, ['CONNECTED', 'RESTING'])));
  const needed = new Set(content.steps.map(({ kind }) => channelOf[kind]).filter((channel) => channel !== null));
  const lacking = [...needed].filter((channel) => !connected.some((account) => account.channel === channel));
  if (lacking.length > 0)
    throw new Refusal('rule_refused', `campaign ${campaign.id} has no connected account for: ${lacking.join(', ')}`);
}
