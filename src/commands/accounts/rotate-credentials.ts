import { and, asc, eq, gt, inArray, isNotNull } from 'drizzle-orm';
import type { Vault } from '../../adapters/vault.ts';
import { lockAccounts } from '../../db/locks.ts';
import type { Db } from '../../db/pool.ts';
import { accounts } from '../../db/schema.ts';
import type { AccountId } from '../../domain/ids.ts';

const PAGE = 200;

export interface Rotation {
  /** Sealed anew, with the current key. */
  resealed: number;
  /** Were sealed with it already. */
  current: number;
  /** Could not be opened: the reason (it names the key), and how many of it. They stay as they are. */
  failed: ReadonlyMap<string, number>;
}

/**
 * Seals every stored credential with the current key, over all workspaces, in pages. One that cannot be opened does not
 * keep the others from being done. Harmless to repeat, and to cut short: what is done is found done.
 */
export async function rotateCredentials({ db, vault }: { db: Db; vault: Vault }): Promise<Rotation> {
  const failed = new Map<string, number>();
  const done = { resealed: 0, current: 0 };
  for (let from: AccountId | undefined, more = true; more; ) {
    const after = from;
    const page = await db.asSystem(async (tx) => {
      const found = await tx
        .select({ id: accounts.id })
        .from(accounts)
        .where(and(isNotNull(accounts.credentials), after && gt(accounts.id, after)))
        .orderBy(asc(accounts.id))
        .limit(PAGE);
      const ids = found.map(({ id }) => id);
      await lockAccounts(tx, ids);
      const rows = await tx
        .select({ id: accounts.id, credentials: accounts.credentials })
        .from(accounts)
        .where(and(isNotNull(accounts.credentials), inArray(accounts.id, ids)));
      const outcomes = rows.map(({ id, credentials }) => ({ id, ...reseal(vault, credentials) }));
      for (const outcome of outcomes)
        if (outcome.kind === 'resealed')
          await tx.update(accounts).set({ credentials: outcome.sealed }).where(eq(accounts.id, outcome.id));
      return { ids, outcomes };
    });
    for (const outcome of page.outcomes)
      if (outcome.kind === 'failed') failed.set(outcome.why, (failed.get(outcome.why) ?? 0) + 1);
      else done[outcome.kind]++;
    from = page.ids.at(-1);
    more = page.ids.length === PAGE;
  }
  return { ...done, failed };
}

type Sealed = ReturnType<Vault['seal']>;

function reseal(
  vault: Vault,
  sealed: Sealed | null,
): { kind: 'current' } | { kind: 'resealed'; sealed: Sealed } | { kind: 'failed'; why: string } {
  if (sealed === null || vault.isCurrent(sealed)) return { kind: 'current' };
  try {
    return { kind: 'resealed', sealed: vault.seal(vault.open(sealed)) };
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : 'unknown' };
  }
}
