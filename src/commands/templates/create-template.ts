import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { newId } from '../../db/new-id.ts';
import { templates, templateVersions } from '../../db/schema.ts';
import { moveTemplate } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { checkTemplate, type TemplateContent, type TemplateSettings } from '../../domain/template.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface TemplateInput {
  settings: TemplateSettings;
  content: TemplateContent;
}

/**
 * A new template, PENDING_SETUP: it may be incomplete until it is activated. With `activate` it is ACTIVE at once, or
 * refused with all it lacks and not saved. Names need not be unique.
 */
export async function createTemplate(
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  { settings, content, activate = false }: TemplateInput & { activate?: boolean },
): Promise<TemplateId> {
  const problems = activate ? checkTemplate(content, settings) : [];
  if (problems.length > 0)
    throw new Refusal('invalid', 'the template cannot be activated, nothing was saved', problems);
  return db.inWorkspace(workspaceId, async (tx) => {
    const id = newId<TemplateId>();
    const now = await appNow(tx);
    const [template] = await tx
      .insert(templates)
      .values({ ...settings, id, workspaceId, status: 'PENDING_SETUP', version: 1, createdAt: now, updatedAt: now })
      .returning();
    await tx.insert(templateVersions).values({ workspaceId, templateId: id, version: 1, content, createdAt: now });
    await record(tx, { workspaceId, kind: 'template_created', at: now, actor, templateId: id });
    if (activate && template) await moveTemplate(tx, template, 'ACTIVE', actor);
    return id;
  });
}
