import { and, count, inArray, type SQL, sql } from 'drizzle-orm';
import { type Channel, channelOf } from '../domain/accounts/account.ts';
import type { AccountId } from '../domain/ids.ts';
import { openStatuses, type StepStatus, stepKinds } from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import { sequenceSteps, sequences } from './schema.ts';

/** An unconfirmed message needs nobody's account: a person says what became of it. */
const unfinished: StepStatus[] = ['PENDING', 'WAITING', 'SENDING'];

/** Sequences that still have something to send from this account. */
export function stillNeeds(id: AccountId, channel: Channel): SQL {
  const given = channel === 'email' ? sequences.emailAccountId : sequences.linkedinAccountId;
  const kinds = stepKinds.filter((kind) => channelOf[kind] === channel);
  return sql`${given} = ${id} and exists (select 1 from ${sequenceSteps} where ${sequenceSteps.sequenceId} = ${sequences.id}
    and ${inArray(sequenceSteps.kind, kinds)} and ${inArray(sequenceSteps.status, unfinished)})`;
}

/** How many open sequences would fail without it. */
export async function countNeeding(tx: Tx, id: AccountId, channel: Channel): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(sequences)
    .where(and(stillNeeds(id, channel), inArray(sequences.status, [...openStatuses])));
  return row?.count ?? 0;
}
