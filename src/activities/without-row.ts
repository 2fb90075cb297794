import type { AccountId, CampaignId, SequenceId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import type { SequenceEnded } from '../domain/sequence.ts';

/*
 * Temporal may know what Postgres does not: after a restore from an older dump, say. Nothing can be found out or done for
 * such a workflow, and no retry would help it, so it is told to end, and operators that it was. Where the row is there
 * after all, the reconciler starts it again.
 */

type Missing = { sequenceId: SequenceId } | { campaignId: CampaignId } | { accountId: AccountId };

export const tellWithoutRow = (log: Log, missing: Missing): void =>
  log.error(missing, 'a workflow ends: this database does not know what it is for');

/** What every deed for such a sequence answers; its steps are not known. */
export function endWithoutRow(log: Log, sequenceId: SequenceId): SequenceEnded {
  tellWithoutRow(log, { sequenceId });
  return { kind: 'ended', end: { status: 'FAILED', reason: 'internal_error' }, status: 'FAILED', steps: [] };
}
