import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { appNow } from '../../db/clock.ts';
import { contactPoints, sequences } from '../../db/schema.ts';
import { suppressedAmong, suppress as writeSuppression } from '../../db/suppressions.ts';
import { mailboxKey } from '../../domain/contact-point.ts';
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
    const theirs = sql`(select ${contactPoints.contactId} from ${contactPoints} where ${covered(kind, value)})`;
    const open = sql`select s.id, s.email_point, s.profile_point, s.contact_id, s.workspace_id, k.reachable_since
      from sequences s join contacts k on k.id = s.contact_id where s.ended_at is null and s.contact_id in ${theirs}`;
    const concerned = sql`${sequences.id} in ${suppressedAmong(open)}`;
    ended += await endInPages(deps, caller, concerned, endOfSuppressed[reason]);
  }
  return { ended };
}

const keyOf = ({ kind, value }: SuppressionInput) => `${kind} ${value}`;
const byKey = (one: SuppressionInput, other: SuppressionInput): number =>
  Number(keyOf(one) > keyOf(other)) - Number(keyOf(one) < keyOf(other));

/** The points an entry covers; a domain covers its subdomains. */
function covered(kind: SuppressionKind, value: string): SQL | undefined {
  if (kind === 'address') return eq(contactPoints.mailboxKey, mailboxKey(value));
  if (kind !== 'domain') return and(eq(contactPoints.kind, kind), eq(contactPoints.key, value));
  const domain = sql`split_part(${contactPoints.key}, '@', -1)`;
  const isUnder = or(sql`${domain} = ${value}`, sql`right(${domain}, ${value.length + 1}) = ${`.${value}`}`);
  return and(eq(contactPoints.kind, 'address'), isUnder);
}
