import { inArray } from 'drizzle-orm';
import { leads } from '../../db/schema.ts';
import { campaignsOf, moveTemplate, takeTemplate } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { failWaitingLeads } from '../leads/fail-waiting-leads.ts';
import { archiveFinished } from '../sequences/archive-finished.ts';

/** Winds a template down: waiting leads fail, open sequences go on, and with nothing open it is archived. Design 2. */
export async function finishTemplate(deps: CommandDeps, caller: Caller, templateId: TemplateId): Promise<void> {
  const { workspaceId, actor } = caller;
  const campaigns = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const { template } = await takeTemplate(tx, templateId);
    if (template.status !== 'FINISHING') await moveTemplate(tx, template, 'FINISHING', actor);
    return campaignsOf(tx, templateId, ['DRAFT', 'RUNNING', 'PAUSED']);
  });
  if (campaigns.length > 0)
    await failWaitingLeads(deps, caller, inArray(leads.campaignId, campaigns), 'template_finishing');
  await archiveFinished(deps.db, workspaceId, templateId);
}
