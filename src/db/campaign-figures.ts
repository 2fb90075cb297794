import { type SQL, sql } from 'drizzle-orm';
import { DAY_MS } from '../domain/durations.ts';
import type { HoldUp } from '../domain/hold-up.ts';
import type { CampaignId, StepId } from '../domain/ids.ts';
import { localDate } from '../domain/schedule.ts';
import type { StepKind } from '../domain/sequence.ts';
import { appNow } from './clock.ts';
import type { Tx } from './pool.ts';
import type { CampaignRow } from './rows.ts';
import { holdUpsOf, isReply, now } from './sequence-search.ts';
import { readTemplate } from './templates.ts';

/*
 * How a campaign does, in figures. Each statement counts over all of its sequences: some ten thousand are a few dozen
 * milliseconds, and what holds them a fifth of a second, for each contact is looked for among the suppressions.
 */

/** How many came how far; who came further is counted before too. */
interface Funnel {
  proposed: number;
  approved: number;
  enrolled: number;
  contacted: number;
  replied: number;
  succeeded: number;
}

interface StepFigures {
  id: StepId;
  name: string;
  kind: StepKind;
  /** From 1, in the template as it is now; null: no step of it any more. */
  number: number | null;
  sent: number;
  skipped: number;
  failed: number;
  unconfirmed: number;
  /** Sequences whose first reply followed this step. */
  replied: number;
  bounced: number;
}

interface DayFigures {
  /** Local to the template's zone. */
  day: string;
  sent: number;
  /** Messages that are due then, as the sequences stand: later steps are not foretold. */
  planned: number;
}

export interface CampaignFigures {
  zone: string;
  /** There. */
  today: string;
  funnel: Funnel;
  steps: StepFigures[];
  days: DayFigures[];
  holdUps: { holdUp: HoldUp; count: number }[];
  /** Steps that are due by now, or fell due while the campaign was paused. */
  due: number;
}

const DAYS_BACK = 14;
const DAYS_AHEAD = 7;

export async function campaignFigures(tx: Tx, campaign: CampaignRow): Promise<CampaignFigures> {
  const { id, templateId } = campaign;
  const { content } = await readTemplate(tx, templateId);
  const { zone } = content.schedule;
  const today = localDate(await appNow(tx), zone);
  return {
    zone,
    today,
    funnel: await funnelOf(tx, id),
    steps: ordered(await stepFigures(tx, id), content.steps),
    days: await dayFigures(tx, id, zone, today),
    holdUps: await holdUpFigures(tx, id),
    due: await dueCount(tx, id),
  };
}

const rowsOf = <T extends Record<string, unknown>>(tx: Tx, query: SQL) => tx.execute<T>(query).then(({ rows }) => rows);

async function funnelOf(tx: Tx, id: CampaignId): Promise<Funnel> {
  const [leads] = await rowsOf<{ proposed: number; approved: number; enrolled: number }>(
    tx,
    sql`select count(*)::int as proposed,
      count(*) filter (where status in ('APPROVED', 'ENROLLED'))::int as approved,
      count(*) filter (where status = 'ENROLLED')::int as enrolled
      from leads where campaign_id = ${id}`,
  );
  const [walks] = await rowsOf<{ contacted: number; replied: number; succeeded: number }>(
    tx,
    sql`with ours as (select id, status from sequences where campaign_id = ${id})
      select (select count(distinct st.sequence_id) from sequence_steps st join ours on ours.id = st.sequence_id
          where st.status = 'SENT')::int as contacted,
        (select count(distinct e.sequence_id) from events e join ours on ours.id = e.sequence_id
          where ${isReply})::int as replied,
        (select count(*) from ours where status = 'SUCCEEDED')::int as succeeded`,
  );
  return {
    ...(leads ?? { proposed: 0, approved: 0, enrolled: 0 }),
    ...(walks ?? { contacted: 0, replied: 0, succeeded: 0 }),
  };
}

type Counted = Omit<StepFigures, 'number'>;

const stepFigures = (tx: Tx, id: CampaignId) =>
  rowsOf<Counted & Record<string, unknown>>(
    tx,
    sql`with replied as (
        select after.step_id, count(*)::int as count
        from (select e.sequence_id, min(e.at) as at from events e
          join sequences s on s.id = e.sequence_id where s.campaign_id = ${id} and ${isReply} group by 1) reply
        cross join lateral (select st.step_id from sequence_steps st
          where st.sequence_id = reply.sequence_id and st.status = 'SENT' and st.finished_at <= reply.at
          order by st.position desc limit 1) after
        group by 1)
      select st.step_id as id, (array_agg(st.name order by s.enrolled_at desc))[1] as name, min(st.kind) as kind,
        count(*) filter (where st.status = 'SENT')::int as sent,
        count(*) filter (where st.status = 'SKIPPED')::int as skipped,
        count(*) filter (where st.status = 'FAILED')::int as failed,
        count(*) filter (where st.status = 'UNCONFIRMED')::int as unconfirmed,
        coalesce(max(replied.count), 0)::int as replied,
        count(*) filter (where d.bounce in ('hard', 'soft'))::int as bounced
      from sequences s
      join sequence_steps st on st.sequence_id = s.id
      left join deliveries d on d.sequence_id = st.sequence_id and d.step_id = st.step_id
      left join replied on replied.step_id = st.step_id
      where s.campaign_id = ${id}
      group by st.step_id
      order by min(st.position), st.step_id`,
  );

const nothing = { sent: 0, skipped: 0, failed: 0, unconfirmed: 0, replied: 0, bounced: 0 };

/** As the template has them now; then those that only older sequences have. */
function ordered(
  counted: readonly Counted[],
  current: readonly { id: StepId; name: string; kind: StepKind }[],
): StepFigures[] {
  const figuresOf = (id: StepId) => counted.find((step) => step.id === id) ?? nothing;
  const now = current.map(({ id, name, kind }, index) => ({ ...figuresOf(id), id, name, kind, number: index + 1 }));
  const earlier = counted.filter(({ id }) => !current.some((step) => step.id === id));
  return [...now, ...earlier.map((step) => ({ ...step, number: null }))];
}

/** What is on its way to somebody by itself: a person's task is no message. */
const isMessage = sql`st.kind <> 'manual_task'`;

async function dayFigures(tx: Tx, id: CampaignId, zone: string, today: string): Promise<DayFigures[]> {
  const sent = await rowsOf<{ day: string; count: number }>(
    tx,
    sql`select (st.finished_at at time zone ${zone})::date::text as day, count(*)::int as count
      from sequences s join sequence_steps st on st.sequence_id = s.id
      where s.campaign_id = ${id} and st.status = 'SENT' and st.finished_at > ${now} - interval '${sql.raw(String(DAYS_BACK + 2))} days'
      group by 1`,
  );
  const planned = await rowsOf<{ day: string; count: number }>(
    tx,
    sql`select (greatest(s.next_at, ${now}) at time zone ${zone})::date::text as day, count(*)::int as count
      from sequences s join sequence_steps st on st.sequence_id = s.id and st.position = s.position
      where s.campaign_id = ${id} and s.status in ('ACTIVE', 'WAITING_FOR_LEAD') and ${isMessage}
        and s.next_why is distinct from 'waiting_for_connection' and s.next_at < ${now} + interval '${sql.raw(String(DAYS_AHEAD + 2))} days'
      group by 1`,
  );
  const midnight = Date.parse(today);
  const countOn = (rows: readonly { day: string; count: number }[], day: string) =>
    rows.find((row) => row.day === day)?.count ?? 0;
  return Array.from({ length: DAYS_BACK + 1 + DAYS_AHEAD }, (_, index) => {
    const day = new Date(midnight + (index - DAYS_BACK) * DAY_MS).toISOString().slice(0, 10);
    return { day, sent: countOn(sent, day), planned: countOn(planned, day) };
  });
}

const holdUpFigures = (tx: Tx, id: CampaignId) =>
  rowsOf<{ holdUp: HoldUp; count: number }>(
    tx,
    sql`select hold_up as "holdUp", count(*)::int as count from (${holdUpsOf(id)}) waiting
      group by 1 order by count(*) desc, 1`,
  );

/** Neither waiting for a person nor for the contact's return. */
async function dueCount(tx: Tx, id: CampaignId): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(
    tx,
    sql`select count(*)::int as count from sequences s join contacts k on k.id = s.contact_id
      where s.campaign_id = ${id} and s.status in ('ACTIVE', 'WAITING_FOR_LEAD') and s.next_at <= ${now}
        and (k.away_until is null or k.away_until <= ${now})`,
  );
  return row?.count ?? 0;
}
