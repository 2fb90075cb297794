import { moveTemplate, takeTemplate } from '../../db/templates.ts';
import type { TemplateId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** No new enrolments; open sequences continue. A RUNNING campaign stays RUNNING, enrols nobody and says why. Design 2. */
export const deactivateTemplate = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId, actor }: Caller,
  templateId: TemplateId,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const { template } = await takeTemplate(tx, templateId);
    if (template.status === 'INACTIVE') return;
    await moveTemplate(tx, template, 'INACTIVE', actor);
  });
