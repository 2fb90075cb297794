import fc from 'fast-check';
import { newId } from '../../src/db/new-id.ts';
import type { Tx } from '../../src/db/pool.ts';
import {
  accounts,
  campaigns,
  contactPoints,
  sequenceSteps,
  sequences,
  suppressions,
  tasks,
  templates,
  templateVersions,
} from '../../src/db/schema.ts';
import type { AccountHealth } from '../../src/domain/accounts/account.ts';
import { campaignStatuses } from '../../src/domain/campaign.ts';
import { type ContactPoint, mailboxKey } from '../../src/domain/contact-point.ts';
import { HOUR_MS } from '../../src/domain/durations.ts';
import type { FenceFacts } from '../../src/domain/fence.ts';
import type {
  AccountId,
  CampaignId,
  ContactId,
  ContactPointId,
  SequenceId,
  SuppressionId,
  TaskId,
  TemplateId,
} from '../../src/domain/ids.ts';
import { openStatus, stepKinds, whys } from '../../src/domain/sequence.ts';
import {
  isAboutPoint,
  keyOfEntry,
  type SuppressionKind,
  type SuppressionReason,
  suppressionReasons,
} from '../../src/domain/suppression.ts';
import { insertContacts } from './contact-rows.ts';
import { always, aMailServer, content, type House, steps } from './scenario.ts';

/*
 * Sequences in any state that the tables permit, drawn at random and written past the commands, each with what the fence
 * would be told of it.
 */

/** A Tuesday. What is drawn lies whole hours from it, so that the clock may go on while the rows are looked at. */
export const DRAWN_AT = Date.parse('2030-03-19T09:00:00Z');
const at = (hours: number) => DRAWN_AT + hours * HOUR_MS;
const atOrNever = (hours: number | null) => (hours === null ? null : at(hours));

const twoSteps = steps('email', 'email');
const [current, later] = twoSteps.map(({ id }) => id);

const drawnTasks = {
  'a call of the step': { kind: 'manual_step', stepId: current, blocks: true },
  'copy of the step': { kind: 'complete_copy', stepId: current, blocks: true },
  'copy of the next step': { kind: 'complete_copy', stepId: later, blocks: false },
  'a reply to read': { kind: 'read_reply', stepId: null, blocks: true },
  'a reply to answer': { kind: 'answer_reply', stepId: null, blocks: false },
  'was this sent?': { kind: 'confirm_send', stepId: current, blocks: true },
  'was another sent?': { kind: 'confirm_send', stepId: later, blocks: true },
} as const;
const taskNames = Object.keys(drawnTasks) as (keyof typeof drawnTasks)[];

/** Points of the contact `ada@mail.lead7.example` that nothing of theirs is written to at. */
const furtherPoints = (n: number): ContactPoint[] => [
  { kind: 'address', key: `a.lead${n}+topo@gmail.com` },
  { kind: 'address', key: `ada@old.job${n}.example` },
  { kind: 'profile', key: `ada-${n}-old` },
  { kind: 'provider_id', key: `ACoAAdrawn${n}` },
];

/** Entries about that contact: whether they cover what is written to, another point of theirs, or nobody. */
const drawnEntries = {
  address: { kind: 'address', valueOf: (n) => `ada@mail.lead${n}.example`, covers: 'written to' },
  'sub-address': { kind: 'address', valueOf: (n) => `ada+news@mail.lead${n}.example`, covers: 'written to' },
  domain: { kind: 'domain', valueOf: (n) => `mail.lead${n}.example`, covers: 'written to' },
  'domain above': { kind: 'domain', valueOf: (n) => `lead${n}.example`, covers: 'written to' },
  'look-alike': { kind: 'domain', valueOf: (n) => `il.lead${n}.example`, covers: 'nobody' },
  profile: { kind: 'profile', valueOf: (n) => `ada-${n}-lead`, covers: 'written to' },
  'further mailbox': { kind: 'address', valueOf: (n) => `alead${n}@googlemail.com`, covers: 'further' },
  'further domain': { kind: 'domain', valueOf: (n) => `job${n}.example`, covers: 'further' },
  'further profile': { kind: 'profile', valueOf: (n) => `ada-${n}-old`, covers: 'further' },
  'id of the provider': { kind: 'provider_id', valueOf: (n) => `ACoAAdrawn${n}`, covers: 'further' },
  'id in other letters': { kind: 'provider_id', valueOf: (n) => `acoaadrawn${n}`, covers: 'nobody' },
} as const satisfies Record<
  string,
  { kind: SuppressionKind; valueOf(n: number): string; covers: 'written to' | 'further' | 'nobody' }
>;
const entryNames = Object.keys(drawnEntries) as (keyof typeof drawnEntries)[];

const account = (status: AccountHealth['status'], also: Partial<AccountHealth> = {}): AccountHealth => ({
  status,
  restingUntil: null,
  disconnectedAt: null,
  pausedWhy: null,
  ...also,
});
const resting = (hours: number) => account('RESTING', { restingUntil: at(hours) });
const disconnected = (hours: number, pausedWhy: AccountHealth['pausedWhy'] = null) =>
  account('DISCONNECTED', { disconnectedAt: at(hours), pausedWhy });
const paused = account('PAUSED', { pausedWhy: 'by_user' });
const removed = account('REMOVED');

/** One that nothing holds. */
const free = {
  ended: false,
  house: 'on' as 'on' | 'off',
  campaign: 'RUNNING' as (typeof campaignStatuses)[number],
  stepKind: 'email' as (typeof stepKinds)[number],
  stepStatus: 'PENDING' as 'PENDING' | 'WAITING' | 'UNCONFIRMED',
  account: account('CONNECTED'),
  tasks: [] as (typeof taskNames)[number][],
  entry: null as { name: (typeof entryNames)[number]; reason: (typeof suppressionReasons)[number] } | null,
  /** Hours from the entry to when somebody said that they may be reached at another point; null: nobody has. */
  reachable: null as number | null,
  /** Hours from `DRAWN_AT`. */
  away: null as number | null,
  next: 0 as number | null,
  why: 'delay' as (typeof whys)[number] | null,
};
export type Drawn = typeof free;

/** A row says so only while it has such a task. */
const whysOfRows = whys.filter((why) => why !== 'waiting_for_task');

/** Whatever holds, once by itself: none is left to chance. */
const eachAlone: Partial<Drawn>[] = [
  ...taskNames.map((name) => ({ tasks: [name] })),
  { stepStatus: 'UNCONFIRMED', why: 'confirming', next: 2 },
  { campaign: 'ENDED' },
  { campaign: 'PAUSED' },
  { house: 'off' },
  { account: paused },
  { account: disconnected(-30, 'bounce_rate') },
  ...entryNames.flatMap((name) =>
    (['unsubscribed', 'complained'] as const).flatMap((reason) =>
      [null, 1, -1].map((reachable) => ({ entry: { name, reason }, reachable })),
    ),
  ),
  { account: removed },
  { account: disconnected(-30) },
  { account: disconnected(-3) },
  { account: resting(5) },
  { away: 5 },
  { next: null, why: null },
  ...whysOfRows.map((why) => ({ why })),
];

const hours = fc.constantFrom(-48, -30, -3, 2, 5, 30, 200);
const hoursAgo = fc.constantFrom(-30, -3);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const anything: fc.Arbitrary<Drawn> = fc.record({
  ended: fc.boolean(),
  house: fc.constantFrom('on', 'off'),
  campaign: fc.constantFrom(...campaignStatuses),
  stepKind: fc.constantFrom(...stepKinds),
  stepStatus: fc.constantFrom('PENDING', 'WAITING', 'UNCONFIRMED'),
  account: fc.oneof(
    fc.constantFrom(paused, removed),
    hours.map(resting),
    hoursAgo.map((hours) => disconnected(hours)),
    hoursAgo.map((hours) => disconnected(hours, 'by_user')),
  ),
  tasks: fc.subarray(taskNames),
  entry: maybe(fc.record({ name: fc.constantFrom(...entryNames), reason: fc.constantFrom(...suppressionReasons) })),
  reachable: maybe(fc.constantFrom(-1, 1)),
  away: maybe(hours),
  next: maybe(hours),
  why: maybe(fc.constantFrom(...whysOfRows)),
});

/** A free one with some changes: with all of them, the first reason would hide the others. */
const changed: fc.Arbitrary<Drawn> = fc
  .record({ drawn: anything, kept: fc.subarray(Object.keys(free), { minLength: 5 }) })
  .map(({ drawn, kept }) => ({
    ...drawn,
    ...Object.fromEntries(Object.entries(free).filter(([name]) => kept.includes(name))),
  }));

export interface DrawnSequence {
  id: SequenceId;
  drawn: Drawn;
  facts: FenceFacts;
}

/** Every reason by itself and `count` at random, in one insert for each table. */
export async function drawSequences(
  tx: Tx,
  houses: Record<Drawn['house'], House>,
  count: number,
): Promise<DrawnSequence[]> {
  const grounds = { on: await groundsOf(tx, houses.on), off: await groundsOf(tx, houses.off) };
  const drawn = [...eachAlone.map((change) => ({ ...free, ...change })), ...fc.sample(changed, count)];
  const rows = drawn.map((one, n) => rowsOf(one, n, grounds[one.house]));
  await tx.insert(accounts).values(rows.map(({ account }) => account));
  const points = await insertContacts(
    tx,
    rows.map(({ contact }) => contact),
  );
  await tx.insert(contactPoints).values(rows.flatMap(({ further }) => further));
  await tx.insert(sequences).values(rows.map(({ sequence }) => ({ ...sequence, ...points.get(sequence.contactId) })));
  await tx.insert(sequenceSteps).values(rows.flatMap(({ steps }) => steps));
  await tx.insert(tasks).values(rows.flatMap(({ tasks }) => tasks));
  await tx
    .insert(suppressions)
    .values(rows.flatMap(({ entries }) => entries.map((entry) => ({ ...entry, key: keyOfEntry(entry) }))));
  return rows.map(({ sequence: { id }, facts }, n) => ({ id, drawn: drawn[n] ?? free, facts }));
}

interface Grounds extends House {
  templateId: TemplateId;
  campaigns: ReadonlyMap<Drawn['campaign'], CampaignId>;
}

const EPOCH = 7;

/** A template, and a campaign in every status. */
async function groundsOf(tx: Tx, house: House): Promise<Grounds> {
  const { workspaceId, memberId } = house;
  const templateId = newId<TemplateId>();
  await tx.insert(templates).values({
    id: templateId,
    workspaceId,
    status: 'ACTIVE',
    version: 1,
    dailyLeadsTarget: 50,
    approvalMode: 'AUTOPILOT',
    activatedAt: DRAWN_AT,
    createdAt: DRAWN_AT,
    updatedAt: DRAWN_AT,
  });
  const whole = content(twoSteps, { schedule: always });
  await tx
    .insert(templateVersions)
    .values({ workspaceId, templateId, version: 1, content: whole, createdAt: DRAWN_AT });
  const ids = new Map(campaignStatuses.map((status) => [status, newId<CampaignId>()]));
  await tx.insert(campaigns).values(
    [...ids].map(([status, id]) => ({
      id,
      workspaceId,
      name: status,
      templateId,
      ownerId: memberId,
      status,
      controlEpoch: EPOCH,
      startedAt: DRAWN_AT,
      endedAt: status === 'ENDED' ? DRAWN_AT : null,
      createdAt: DRAWN_AT,
    })),
  );
  return { ...house, templateId, campaigns: ids };
}

const END = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' } as const;

type DrawnEntry = (typeof drawnEntries)[keyof typeof drawnEntries] & { reason: SuppressionReason };

/** A wish holds the person; what is about one point does until somebody has said since that another will do. */
const isHeld = ({ covers, reason }: DrawnEntry, reachable: number | null): boolean =>
  covers === 'written to' || (covers === 'further' && !(isAboutPoint(reason) && reachable !== null && reachable > 0));

function rowsOf(drawn: Drawn, n: number, { workspaceId, memberId, templateId, campaigns }: Grounds) {
  const campaignId = campaigns.get(drawn.campaign);
  if (!campaignId || !current || !later) throw new Error(`no campaign is ${drawn.campaign}, or a step is missing`);
  const id = newId<SequenceId>();
  const ofSequence = { workspaceId, sequenceId: id };
  const isEmail = drawn.stepKind === 'email';
  const account = {
    ...drawn.account,
    id: newId<AccountId>(),
    workspaceId,
    memberId,
    channel: isEmail ? ('email' as const) : ('linkedin' as const),
    address: `sam-${n}@acme.example`,
    settings: aMailServer,
    createdAt: DRAWN_AT,
  };
  const contact = {
    id: newId<ContactId>(),
    workspaceId,
    email: `ada@mail.lead${n}.example`,
    profile: `ada-${n}-lead`,
    awayUntil: atOrNever(drawn.away),
    reachableSince: atOrNever(drawn.reachable),
    createdAt: DRAWN_AT,
  };
  const further = furtherPoints(n).map((point) => ({
    ...point,
    id: newId<ContactPointId>(),
    workspaceId,
    contactId: contact.id,
    mailboxKey: point.kind === 'address' ? mailboxKey(point.key) : null,
    source: 'import' as const,
    firstSeen: DRAWN_AT,
    lastSeen: DRAWN_AT,
  }));
  const open = drawn.tasks.map((name) => ({ id: newId<TaskId>(), title: name, ...drawnTasks[name] }));
  const blockingTask = open.find(({ blocks }) => blocks)?.id ?? null;
  const entry = drawn.entry && { ...drawnEntries[drawn.entry.name], reason: drawn.entry.reason };
  const status = openStatus({ blockingTask: blockingTask !== null, waitForContact: drawn.stepStatus === 'WAITING' });
  const facts: FenceFacts = {
    end: drawn.ended ? END : null,
    blockingTask,
    campaign: { status: drawn.campaign, controlEpoch: EPOCH },
    switchedOff: drawn.house === 'off',
    account: drawn.stepKind === 'manual_task' ? null : drawn.account,
    suppression: entry && isHeld(entry, drawn.reachable) ? entry.reason : null,
    awayUntil: contact.awayUntil,
    schedule: always,
    jitterKey: contact.email,
  };
  const sequence = {
    id,
    workspaceId,
    campaignId,
    contactId: contact.id,
    templateId,
    templateVersion: 1,
    emailAccountId: isEmail ? account.id : null,
    linkedinAccountId: isEmail ? null : account.id,
    enrolledAt: DRAWN_AT,
    ...(drawn.ended
      ? { status: END.status, endReason: END.reason, endedAt: DRAWN_AT, nextAt: null, nextWhy: null }
      : { status, endReason: null, endedAt: null, nextAt: atOrNever(drawn.next), nextWhy: drawn.why }),
  };
  const step = { ...ofSequence, name: 'Step', content: { kind: 'linkedin_message' as const, body: 'Hi' } };
  return {
    facts,
    account,
    contact,
    further,
    sequence,
    steps: [
      { ...step, stepId: current, position: 0, kind: drawn.stepKind, status: drawn.stepStatus },
      { ...step, stepId: later, position: 1, kind: 'email' as const, status: 'PENDING' as const },
    ],
    tasks: open.map(({ blocks: _, ...task }) => ({
      ...ofSequence,
      ...task,
      manualKind: task.kind === 'manual_step' ? ('call' as const) : null,
      instructions: '',
      assigneeId: memberId,
      status: 'OPEN' as const,
      createdAt: DRAWN_AT,
    })),
    entries: entry
      ? [
          {
            id: newId<SuppressionId>(),
            workspaceId,
            kind: entry.kind,
            value: entry.valueOf(n),
            reason: entry.reason,
            createdAt: DRAWN_AT,
          },
        ]
      : [],
  };
}
