import { and, count, eq, inArray, isNull, lte, ne, sql } from 'drizzle-orm';
import type { WorkspaceId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import { appNow } from './clock.ts';
import type { Tx } from './pool.ts';
import { installation, sequences, workspaces } from './schema.ts';
import { nextInstantOfAll } from './standing.ts';

/** The kill switch of the installation or of the workspace. */
export async function isSwitchedOff(tx: Tx, workspaceId: WorkspaceId): Promise<boolean> {
  const [row] = await tx
    .select({ everywhere: installation.sendingStopped, here: workspaces.sendingStopped })
    .from(installation)
    .innerJoin(workspaces, eq(workspaces.id, workspaceId));
  return row ? row.everywhere || row.here : true;
}

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

/** Where the business clock stands, and what moving it on to `to` (null: to what acts next) concerns. System role. */
export async function readClock(tx: Tx, to: number | null) {
  const now = await appNow(tx);
  const nextAt = await nextInstantOfAll(tx, now);
  const open = inArray(sequences.status, [...openStatuses]);
  const until = to ?? nextAt;
  const [all] = await tx.select({ count: count() }).from(sequences).where(open);
  const [due] =
    until === null
      ? []
      : await tx
          .select({ count: count() })
          .from(sequences)
          .where(
            and(
              open,
              ne(sequences.status, 'WAITING_FOR_USER'),
              isNull(sequences.parkedEpoch),
              lte(sequences.nextAt, until),
            ),
          );
  return { now, nextAt, sequences: all?.count ?? 0, due: due?.count ?? 0 };
}
