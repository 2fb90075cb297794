import { z } from 'zod';
import {
  findTemplateSummary,
  searchTemplates,
  type TemplateSummary,
  templateSortKeys,
} from '../../db/template-summaries.ts';
import type { TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { templateStatuses } from '../../domain/template.ts';
import { instantBound } from '../bounds.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import {
  pageAnswer,
  pageOf,
  paging,
  pathId,
  printedId,
  printedInstant,
  printInstant,
  printInstantOrNull,
  text,
} from '../shapes/primitives.ts';

/** Exactly the documented object: ten fields, always all of them. */
const sequenceTemplate = z.object({
  id: printedId,
  name: z.string().nullable(),
  summary: z.string().nullable(),
  status: z.enum(templateStatuses),
  step_count: z.int(),
  language: z.string().nullable(),
  timezone: z.string(),
  activated_at: printedInstant.nullable(),
  created_at: printedInstant,
  updated_at: printedInstant,
});

export type SequenceTemplate = z.output<typeof sequenceTemplate>;

const listQuery = z.strictObject({
  name: text(16_384).optional().describe("The template's name, exactly, byte for byte."),
  status: z.enum(templateStatuses).optional().describe('ACTIVE shows those that accept enrolments.'),
  created_at_after: instantBound.optional().describe('Created strictly after this instant.'),
  created_at_before: instantBound.optional().describe('Created strictly before this instant.'),
  sort_by: z.enum(templateSortKeys).default('created_at').describe('Names sort by code point; without a name last.'),
  sort_order: z.enum(['asc', 'desc']).default('asc').describe('Equals stand in the order of their ids.'),
  ...paging,
});

const config = { scope: 'sequences:read' } as const;

/** `/v1/sequence-templates`, for reading only: templates are made and edited in the web app. */
export function sequenceTemplateRoutes(app: App, { db }: ApiDeps): void {
  app.get(
    '/v1/sequence-templates',
    { config, schema: { querystring: listQuery, response: { 200: pageOf(sequenceTemplate) } } },
    async ({ caller, query }) => {
      const { items, total } = await db.inWorkspace(caller.workspaceId, (tx) =>
        searchTemplates(tx, {
          name: query.name,
          status: query.status,
          createdAfter: query.created_at_after?.floor,
          createdBefore: query.created_at_before?.ceiling,
          sortBy: query.sort_by,
          sortOrder: query.sort_order,
          page: query.page,
          size: query.size,
        }),
      );
      return pageAnswer(items.map(show), total, query);
    },
  );

  app.get(
    '/v1/sequence-templates/:id',
    { config, schema: { params: pathId<TemplateId>(), response: { 200: sequenceTemplate } } },
    async ({ caller, params: { id } }) => {
      const found = await db.inWorkspace(caller.workspaceId, (tx) => findTemplateSummary(tx, id));
      if (!found) throw new Refusal('not_found', { noun: 'sequence template', id });
      return show(found);
    },
  );
}

const show = (template: TemplateSummary): z.output<typeof sequenceTemplate> => ({
  id: template.id,
  name: template.name,
  summary: template.summary,
  status: template.status,
  step_count: template.stepCount,
  language: template.language,
  timezone: template.timezone,
  activated_at: printInstantOrNull(template.activatedAt),
  created_at: printInstant(template.createdAt),
  updated_at: printInstant(template.updatedAt),
});
