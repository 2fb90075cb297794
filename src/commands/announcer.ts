import type { SequenceNews, Walks } from '../adapters/walks.ts';
import type { Db } from '../db/pool.ts';
import { markCampaignTold, markSequenceTold, markStarted, readCampaignTell, readTell, type Tell } from '../db/tells.ts';
import type { SequenceId, WorkspaceId } from '../domain/ids.ts';
import type { Log } from '../domain/log.ts';
import { afterwards } from './afterwards.ts';
import type { Announcement } from './deps.ts';

interface Teller {
  db: Db;
  walks: Walks;
}

export interface Announcer {
  announce(announcement: Announcement): void;
  /** Everything announced so far was told, or left to the reconciler. */
  settled(): Promise<void>;
}

const AT_ONCE = 20;

/** Tells workflows of committed changes, some at a time, behind the caller's back; failures are the reconciler's. Design 3. */
export function createAnnouncer({ db, walks, log }: Teller & { log: Log }): Announcer {
  const { push, settled } = afterwards((announcement: Announcement) => tell({ db, walks }, announcement), {
    atOnce: AT_ONCE,
    failed: (error) =>
      log.warn(
        { error: error instanceof Error ? error.name : 'unknown' },
        'a workflow was not told; the reconciler will',
      ),
  });
  return { announce: push, settled };
}

const tell = (teller: Teller, announcement: Announcement): Promise<void> =>
  'sequenceId' in announcement
    ? tellSequence(teller, announcement.workspaceId, announcement.sequenceId, announcement.news)
    : tellCampaign(teller, announcement);

/**
 * Tells a sequence's workflow what it is behind on: its end, the given news, or only that something changed. One that is
 * gone while the sequence is open is started again, where Postgres stands.
 */
export async function tellSequence(
  { db, walks }: Teller,
  workspaceId: WorkspaceId,
  id: SequenceId,
  news?: SequenceNews,
): Promise<void> {
  const behind = await db.inWorkspace(workspaceId, (tx) => readTell(tx, id));
  if (!behind) return;
  const answer = await walks.tellSequence(id, newsOf(behind, news));
  // An earlier change was not told: this news alone might wake nobody, and would count as having told it.
  const isMore = news !== undefined && behind.end === null && behind.seq > behind.told + 1;
  if (isMore && answer === 'told') await walks.tellSequence(id, newsOf(behind));
  const restart = answer === 'gone' && behind.end === null;
  if (restart) await walks.startSequence(id);
  await db.inWorkspace(workspaceId, async (tx) => {
    if (restart) await markStarted(tx, id);
    await markSequenceTold(tx, id, behind.seq);
  });
}

const newsOf = ({ end, seq, status }: Tell, news?: SequenceNews): SequenceNews =>
  end ? { kind: 'ended', end } : (news ?? { kind: 'stateChanged', seq, status });

/** Tells a campaign's workflow of a control or of leads; a campaign that starts, or whose workflow is gone, is started. */
export async function tellCampaign(
  { db, walks }: Teller,
  announcement: Extract<Announcement, { campaignId: unknown }>,
): Promise<void> {
  const { workspaceId, campaignId, epoch, start = false } = announcement;
  const seq = await db.inWorkspace(workspaceId, (tx) => readCampaignTell(tx, campaignId));
  if (start) await walks.startCampaign(campaignId);
  const answer = await walks.tellCampaign(
    campaignId,
    epoch === undefined ? { kind: 'leadsChanged' } : { kind: 'control', epoch },
  );
  if (answer === 'gone') await walks.startCampaign(campaignId);
  await db.inWorkspace(workspaceId, (tx) => markCampaignTold(tx, campaignId, seq));
}
