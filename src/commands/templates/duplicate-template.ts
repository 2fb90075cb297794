import { newId } from '../../db/new-id.ts';
import { readTemplate } from '../../db/templates.ts';
import type { StepId, TemplateId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { createTemplate } from './create-template.ts';

const MAX_NAME_CHARACTERS = 200;
const MARK = ' (copy)';

/**
 * A template of its own, PENDING_SETUP, that says what this one's newest version says. Its steps are new ones, so that
 * nobody counts two templates' messages together. An archived template may be duplicated: it is how one comes back.
 */
export async function duplicateTemplate(
  deps: Pick<CommandDeps, 'db'>,
  caller: Caller,
  templateId: TemplateId,
): Promise<TemplateId> {
  const { template, content } = await deps.db.inWorkspace(caller.workspaceId, (tx) => readTemplate(tx, templateId));
  const { name, summary, dailyLeadsTarget, approvalMode } = template;
  return createTemplate(deps, caller, {
    settings: { name: name === null ? null : copyNameOf(name), summary, dailyLeadsTarget, approvalMode },
    content: { ...content, steps: content.steps.map((step) => ({ ...step, id: newId<StepId>() })) },
  });
}

/** Cut by whole code points: half of one cannot be stored. */
function copyNameOf(name: string): string {
  let kept = name;
  while (kept.length + MARK.length > MAX_NAME_CHARACTERS) kept = [...kept].slice(0, -1).join('');
  return kept + MARK;
}
