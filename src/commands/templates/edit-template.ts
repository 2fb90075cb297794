import { eq } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { templates, templateVersions } from '../../db/schema.ts';
import { campaignsOf, takeTemplate } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { checkTemplate, editableTemplates } from '../../domain/template.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import type { TemplateInput } from './create-template.ts';

/**
 * Saves an edit as the next version: open sequences keep theirs. Daily leads target and approval mode act at once.
 * Refused when another edit came first (`version_conflict`), when it would leave an ACTIVE template invalid, and once
 * the template is winding down. Returns the new version. Design 2.
 */
export async function editTemplate(
  { db, announce }: CommandDeps,
  { workspaceId, actor }: Caller,
  { templateId, madeOn, settings, content }: TemplateInput & { templateId: TemplateId; madeOn: number },
): Promise<number> {
  const { version, campaigns } = await db.inWorkspace(workspaceId, async (tx) => {
    const { template } = await takeTemplate(tx, templateId);
    if (!editableTemplates.includes(template.status))
      throw new Refusal('wrong_state', `template ${templateId} is ${template.status}: it can no longer be edited`);
    if (template.version !== madeOn)
      throw new Refusal(
        'version_conflict',
        `the edit was made on version ${madeOn}, the template is at ${template.version}`,
      );
    const problems = template.status === 'ACTIVE' ? checkTemplate(content, settings) : [];
    if (problems.length > 0) throw new Refusal('invalid', 'an active template must stay valid', problems);

    const now = await appNow(tx);
    const version = template.version + 1;
    await tx.insert(templateVersions).values({ workspaceId, templateId, version, content, createdAt: now });
    await tx
      .update(templates)
      .set({ ...settings, version, updatedAt: now })
      .where(eq(templates.id, templateId));
    await record(tx, { workspaceId, kind: 'template_edited', at: now, actor, templateId, data: { version } });
    return { version, campaigns: await campaignsOf(tx, templateId, ['RUNNING', 'PAUSED']) };
  });
  for (const campaignId of campaigns) announce({ workspaceId, campaignId });
  return version;
}
