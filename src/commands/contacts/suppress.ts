import { eq, or, type SQL, sql } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { contacts, sequences } from '../../db/schema.ts';
import { suppress as writeSuppression } from '../../db/suppressions.ts';
import { endOfSuppressed } from '../../domain/fence.ts';
import { Refusal } from '../../domain/refusal.ts';
import { normaliseSuppression, type SuppressionKind, type SuppressionReason } from '../../domain/suppression.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { endInPages } from '../sequences/end-in-pages.ts';

export interface SuppressionInput {
  kind: SuppressionKind;
  value: string;
  reason: SuppressionReason;
}

/**
 * Never contact these again. The fact is committed first, and the fence honours it at once; then the open sequences it
 * concerns end, in pages. Returns how many. Design 3.
 */
export async function suppress(
  deps: CommandDeps,
  caller: Caller,
  inputs: readonly SuppressionInput[],
): Promise<{ ended: number }> {
  const { workspaceId, actor } = caller;
  const entries = inputs.map(({ kind, value, reason }) => {
    const normal = normaliseSuppression(kind, value);
    if (!normal.ok) throw new Refusal('invalid', normal.problem, [{ path: ['value'], what: normal.problem }]);
    return { kind, value: normal.value, reason };
  });
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    const now = await appNow(tx);
    // In the order of their keys: two who write the same ones wait for one another at the first.
    for (const { kind, value, reason } of [...entries].sort(byKey))
      await writeSuppression({ tx, now, actor }, { workspaceId, kind, value, reason });
  });
  let ended = 0;
  for (const { kind, value, reason } of entries) {
    const concerned = sql`${sequences.contactId} in (select ${contacts.id} from ${contacts} where ${covered(kind, value)})`;
    ended += await endInPages(deps, caller, concerned, endOfSuppressed[reason]);
  }
  return { ended };
}

const keyOf = ({ kind, value }: SuppressionInput) => `${kind} ${value}`;
const byKey = (one: SuppressionInput, other: SuppressionInput): number =>
  Number(keyOf(one) > keyOf(other)) - Number(keyOf(one) < keyOf(other));

/** The contacts an entry covers; a domain covers its subdomains. */
function covered(kind: SuppressionKind, value: string): SQL | undefined {
  if (kind === 'address') return eq(contacts.email, value);
  if (kind === 'profile') return eq(contacts.profile, value);
  const domain = sql`split_part(${contacts.email}, '@', 2)`;
  return or(sql`${domain} = ${value}`, sql`right(${domain}, ${value.length + 1}) = ${`.${value}`}`);
}
