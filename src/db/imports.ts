import { and, asc, count, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { CampaignId, ImportId, WorkspaceId } from '../domain/ids.ts';
import type { ImportOutcome } from '../domain/lead.ts';
import type { Actor } from './events.ts';
import { lockImportRows } from './locks.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import { importRows, imports } from './schema.ts';

/*
 * Files of leads that were handed in. Their rows wait here, so that an import goes on where it stood, whoever dies.
 * Who works one off holds a lease on the real clock: the rows say what is done, so two at once would only waste time.
 */

export type ImportRecord = typeof imports.$inferSelect;
export type ImportRow = typeof importRows.$inferSelect;

/** Others are answered between two statements: so many rows are judged and written in some 10 ms. */
const ROWS_AT_ONCE = 250;

/** The import and all of its rows, taken as they are written. */
export async function writeImport(tx: Tx, job: typeof imports.$inferInsert, rows: Iterable<ImportRow>): Promise<void> {
  await tx.insert(imports).values(job);
  let page: ImportRow[] = [];
  const write = async () => {
    if (page.length > 0) await tx.insert(importRows).values(page);
    page = [];
  };
  for (const row of rows) if (page.push(row) === ROWS_AT_ONCE) await write();
  await write();
}

const LEASE = sql`clock_timestamp() + interval '30 seconds'`;
const isFree = or(isNull(imports.leasedUntil), lt(imports.leasedUntil, sql`clock_timestamp()`));
const isUnfinished = isNull(imports.finishedAt);

/** Who handed it in. */
export function actorOf({ id, actor }: ImportRecord): Actor {
  if (isActor(actor)) return actor;
  throw new Error(`import ${id} was handed in by nobody`);
}

const isActor = (text: string): text is Actor => /^(member|token):./.test(text) || text === 'service';

/** Takes an unfinished import for 30 s; null when somebody is on it, or it is done. */
export async function leaseImport(tx: Tx, id: ImportId): Promise<ImportRecord | null> {
  const [job] = await tx
    .update(imports)
    .set({ leasedUntil: LEASE })
    .where(and(eq(imports.id, id), isUnfinished, isFree))
    .returning();
  return job ?? null;
}

/** Keeps it for 30 s more; null when it was lost meanwhile. */
export async function renewLease(tx: Tx, { id, leasedUntil }: ImportRecord): Promise<ImportRecord | null> {
  if (leasedUntil === null) return null;
  const [job] = await tx
    .update(imports)
    .set({ leasedUntil: LEASE })
    .where(and(eq(imports.id, id), isUnfinished, eq(imports.leasedUntil, leasedUntil)))
    .returning();
  return job ?? null;
}

/** Others need not wait for the lease to run out. */
export const giveUpLease = (tx: Tx, { id, leasedUntil }: ImportRecord) =>
  tx
    .update(imports)
    .set({ leasedUntil: null })
    .where(and(eq(imports.id, id), leasedUntil === null ? undefined : eq(imports.leasedUntil, leasedUntil)));

export const waitingRows = (tx: Tx, id: ImportId, atMost: number): Promise<ImportRow[]> =>
  tx
    .select()
    .from(importRows)
    .where(and(eq(importRows.importId, id), isNull(importRows.outcome)))
    .orderBy(asc(importRows.row))
    .limit(atMost);

/** What became of a row; the first word stands. */
export async function settleRow(
  tx: Tx,
  { importId, row }: ImportRow,
  outcome: ImportOutcome,
  detail: string | null,
): Promise<void> {
  await tx
    .update(importRows)
    .set({ outcome, detail })
    .where(and(eq(importRows.importId, importId), eq(importRows.row, row), isNull(importRows.outcome)));
}

/** The rows that are still to come will have none other. */
export async function settleRest(tx: Tx, id: ImportId, outcome: ImportOutcome, detail: string): Promise<void> {
  const rest = and(eq(importRows.importId, id), isNull(importRows.outcome));
  await lockImportRows(tx, rest);
  await tx.update(importRows).set({ outcome, detail }).where(rest);
}

/** False when somebody else has finished it. */
export async function finishImport(tx: Tx, id: ImportId, now: number): Promise<boolean> {
  const finished = await tx
    .update(imports)
    .set({ finishedAt: now, leasedUntil: null })
    .where(and(eq(imports.id, id), isUnfinished))
    .returning({ id: imports.id });
  return finished.length === 1;
}

/** Imports that nobody works on, over all workspaces (system role). */
export const abandonedImports = (tx: Tx): Promise<{ id: ImportId; workspaceId: WorkspaceId }[]> =>
  tx
    .select({ id: imports.id, workspaceId: imports.workspaceId })
    .from(imports)
    .where(and(isUnfinished, isFree))
    .orderBy(asc(imports.createdAt))
    .limit(10);

// For people.

export interface ImportView {
  job: ImportRecord;
  /** Outcomes that no row has are absent; `waiting`: still to come. */
  counts: Partial<Record<ImportOutcome | 'waiting', number>>;
}

const countsOf = sql<ImportView['counts']>`(select coalesce(json_object_agg(outcome, n), '{}')
  from (select coalesce(${importRows.outcome}, 'waiting') as outcome, count(*) as n from ${importRows}
    where ${importRows.importId} = ${imports.id} group by 1) counted)`;

/** null when the workspace has none of that id. */
export async function findImport(tx: Tx, id: ImportId): Promise<ImportView | null> {
  const [found] = await tx.select({ job: imports, counts: countsOf }).from(imports).where(eq(imports.id, id));
  return found ?? null;
}

/** A campaign's newest. */
export const newestImports = (tx: Tx, campaignId: CampaignId, atMost: number): Promise<ImportView[]> =>
  tx
    .select({ job: imports, counts: countsOf })
    .from(imports)
    .where(eq(imports.campaignId, campaignId))
    .orderBy(desc(imports.createdAt), desc(imports.id))
    .limit(atMost);

/** One page of an import's rows in the order of the file, with the count of all that match, in one statement. */
export async function listImportRows(
  tx: Tx,
  { importId, outcome }: { importId: ImportId; outcome?: ImportOutcome | undefined },
  asked: PageAsked,
): Promise<Listed<ImportRow>> {
  const which = and(
    eq(importRows.importId, importId),
    outcome === undefined ? undefined : eq(importRows.outcome, outcome),
  );
  const total = tx
    .select({ count: count().as('count') })
    .from(importRows)
    .where(which)
    .as('total');
  const shown = tx
    .select({ row: importRows.row })
    .from(importRows)
    .where(which)
    .orderBy(asc(importRows.row))
    .limit(asked.size)
    .offset(rowsBefore(asked))
    .as('shown');
  const rows = await tx
    .select({ total: total.count, item: importRows })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(importRows, and(eq(importRows.importId, importId), eq(importRows.row, shown.row)))
    .orderBy(asc(importRows.row));
  return { items: rows.flatMap(({ item }) => item ?? []), totalCount: rows[0]?.total ?? 0 };
}

/** The next rows behind `after`, in the order of the file. */
export const rowsAfter = (tx: Tx, importId: ImportId, after: number, atMost: number): Promise<ImportRow[]> =>
  tx
    .select()
    .from(importRows)
    .where(and(eq(importRows.importId, importId), gt(importRows.row, after)))
    .orderBy(asc(importRows.row))
    .limit(atMost);

/** Every name that a row of it has a value for. */
export async function namesInImport(tx: Tx, importId: ImportId): Promise<string[]> {
  const { rows } = await tx.execute<{ name: string }>(
    sql`select distinct jsonb_object_keys(${importRows.data}) as name from ${importRows} where ${importRows.importId} = ${importId} order by 1`,
  );
  return rows.map(({ name }) => name);
}
