import { type AnyColumn, and, asc, count, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { TemplateId } from '../domain/ids.ts';
import type { TemplateStatus } from '../domain/template.ts';
import type { Tx } from './pool.ts';
import { templates, templateVersions } from './schema.ts';

/** A template as the public API shows it. */
export interface TemplateSummary {
  id: TemplateId;
  name: string | null;
  summary: string | null;
  status: TemplateStatus;
  stepCount: number;
  language: string | null;
  timezone: string;
  activatedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

export const templateSortKeys = ['created_at', 'updated_at', 'name'] as const;
type TemplateSortKey = (typeof templateSortKeys)[number];

export interface TemplateSearch {
  /** Equal byte for byte. */
  name: string | undefined;
  status: TemplateStatus | undefined;
  /** Epoch ms, in whole seconds; both exclude the bound itself. */
  createdAfter: number | undefined;
  createdBefore: number | undefined;
  sortBy: TemplateSortKey;
  sortOrder: 'asc' | 'desc';
  /** From 1. */
  page: number;
  size: number;
}

const ofTemplate = {
  id: templates.id,
  name: templates.name,
  summary: templates.summary,
  status: templates.status,
  activatedAt: templates.activatedAt,
  createdAt: templates.createdAt,
  updatedAt: templates.updatedAt,
};

/** What a template's current version says of it. */
const ofVersion = {
  stepCount: sql<number>`jsonb_array_length(${templateVersions.content} -> 'steps')`,
  language: sql<string | null>`${templateVersions.content} ->> 'language'`,
  timezone: sql<string>`${templateVersions.content} -> 'schedule' ->> 'zone'`,
};

const currentVersion = (of: Record<'id' | 'version', AnyColumn>) =>
  and(eq(templateVersions.templateId, of.id), eq(templateVersions.version, of.version));

type Sorted = Record<'id' | 'name' | 'createdAt' | 'updatedAt', AnyColumn>;

/** Names sort by code point, the one order every PostgreSQL has; null comes last both ways; equals stand in the order of their ids. */
function inOrder({ sortBy, sortOrder }: TemplateSearch, of: Sorted): SQL[] {
  const by = { created_at: of.createdAt, updated_at: of.updatedAt, name: sql`${of.name} collate "C"` }[sortBy];
  const direction = sortOrder === 'asc' ? asc : desc;
  return [sql`${direction(by)} nulls last`, direction(of.id)];
}

/** One page and the size of the whole match, of one instant: a single statement, so also a page past the end knows it. */
export async function searchTemplates(
  tx: Tx,
  search: TemplateSearch,
): Promise<{ items: TemplateSummary[]; total: number }> {
  const { name, status, createdAfter, createdBefore, page, size } = search;
  const matching = and(
    name === undefined ? undefined : eq(templates.name, name),
    status === undefined ? undefined : eq(templates.status, status),
    createdAfter === undefined ? undefined : gt(templates.createdAt, createdAfter),
    createdBefore === undefined ? undefined : lt(templates.createdAt, createdBefore),
  );
  const match = tx
    .select({ total: count().as('total') })
    .from(templates)
    .where(matching)
    .as('match');
  const item = tx
    .select({ ...ofTemplate, version: templates.version })
    .from(templates)
    .where(matching)
    .orderBy(...inOrder(search, templates))
    .limit(size)
    .offset((page - 1) * size)
    .as('item');
  const rows = await tx
    .select({
      total: match.total,
      item: {
        id: item.id,
        name: item.name,
        summary: item.summary,
        status: item.status,
        activatedAt: item.activatedAt,
        createdAt: item.createdAt,
        updatedAt: item.updatedAt,
      },
      ofVersion,
    })
    .from(match)
    .leftJoin(item, sql`true`)
    .leftJoin(templateVersions, currentVersion(item)) // of the page alone: contents are large
    .orderBy(...inOrder(search, item));
  return {
    items: rows.flatMap((row) => (row.item ? [{ ...row.item, ...row.ofVersion }] : [])),
    total: rows[0]?.total ?? 0,
  };
}

/** null when the workspace has no such template. */
export async function findTemplateSummary(tx: Tx, id: TemplateId): Promise<TemplateSummary | null> {
  const [found] = await tx
    .select({ ...ofTemplate, ...ofVersion })
    .from(templates)
    .innerJoin(templateVersions, currentVersion(templates))
    .where(eq(templates.id, id));
  return found ?? null;
}
