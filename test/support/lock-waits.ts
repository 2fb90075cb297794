import { sql } from 'drizzle-orm';
import type { Tx } from '../../src/db/pool.ts';

/**
 * How many transactions of this database wait for a lock that another holds. Told by `pg_locks` alone: who is connected
 * (`pg_stat_activity`) is read once in a transaction, and whoever connects after that is not in it.
 */
export async function waitingForLocks(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(
    sql`select count(distinct pid)::int as count from pg_locks where not granted and pid in (
      select pid from pg_locks where database = (select oid from pg_database where datname = current_database()))`,
  );
  return rows[0]?.count ?? 0;
}
