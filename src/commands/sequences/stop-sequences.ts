import { and, eq, inArray, type SQL } from 'drizzle-orm';
import { campaignExists } from '../../db/campaign-reads.ts';
import { sequences } from '../../db/schema.ts';
import { matchingSequences, type SequenceFilter } from '../../db/sequence-search.ts';
import type { CampaignId, SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { endInPages } from './end-in-pages.ts';

export interface StopMany {
  campaignId: CampaignId;
  /** These, or all that a search shows; those that have ended are left as they are. */
  which: { ids: readonly SequenceId[] } | { search: Omit<SequenceFilter, 'campaignId'> };
}

const end = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' } as const;

/** Ends many sequences of a campaign as `stopSequence` ends one, in pages. Returns how many. */
export async function stopSequences(
  deps: CommandDeps,
  caller: Caller,
  { campaignId, which }: StopMany,
): Promise<number> {
  if (!(await deps.db.inWorkspace(caller.workspaceId, (tx) => campaignExists(tx, campaignId))))
    throw new Refusal('not_found', { noun: 'campaign', id: campaignId });
  const chosen =
    'ids' in which ? inArray(sequences.id, [...which.ids]) : matchingSequences({ ...which.search, campaignId });
  return endInPages(deps, caller, both(eq(sequences.campaignId, campaignId), chosen), end);
}

const both = (one: SQL, other: SQL | undefined): SQL => and(one, other) ?? one;
