import { and, eq, inArray } from 'drizzle-orm';
import type { CampaignStatus } from '../domain/campaign.ts';
import type { CampaignId, TemplateId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { type TemplateContent, type TemplateStatus, templateMoves } from '../domain/template.ts';
import { appNow } from './clock.ts';
import { type Actor, record } from './events.ts';
import { lockTemplate } from './locks.ts';
import type { Tx } from './pool.ts';
import { campaigns, templates, templateVersions } from './schema.ts';

export type TemplateRow = typeof templates.$inferSelect;

export interface TemplateWithContent {
  template: TemplateRow;
  content: TemplateContent;
}

/** A template with its newest version; refuses what is not in the workspace. */
export async function readTemplate(tx: Tx, id: TemplateId): Promise<TemplateWithContent> {
  const [row] = await tx
    .select({ template: templates, content: templateVersions.content })
    .from(templates)
    .innerJoin(
      templateVersions,
      and(eq(templateVersions.templateId, templates.id), eq(templateVersions.version, templates.version)),
    )
    .where(eq(templates.id, id));
  if (!row) throw new Refusal('not_found', { noun: 'template', id });
  return row;
}

/** A template with one of its versions, null: the newest; refuses what is not in the workspace. */
export async function readVersion(tx: Tx, id: TemplateId, version: number | null): Promise<TemplateWithContent> {
  const newest = await readTemplate(tx, id);
  if (version === null) return newest;
  const [row] = await tx
    .select({ content: templateVersions.content })
    .from(templateVersions)
    .where(and(eq(templateVersions.templateId, id), eq(templateVersions.version, version)));
  if (!row) throw new Refusal('not_found', { noun: `version ${version} of template`, id });
  return { ...newest, ...row };
}

/** As `readTemplate`, behind its lock. */
export async function takeTemplate(tx: Tx, id: TemplateId): Promise<TemplateWithContent> {
  await lockTemplate(tx, id);
  return readTemplate(tx, id);
}

const movedKind = {
  ACTIVE: 'template_activated',
  INACTIVE: 'template_deactivated',
  FINISHING: 'template_finishing',
  ARCHIVED: 'template_archived',
} as const;

/** Moves a template, with its lock held; refuses what the table of moves does not hold. */
export async function moveTemplate(
  tx: Tx,
  template: TemplateRow,
  to: Exclude<TemplateStatus, 'PENDING_SETUP'>,
  actor: Actor,
): Promise<void> {
  if (!templateMoves[template.status].includes(to))
    throw new Refusal(
      'wrong_state',
      `template ${template.id} is ${template.status}; from there it cannot become ${to}`,
    );
  const now = await appNow(tx);
  const activatedAt = template.activatedAt ?? (to === 'ACTIVE' ? now : null);
  await tx.update(templates).set({ status: to, updatedAt: now, activatedAt }).where(eq(templates.id, template.id));
  await record(tx, { workspaceId: template.workspaceId, kind: movedKind[to], at: now, actor, templateId: template.id });
}

/** The template's campaigns in the given statuses, by ascending id. */
export async function campaignsOf(
  tx: Tx,
  templateId: TemplateId,
  statuses: readonly CampaignStatus[],
): Promise<CampaignId[]> {
  const rows = await tx
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.templateId, templateId), inArray(campaigns.status, [...statuses])))
    .orderBy(campaigns.id);
  return rows.map(({ id }) => id);
}
