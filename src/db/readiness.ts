import { sql } from 'drizzle-orm';
import type { Tx } from './pool.ts';
import { installation } from './schema.ts';

export interface InstallationState {
  /** When the newest migration of this database was generated, epoch ms; compare `newestMigration()`. */
  migration: number;
  /** By the real clock, epoch ms; null: never yet. */
  reconciledAt: number | null;
}

/** What the operator's questions are answered from. System role. */
export async function readInstallation(tx: Tx): Promise<InstallationState> {
  const [row] = await tx.select({ reconciledAt: installation.reconciledAt }).from(installation);
  // The list of migrations is the migrator's own: the roles that work under row-level security have no right to it.
  await tx.execute(sql`set local role none`);
  const { rows } = await tx.execute<{ newest: string | null }>(
    sql`select max(created_at) as newest from drizzle.__drizzle_migrations`,
  );
  return { migration: Number(rows[0]?.newest ?? 0), reconciledAt: row?.reconciledAt ?? null };
}
