import { and, count, inArray, isNull, lte, ne } from 'drizzle-orm';
import { openStatuses } from '../domain/sequence.ts';
import { appNow } from './clock.ts';
import type { Tx } from './pool.ts';
import { sequences } from './schema.ts';
import { nextInstantOfAll } from './standing.ts';

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
