import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { newId } from '../../db/new-id.ts';
import { templates, templateVersions } from '../../db/schema.ts';
import type { TemplateId } from '../../domain/ids.ts';
import type { TemplateContent, TemplateSettings } from '../../domain/template.ts';
import type { Caller, CommandDeps } from '../deps.ts';

export interface TemplateInput {
  settings: TemplateSettings;
  content: TemplateContent;
}

/** A new template, PENDING_SETUP: it may be incomplete until it is activated. Names need not be unique. */
export const createTemplate = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  { settings, content }: TemplateInput,
): Promise<TemplateId> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const id = newId<TemplateId>();
    const now = await appNow(tx);
    await tx
      .insert(templates)
      .values({ ...settings, id, workspaceId, status: 'PENDING_SETUP', version: 1, createdAt: now, updatedAt: now });
    await tx.insert(templateVersions).values({ workspaceId, templateId: id, version: 1, content, createdAt: now });
    await record(tx, { workspaceId, kind: 'template_created', at: now, actor, templateId: id });
    return id;
  });
