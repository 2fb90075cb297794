import { campaignsOf, moveTemplate, takeTemplate } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { checkTemplate } from '../../domain/template.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** Makes a template accept enrolments, once it is whole: every problem is listed with its place. Design 2. */
export async function activateTemplate(
  { db, announce }: CommandDeps,
  { workspaceId, actor }: Caller,
  templateId: TemplateId,
): Promise<void> {
  const campaigns = await db.inWorkspace(workspaceId, async (tx) => {
    const { template, content } = await takeTemplate(tx, templateId);
    if (template.status === 'ACTIVE') return [];
    const problems = checkTemplate(content, template);
    if (problems.length > 0) throw new Refusal('invalid', `template ${templateId} cannot be activated yet`, problems);
    await moveTemplate(tx, template, 'ACTIVE', actor);
    return campaignsOf(tx, templateId, ['RUNNING', 'PAUSED']);
  });
  for (const campaignId of campaigns) announce({ workspaceId, campaignId });
}
