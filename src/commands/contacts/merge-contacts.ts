import { appNow } from '../../db/clock.ts';
import { becomeOne, idsOf, leadsThatGo, openSequencesOf, type Pair, survivorOf } from '../../db/contact-merges.ts';
import { record } from '../../db/events.ts';
import { lockContactsWhole, lockLeads, lockSequences } from '../../db/locks.ts';
import { endFromOutside } from '../../db/moves.ts';
import type { Tx } from '../../db/pool.ts';
import { loadWalk } from '../../db/walks.ts';
import { whoStays } from '../../domain/contact-merge.ts';
import type { CampaignId, ContactId, SequenceId, TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { archiveFinished } from '../sequences/archive-finished.ts';

export interface Merge {
  contactId: ContactId;
  /** Who turned out to be the same person. */
  withId: ContactId;
  /** Which of two open sequences ends; where both have one, a person has to say. */
  stop?: SequenceId;
}

/** What a merge would do, before anybody says yes to it: it cannot be taken back. */
export interface MergePreview extends Pair {
  /** Of both; more than one: a merge has to name the one that ends. */
  open: { id: SequenceId; contactId: ContactId; campaignId: CampaignId }[];
  /** Campaigns in which both are leads: one of the two leads goes. */
  campaignsOfBoth: CampaignId[];
}

const end = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' } as const;

/** Changes nothing. Refuses as the merge itself does, but for two open sequences, which it names. */
export const previewMerge = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  { contactId, withId }: Merge,
): Promise<MergePreview> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const pair = await pairOf(tx, contactId, withId);
    return {
      ...pair,
      open: await openSequencesOf(tx, [pair.survivor.id, pair.merged.id]),
      campaignsOfBoth: (await leadsThatGo(tx, pair)).map(({ campaignId }) => campaignId),
    };
  });

/**
 * Makes one contact of two, in one transaction: the older one keeps its id and what it is written to, and has all that was
 * the other's. Whatever is said of the other's id is said of the survivor from then on. Returns the survivor.
 */
export async function mergeContacts(deps: CommandDeps, caller: Caller, merge: Merge): Promise<ContactId> {
  const { workspaceId } = caller;
  const { survivor, ended } = await deps.db.inWorkspace(workspaceId, (tx) => mergeIn(tx, caller, merge));
  if (ended) {
    deps.announce({ workspaceId, sequenceId: ended.sequenceId });
    await archiveFinished(deps.db, workspaceId, ended.templateId);
  }
  return survivor;
}

interface Merged {
  survivor: ContactId;
  ended: { sequenceId: SequenceId; templateId: TemplateId } | null;
}

async function mergeIn(tx: Tx, caller: Caller, { contactId, withId, stop }: Merge): Promise<Merged> {
  const { workspaceId, actor } = caller;
  const before = await pairOf(tx, contactId, withId);
  const ids = [before.survivor.id, before.merged.id];
  // Leads that come about behind these locks are not there yet for the statements below, and keep their own contact's id.
  await lockLeads(tx, (await idsOf(tx, ids)).leads);
  await lockContactsWhole(tx, ids);
  await lockSequences(tx, (await idsOf(tx, ids)).sequences);
  const pair = await pairOf(tx, contactId, withId);
  if (![pair.survivor.id, pair.merged.id].every((id) => ids.includes(id)))
    throw new Refusal('version_conflict', 'one of the two was merged with a third meanwhile: look again');
  const now = await appNow(tx);
  const ended = await endOneOf(tx, caller, { ids, stop, now });
  await becomeOne(tx, pair);
  const data = { merged: pair.merged.id };
  await record(tx, { workspaceId, kind: 'contacts_merged', at: now, actor, contactId: pair.survivor.id, data });
  return { survivor: pair.survivor.id, ended };
}

/** A contact has one open sequence at most: of two, a person says which one ends. */
async function endOneOf(
  tx: Tx,
  { actor }: Caller,
  { ids, stop, now }: { ids: ContactId[]; stop: SequenceId | undefined; now: number },
): Promise<Merged['ended']> {
  const open = (await openSequencesOf(tx, ids)).map(({ id }) => id);
  if (open.length < 2) return null;
  if (stop === undefined || !open.includes(stop))
    throw new Refusal(
      'wrong_state',
      `both contacts have an open sequence: name the one to stop, of ${open.join(' and ')}`,
    );
  const walk = await loadWalk(tx, stop);
  await endFromOutside({ tx, walk, now, actor }, end);
  return { sequenceId: walk.sequence.id, templateId: walk.sequence.templateId };
}

/** The two as they stand, old ids followed; refuses what are not two contacts that somebody is known by. */
async function pairOf(tx: Tx, contactId: ContactId, withId: ContactId): Promise<Pair> {
  const [one, other] = [await survivorOf(tx, contactId), await survivorOf(tx, withId)];
  if (!one) throw new Refusal('not_found', { noun: 'contact', id: contactId });
  if (!other) throw new Refusal('not_found', { noun: 'contact', id: withId });
  if (one.id === other.id)
    throw new Refusal('wrong_state', `contacts ${contactId} and ${withId} are one already: ${one.id}`);
  for (const { id, erasedAt } of [one, other])
    if (erasedAt !== null)
      throw new Refusal('wrong_state', `contact ${id} was erased: nothing is known of them any more`);
  return whoStays(one, other);
}
