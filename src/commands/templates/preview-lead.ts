import { eq } from 'drizzle-orm';
import { findLead } from '../../db/lead-reads.ts';
import { campaigns } from '../../db/schema.ts';
import { readTemplate } from '../../db/templates.ts';
import type { WrittenStep } from '../../domain/copy/personalisation.ts';
import type { LeadId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CopyDeps } from '../deps.ts';
import { type PreviewedStep, previewTemplate } from './preview-template.ts';

export interface LeadPreview {
  /** The first step; null: the template has none. */
  first: PreviewedStep | null;
  /** In its copy these stand as `{{name}}`: they are written at enrolment. */
  aiVariables: string[];
  /** What keeps the steps behind the first one from going out as they are. */
  later: Pick<WrittenStep, 'missing' | 'problems'>;
}

/** What a lead would be told first, were they enrolled now, and what later steps lack. Leaves nothing behind; no model is asked. */
export async function previewLead(deps: CopyDeps, caller: Caller, id: LeadId): Promise<LeadPreview> {
  const { contactId, template, content } = await deps.db.inWorkspace(caller.workspaceId, async (tx) => {
    const found = await findLead(tx, id);
    if (!found) throw new Refusal('not_found', { noun: 'lead', id });
    const [campaign] = await tx.select().from(campaigns).where(eq(campaigns.id, found.lead.campaignId));
    if (!campaign) throw new Refusal('not_found', { noun: 'campaign', id: found.lead.campaignId });
    return { contactId: found.contact.id, ...(await readTemplate(tx, campaign.templateId)) };
  });
  // Values are not expanded again, so what is written later can stand in its place by its name.
  const aiVariables = content.aiVariables.map((variable) => ({ ...variable, fallback: `{{${variable.name}}}` }));
  const input = { settings: template, content: { ...content, aiVariables } };
  const { steps } = await previewTemplate(deps, caller, { template: input, contactId, start: null, write: false });
  const [first = null, ...rest] = steps;
  const later = {
    missing: [...new Set(rest.flatMap(({ missing }) => missing))],
    problems: [...new Set(rest.flatMap(({ problems }) => problems))],
  };
  return { first, aiVariables: aiVariables.map(({ name }) => name), later };
}
