import { and, count, eq, inArray } from 'drizzle-orm';
import { leads, sequences } from '../../db/schema.ts';
import { campaignsOf, moveTemplate, takeTemplate } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { openStatuses } from '../../domain/sequence.ts';
import { endCampaign } from '../campaigns/end-campaign.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { failWaitingLeads } from '../leads/fail-waiting-leads.ts';
import { endInPages } from '../sequences/end-in-pages.ts';

/**
 * Takes a template out of use. With sequences still open it needs `stopOpenSequences`, and ends them; its campaigns
 * become ENDED, waiting leads FAILED. Design 2.
 */
export async function archiveTemplate(
  deps: CommandDeps,
  caller: Caller,
  { templateId, stopOpenSequences }: { templateId: TemplateId; stopOpenSequences: boolean },
): Promise<{ stopped: number }> {
  const { workspaceId, actor } = caller;
  const campaigns = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const { template } = await takeTemplate(tx, templateId);
    const [open] = await tx
      .select({ count: count() })
      .from(sequences)
      .where(and(eq(sequences.templateId, templateId), inArray(sequences.status, [...openStatuses])));
    if (open && open.count > 0 && !stopOpenSequences)
      throw new Refusal(
        'rule_refused',
        `template ${templateId} has ${open.count} open sequences: archiving it needs stop_open_sequences`,
      );
    if (template.status !== 'ARCHIVED') await moveTemplate(tx, template, 'ARCHIVED', actor);
    return campaignsOf(tx, templateId, ['DRAFT', 'RUNNING', 'PAUSED']);
  });
  const end = { status: 'STOPPED_EARLY', reason: 'template_archived' } as const;
  const stopped = await endInPages(deps, caller, eq(sequences.templateId, templateId), end);
  for (const campaignId of campaigns) {
    await failWaitingLeads(deps, caller, eq(leads.campaignId, campaignId), 'template_archived');
    await endCampaign(deps, caller, campaignId);
  }
  return { stopped };
}
