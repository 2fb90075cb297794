import { and, eq, type SQL, sql } from 'drizzle-orm';
import { RECONNECT_WITHIN_MS } from '../domain/accounts/account.ts';
import { type HoldKind, type HoldReason, type HoldUp, holdOrder, type Milestone } from '../domain/hold-up.ts';
import type { CampaignId } from '../domain/ids.ts';
import { openStatuses, type SequenceStatus } from '../domain/sequence.ts';
import { contacts, sequences } from './schema.ts';
import { contactHolds } from './search.ts';
import { suppressedAmong } from './suppressions.ts';

/*
 * Which sequences a person looks for. Each condition stands by itself on a row of `sequences`, so that lists, counts and
 * what is done to all that match ask the same question.
 */

export interface SequenceFilter {
  campaignId?: CampaignId | undefined;
  status?: SequenceStatus | undefined;
  /** Those that this keeps still. */
  hold?: HoldKind | undefined;
  /** Open ones that wait for this first of all. */
  holdUp?: HoldUp | undefined;
  /** Those that came so far. */
  reached?: Milestone | undefined;
  /** Part of the contact's name, address, profile or company. */
  typed?: string | undefined;
}

export const matchingSequences = ({
  campaignId,
  status,
  hold,
  holdUp,
  reached,
  typed,
}: SequenceFilter): SQL | undefined =>
  and(
    campaignId === undefined ? undefined : eq(sequences.campaignId, campaignId),
    status === undefined ? undefined : eq(sequences.status, status),
    hold === undefined
      ? undefined
      : sql`${sequences.id} in (select s.id from ${openSequences(campaignId)} and ${heldWhen(now, campaignId)[hold]})`,
    holdUp === undefined
      ? undefined
      : sql`${sequences.id} in (select waiting.id from (${holdUpsOf(campaignId)}) waiting where waiting.hold_up = ${holdUp})`,
    reached === undefined ? undefined : milestoneOf[reached],
    typed === undefined
      ? undefined
      : sql`exists (select 1 from ${contacts} where ${contacts.id} = ${sequences.contactId} and ${contactHolds(typed)})`,
  );

/** The business clock, asked once per statement and not once per row. */
export const now = sql`(select app_now())`;

const areOpen = (campaignId: CampaignId | undefined): SQL =>
  sql`s.status in (${sql.join(
    openStatuses.map((status) => sql`${status}`),
    sql`, `,
  )})${campaignId === undefined ? sql`` : sql` and s.campaign_id = ${campaignId}`}`;

/** Each open sequence `s` with all that may hold it; the account `a` is the one that its current step goes from. */
const openSequences = (campaignId: CampaignId | undefined): SQL => sql`sequences s
  join campaigns c on c.id = s.campaign_id
  join contacts k on k.id = s.contact_id
  join workspaces w on w.id = s.workspace_id
  cross join installation i
  left join sequence_steps st on st.sequence_id = s.id and st.position = s.position
  left join accounts a on a.id = case st.kind when 'email' then s.email_account_id
    when 'linkedin_message' then s.linkedin_account_id when 'linkedin_invitation' then s.linkedin_account_id end
  where ${areOpen(campaignId)}`;

const recipientsOfOpen = (campaignId: CampaignId | undefined): SQL =>
  sql`select s.id, s.email_point, s.profile_point, s.contact_id, s.workspace_id, k.reachable_since
    from sequences s join contacts k on k.id = s.contact_id where ${areOpen(campaignId)}`;

/** As `holds` in `domain/hold-up.ts` says of one whose step is due then. */
const heldWhen = (due: SQL, campaignId: CampaignId | undefined) =>
  ({
    waiting_for_task: sql`s.status = 'WAITING_FOR_USER'`, // derived whenever a task moves
    campaign_ended: sql`c.status = 'ENDED'`,
    campaign_paused: sql`c.status <> 'RUNNING'`,
    switched_off: sql`(i.sending_stopped or w.sending_stopped)`,
    account_paused: sql`a.paused_why is not null`, // it outlasts a disconnection
    suppressed: sql`s.id in ${suppressedAmong(recipientsOfOpen(campaignId))}`,
    account_unavailable: sql`(a.status = 'REMOVED' or a.status = 'DISCONNECTED' and ${due} <= ${now}
      and a.disconnected_at <= ${now} - make_interval(secs => ${RECONNECT_WITHIN_MS / 1000}))`,
    account_disconnected: sql`(a.status = 'DISCONNECTED' and ${due} <= ${now})`,
    account_resting: sql`(a.status = 'RESTING' and a.resting_until > ${now} and a.resting_until >= ${due})`,
    out_of_office: sql`(k.away_until > ${now} and k.away_until >= ${due})`,
  }) satisfies Record<HoldReason, SQL>;

/** As `dueOf` says of one. */
const due = sql`case when s.next_at > ${now} and s.next_why is distinct from 'held' then s.next_at else ${now} end`;

/** The first reason that holds it, in the one order; else what its row says. */
function waitsFor(campaignId: CampaignId | undefined): SQL {
  const held = heldWhen(due, campaignId);
  const reasons = holdOrder.map((by) => sql`when ${held[by]} then ${by}`);
  return sql`case ${sql.join(reasons, sql` `)} when s.next_at is null and s.next_why is null then 'writing'
    else coalesce(s.next_why, 'delay') end`;
}

/** Each open sequence with what it waits for. */
export const holdUpsOf = (campaignId: CampaignId | undefined): SQL =>
  sql`select s.id, ${waitsFor(campaignId)} as hold_up from ${openSequences(campaignId)}`;

/** A person's reply: machines answer too. */
export const isReply = sql`e.kind = 'reply_received' and e.data->>'intent' not in ('out_of_office', 'auto_reply')`;

const milestoneOf: Record<Milestone, SQL> = {
  contacted: sql`exists (select 1 from sequence_steps st where st.sequence_id = ${sequences.id} and st.status = 'SENT')`,
  replied: sql`exists (select 1 from events e where e.sequence_id = ${sequences.id} and ${isReply})`,
};
