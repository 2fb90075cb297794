import { sql } from 'drizzle-orm';
import type { Tx } from './pool.ts';
import { installation } from './schema.ts';

/** The business clock, epoch ms: the real one plus the stored offset of virtual time. Design 4. */
export async function appNow(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ now: string }>(
    sql`select floor(extract(epoch from app_now()) * 1000)::bigint as now`,
  );
  return Number(rows[0]?.now);
}

/**
 * An attempt's now: a retried activity carries an hours-old `workflowNow`, a fast-forwarded workflow one that is ahead.
 * Read it after the locks are held. Design 4.
 */
export const attemptNow = async (tx: Tx, workflowNow: number): Promise<number> =>
  Math.max(workflowNow, await appNow(tx));

/** Moves the business clock to `instant`; one in the past is left unheard, for the offset never decreases. System role only. */
export async function moveClockTo(tx: Tx, instant: number): Promise<void> {
  await tx.update(installation).set({
    offsetMs: sql`greatest(offset_ms, ${instant} - floor(extract(epoch from clock_timestamp()) * 1000)::bigint)`,
  });
}

/** How far the business clock is ahead of the real one, in ms. */
export async function clockOffset(tx: Tx): Promise<number> {
  const [row] = await tx.select({ offsetMs: installation.offsetMs }).from(installation);
  return row?.offsetMs ?? 0;
}

/** The same as a workspace sees it, and a few microseconds more: the business clock against the database's own. */
export async function clockAhead(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ ahead: string }>(
    sql`select round(extract(epoch from app_now() - clock_timestamp()) * 1000) as ahead`,
  );
  return Number(rows[0]?.ahead);
}
