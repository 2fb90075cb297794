import { and, asc, count, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { channelOf } from '../domain/accounts/account.ts';
import type { AccountUse } from '../domain/accounts/account-use.ts';
import type { ExplainFacts, OpenTask, StepFacts } from '../domain/explain.ts';
import type { SequenceId } from '../domain/ids.ts';
import type { SuppressionReason } from '../domain/suppression.ts';
import type { TemplateContent } from '../domain/template.ts';
import { accountUse } from './account-reads.ts';
import type { EventRow } from './event-reads.ts';
import { type Listed, type PageAsked, rowsBefore } from './pages.ts';
import type { Tx } from './pool.ts';
import { type ReplyView, repliesTo } from './reply-reads.ts';
import type { AccountRow, CampaignRow, ContactRow, SequenceRow, StepRow } from './rows.ts';
import {
  accounts,
  campaigns,
  contacts,
  deliveries,
  events,
  generations,
  installation,
  members,
  sequenceSteps,
  sequences,
  tasks,
  templateVersions,
  workspaces,
} from './schema.ts';
import { matchingSequences, type SequenceFilter } from './sequence-search.ts';
import { pointsOfSequence, suppressionIn } from './suppressions.ts';
import { listTasks, type TaskView } from './task-reads.ts';

/*
 * Sequences for people: what the API and the command line show. Nothing here locks; each sequence is read in one
 * statement, so that its status, steps and tasks belong to the same moment.
 */

/** A sequence, whom and what it belongs to, and the facts that say what comes next and why not sooner. */
export interface SequenceView {
  sequence: SequenceRow;
  campaign: Pick<CampaignRow, 'id' | 'name' | 'status'>;
  contact: Pick<ContactRow, 'id' | 'email' | 'profile' | 'firstName' | 'lastName' | 'jobTitle' | 'company'>;
  facts: ExplainFacts;
  /** Of the template version it is pinned to. */
  content: TemplateContent;
}

export const sequenceSortKeys = ['enrolled_at', 'next_at', 'name'] as const;

export interface SequenceSort {
  by: (typeof sequenceSortKeys)[number];
  order: 'asc' | 'desc';
}

const asEnrolled: SequenceSort = { by: 'enrolled_at', order: 'asc' };

/** One page of sequences, in the order of their enrolment unless another is asked for, with the count of all that match, in one statement. */
export async function listSequences(
  tx: Tx,
  { sort = asEnrolled, ...filter }: SequenceFilter & { sort?: SequenceSort },
  asked: PageAsked,
): Promise<Listed<SequenceView>> {
  const which = matchingSequences(filter);
  const shown = tx
    .select({ id: sequences.id })
    .from(sequences)
    .innerJoin(contacts, eq(contacts.id, sequences.contactId))
    .where(which)
    .orderBy(...inOrder(sort))
    .limit(asked.size)
    .offset(rowsBefore(asked));
  return readViews(tx, which, shown.as('shown'), sort);
}

function inOrder({ by, order }: SequenceSort): SQL[] {
  const direction = order === 'asc' ? asc : desc;
  const key = {
    enrolled_at: sql`${sequences.enrolledAt}`,
    next_at: sql`${sequences.nextAt}`,
    name: sql`lower(concat_ws(' ', ${contacts.firstName}, ${contacts.lastName}))`,
  }[by];
  return [sql`${direction(key)} nulls last`, direction(sequences.id)];
}

/** One sequence; null when the workspace has none of that id. */
export async function findSequence(tx: Tx, id: SequenceId): Promise<SequenceView | null> {
  const which = eq(sequences.id, id);
  const shown = tx.select({ id: sequences.id }).from(sequences).where(which);
  return (await readViews(tx, which, shown.as('shown'))).items[0] ?? null;
}

type Shown = ReturnType<ReturnType<typeof selectIds>['as']>;
const selectIds = (tx: Tx) => tx.select({ id: sequences.id }).from(sequences);

async function readViews(
  tx: Tx,
  which: SQL | undefined,
  shown: Shown,
  sort: SequenceSort = asEnrolled,
): Promise<Listed<SequenceView>> {
  const total = tx
    .select({ count: count().as('count') })
    .from(sequences)
    .where(which)
    .as('total');
  const emailAccount = alias(accounts, 'email_account');
  const linkedinAccount = alias(accounts, 'linkedin_account');
  const rows = await tx
    .select({
      total: total.count,
      sequence: sequences,
      campaign: campaigns,
      contact: contacts,
      content: templateVersions.content,
      email: emailAccount,
      linkedin: linkedinAccount,
      steps: stepsOf,
      openTasks: openTasksOf,
      switchedOff,
      suppression: suppressionIn(sql`${contacts}`, pointsOfSequence),
      now,
    })
    .from(total)
    .leftJoin(shown, sql`true`)
    .leftJoin(sequences, eq(sequences.id, shown.id))
    .leftJoin(campaigns, eq(campaigns.id, sequences.campaignId))
    .leftJoin(contacts, eq(contacts.id, sequences.contactId))
    .leftJoin(
      templateVersions,
      and(
        eq(templateVersions.templateId, sequences.templateId),
        eq(templateVersions.version, sequences.templateVersion),
      ),
    )
    .leftJoin(emailAccount, eq(emailAccount.id, sequences.emailAccountId))
    .leftJoin(linkedinAccount, eq(linkedinAccount.id, sequences.linkedinAccountId))
    .orderBy(...inOrder(sort));
  return { items: await viewsOf(tx, rows), totalCount: rows[0]?.total ?? 0 };
}

/** Whoever waits for an account's limit says which: asked once for each account and kind of step. */
async function viewsOf(tx: Tx, rows: readonly ReadRow[]): Promise<SequenceView[]> {
  const known = new Map<string, AccountUse>();
  const views: SequenceView[] = [];
  for (const row of rows)
    for (const view of viewOf(row)) {
      const use = await limitFor(tx, row, view.facts, known);
      views.push({ ...view, facts: { ...view.facts, use } });
    }
  return views;
}

async function limitFor(
  tx: Tx,
  { email, linkedin }: ReadRow,
  { steps, position, nextWhy, now }: ExplainFacts,
  known: Map<string, AccountUse>,
): Promise<AccountUse | null> {
  const kind = steps[position]?.kind;
  if (kind === undefined || nextWhy !== 'account_cap') return null;
  const account = channelOf[kind] === 'email' ? email : linkedin;
  if (!account) return null;
  const key = `${account.id}/${kind}`;
  const use = known.get(key) ?? (await accountUse(tx, account, kind, now));
  known.set(key, use);
  return use;
}

interface ReadRow {
  sequence: SequenceRow | null;
  campaign: CampaignRow | null;
  contact: ContactRow | null;
  content: TemplateContent | null;
  email: AccountRow | null;
  linkedin: AccountRow | null;
  steps: StepFacts[];
  openTasks: OpenTask[];
  switchedOff: boolean;
  suppression: SuppressionReason | null;
  now: number;
}

function viewOf({
  sequence,
  campaign,
  contact,
  content,
  email,
  linkedin,
  steps,
  openTasks,
  switchedOff,
  suppression,
  now,
}: ReadRow): SequenceView[] {
  if (!sequence || !campaign || !contact || !content) return []; // nothing matched: the row carries the count alone
  const current = steps[sequence.position];
  const channel = current ? channelOf[current.kind] : null;
  const { status, position, nextAt, nextWhy } = sequence;
  const facts: ExplainFacts = {
    now,
    status,
    position,
    nextAt,
    nextWhy,
    steps,
    delay: content.steps[position]?.delay ?? null,
    schedule: content.schedule,
    campaign,
    switchedOff,
    suppression,
    awayUntil: contact.awayUntil,
    account: channel === 'email' ? email : channel === 'linkedin' ? linkedin : null,
    use: null,
    openTasks,
  };
  return [{ sequence, campaign, contact, facts, content }];
}

/** Epoch ms, where an instant leaves as JSON. */
const ms = (instant: SQL | (typeof sequenceSteps)['finishedAt']) =>
  sql`(extract(epoch from ${instant}) * 1000)::bigint`;

const now = sql<number>`floor(extract(epoch from app_now()) * 1000)::bigint`.mapWith(Number);

const switchedOff = sql<boolean>`coalesce((select ${installation.sendingStopped} or ${workspaces.sendingStopped}
  from ${installation}, ${workspaces} where ${workspaces.id} = ${sequences.workspaceId}), false)`;

const stepsOf = sql<StepFacts[]>`(select coalesce(json_agg(json_build_object(
    'id', ${sequenceSteps.stepId}, 'number', ${sequenceSteps.position} + 1, 'name', ${sequenceSteps.name},
    'kind', ${sequenceSteps.kind}, 'status', ${sequenceSteps.status}, 'finishedAt', ${ms(sequenceSteps.finishedAt)}
  ) order by ${sequenceSteps.position}), '[]')
  from ${sequenceSteps} where ${sequenceSteps.sequenceId} = ${sequences.id})`;

const openTasksOf = sql<OpenTask[]>`(select coalesce(json_agg(json_build_object(
    'kind', ${tasks.kind}, 'stepId', ${tasks.stepId}, 'title', ${tasks.title}, 'assignee', ${members.name}
  ) order by ${tasks.createdAt}, ${tasks.id}), '[]')
  from ${tasks} join ${members} on ${members.id} = ${tasks.assigneeId}
  where ${tasks.sequenceId} = ${sequences.id} and ${tasks.status} = 'OPEN')`;

type DeliveryRow = typeof deliveries.$inferSelect;

/** What the language model was asked for a sequence, and what that cost; null where nobody said. */
interface ModelUse {
  calls: number;
  /** Of them, those that gave nothing usable. */
  failed: number;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Millionths of a US dollar. */
  costMicros: number | null;
}

/** Beside the view: what each step says and what became of its message, the tasks, the timeline. */
export interface SequenceDetail extends SequenceView {
  accounts: Pick<AccountRow, 'id' | 'channel' | 'address' | 'status'>[];
  steps: (StepRow & { delivery: DeliveryRow | null })[];
  modelUse: ModelUse;
  tasks: TaskView[];
  /** What came back, oldest first. */
  replies: ReplyView[];
  /** Oldest first; of a very long one the newest thousand. */
  timeline: EventRow[];
}

const MOST_EVENTS = 1_000;
const MOST_TASKS = 500;

/** Everything about one sequence; null when the workspace has none of that id. */
export async function findSequenceDetail(tx: Tx, id: SequenceId): Promise<SequenceDetail | null> {
  const view = await findSequence(tx, id);
  if (!view) return null;
  const steps = await tx
    .select({ step: sequenceSteps, delivery: deliveries })
    .from(sequenceSteps)
    .leftJoin(
      deliveries,
      and(eq(deliveries.sequenceId, sequenceSteps.sequenceId), eq(deliveries.stepId, sequenceSteps.stepId)),
    )
    .where(eq(sequenceSteps.sequenceId, id))
    .orderBy(asc(sequenceSteps.position));
  const { emailAccountId, linkedinAccountId } = view.sequence;
  const accountIds = [emailAccountId, linkedinAccountId].filter((accountId) => accountId !== null);
  return {
    ...view,
    accounts:
      accountIds.length === 0
        ? []
        : await tx.select().from(accounts).where(inArray(accounts.id, accountIds)).orderBy(accounts.channel),
    steps: steps.map(({ step, delivery }) => ({ ...step, delivery })),
    modelUse: await modelUseOf(tx, id),
    tasks: (await listTasks(tx, { sequenceId: id }, { page: 1, size: MOST_TASKS })).items,
    replies: await repliesTo(tx, id),
    timeline: await timelineOf(tx, id),
  };
}

async function modelUseOf(tx: Tx, id: SequenceId): Promise<ModelUse> {
  const sumOf = (column: (typeof generations)['inputTokens' | 'outputTokens' | 'costMicros']) =>
    sql<number | null>`sum(${column})::bigint`.mapWith(Number);
  const [row] = await tx
    .select({
      calls: count(),
      failed: count(generations.fault),
      inputTokens: sumOf(generations.inputTokens),
      outputTokens: sumOf(generations.outputTokens),
      costMicros: sumOf(generations.costMicros),
    })
    .from(generations)
    .where(eq(generations.sequenceId, id));
  return row ?? { calls: 0, failed: 0, inputTokens: null, outputTokens: null, costMicros: null };
}

async function timelineOf(tx: Tx, id: SequenceId): Promise<EventRow[]> {
  const newest = await tx
    .select()
    .from(events)
    .where(eq(events.sequenceId, id))
    .orderBy(desc(events.ordinal))
    .limit(MOST_EVENTS);
  return newest.reverse();
}
