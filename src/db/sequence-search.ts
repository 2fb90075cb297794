import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { HoldKind, HoldUp, Milestone } from '../domain/hold-up.ts';
import type { CampaignId } from '../domain/ids.ts';
import { openStatuses, type SequenceStatus } from '../domain/sequence.ts';
import { campaigns, contacts, sequences } from './schema.ts';
import { contactHolds } from './search.ts';

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
    hold === undefined ? undefined : and(inArray(sequences.status, [...openStatuses]), heldBy[hold]),
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

/** Beside `sequences s`: its current step, and the account that it goes from. */
const currentStep = sql`sequence_steps st on st.sequence_id = s.id and st.position = s.position`;
const currentAccount = sql`accounts a on a.id = case st.kind when 'email' then s.email_account_id
    when 'linkedin_message' then s.linkedin_account_id when 'linkedin_invitation' then s.linkedin_account_id end`;

/** As `holdsOf` in `domain/explain.ts` says of one. */
const heldBy: Record<HoldKind, SQL> = {
  campaign_paused: sql`exists (select 1 from ${campaigns}
    where ${campaigns.id} = ${sequences.campaignId} and ${campaigns.status} = 'PAUSED')`,
  out_of_office: sql`exists (select 1 from ${contacts}
    where ${contacts.id} = ${sequences.contactId} and ${contacts.awayUntil} > ${now})`,
  account_paused: sql`${sequences.id} in (select s.id from sequences s
    join ${currentStep} join ${currentAccount} where a.status = 'PAUSED' and s.ended_at is null)`,
};

/** A person's reply: machines answer too. */
export const isReply = sql`e.kind = 'reply_received' and e.data->>'intent' not in ('out_of_office', 'auto_reply')`;

const milestoneOf: Record<Milestone, SQL> = {
  contacted: sql`exists (select 1 from sequence_steps st where st.sequence_id = ${sequences.id} and st.status = 'SENT')`,
  replied: sql`exists (select 1 from events e where e.sequence_id = ${sequences.id} and ${isReply})`,
};

/** Each open sequence with what it waits for, in the order in which the fence asks (`domain/fence.ts`, `domain/explain.ts`). */
export const holdUpsOf = (campaignId: CampaignId | undefined): SQL => sql`
  select s.id, case
      when s.status = 'WAITING_FOR_USER' then 'waiting_for_task'
      when c.status = 'PAUSED' then 'campaign_paused'
      when i.sending_stopped or w.sending_stopped then 'switched_off'
      when a.status = 'PAUSED' then 'account_paused'
      when a.status = 'DISCONNECTED' and (s.next_at is null or s.next_at <= ${now} or s.next_why = 'held')
        then 'account_disconnected'
      when a.status = 'RESTING' and a.resting_until > ${now} and a.resting_until >= coalesce(s.next_at, ${now})
        then 'account_resting'
      when k.away_until > ${now} and k.away_until >= coalesce(s.next_at, ${now}) then 'out_of_office'
      when s.next_at is null and s.next_why is null then 'writing'
      else coalesce(s.next_why, 'delay') end as hold_up
  from sequences s
  join campaigns c on c.id = s.campaign_id
  join contacts k on k.id = s.contact_id
  join workspaces w on w.id = s.workspace_id
  cross join installation i
  left join ${currentStep}
  left join ${currentAccount}
  where s.status in (${sql.join(
    openStatuses.map((status) => sql`${status}`),
    sql`, `,
  )})${campaignId === undefined ? sql`` : sql` and s.campaign_id = ${campaignId}`}`;
