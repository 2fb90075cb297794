import { and, asc, count, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { TemplateId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import type { TemplateStatus } from '../domain/template.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import { sequences, templates, templateVersions } from './schema.ts';
import { containing } from './search.ts';

/** A template as the page lists it. */
export interface TemplateLine {
  id: TemplateId;
  name: string | null;
  summary: string | null;
  status: TemplateStatus;
  stepCount: number;
  zone: string;
  openSequences: number;
  updatedAt: number;
}

export interface TemplatesAsked {
  /** Part of the name or the summary. */
  q?: string | undefined;
  status?: TemplateStatus | undefined;
}

const isArchived = sql`${templates.status} = 'ARCHIVED'`;

/** One page of templates, what was edited last first and the archived at the end, with the count of all that match. */
export async function listTemplates(
  tx: Tx,
  { q, status }: TemplatesAsked,
  asked: PageAsked,
): Promise<Listed<TemplateLine>> {
  const which = and(
    status === undefined ? undefined : eq(templates.status, status),
    q === undefined || q === '' ? undefined : holds(q),
  );
  const [total] = await tx.select({ count: count() }).from(templates).where(which);
  const rows = await tx
    .select({
      id: templates.id,
      name: templates.name,
      summary: templates.summary,
      status: templates.status,
      updatedAt: templates.updatedAt,
      stepCount: sql<number>`jsonb_array_length(${templateVersions.content} -> 'steps')`,
      zone: sql<string>`${templateVersions.content} -> 'schedule' ->> 'zone'`,
    })
    .from(templates)
    .innerJoin(
      templateVersions,
      and(eq(templateVersions.templateId, templates.id), eq(templateVersions.version, templates.version)),
    )
    .where(which)
    .orderBy(asc(isArchived), desc(templates.updatedAt), desc(templates.id))
    .limit(asked.size)
    .offset(rowsBefore(asked));
  const open = await openSequencesOf(
    tx,
    rows.map(({ id }) => id),
  );
  return {
    items: rows.map((row) => ({ ...row, openSequences: open.get(row.id) ?? 0 })),
    totalCount: total?.count ?? 0,
  };
}

const holds = (q: string): SQL => containing(sql`concat_ws(' ', ${templates.name}, ${templates.summary})`, q);

/** How many sequences are open on each of these templates, whichever version they keep; those without one are not in it. */
export async function openSequencesOf(tx: Tx, ids: readonly TemplateId[]): Promise<ReadonlyMap<TemplateId, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ templateId: sequences.templateId, open: count() })
    .from(sequences)
    .where(and(inArray(sequences.templateId, [...ids]), inArray(sequences.status, [...openStatuses])))
    .groupBy(sequences.templateId);
  return new Map(rows.map(({ templateId, open }) => [templateId, open]));
}
