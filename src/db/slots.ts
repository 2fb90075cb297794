import { eq } from 'drizzle-orm';
import {
  dayBounds,
  firstDay,
  firstWithin,
  isClear,
  LATENESS_MS,
  type PaceRules,
  paceOf,
  type RollingLimit,
  roomOn,
  shortlyBefore,
  slotIn,
  spacingOf,
  stretchesFrom,
  WEEK_MS,
} from '../domain/accounts/pace.ts';
import { DAY_MS } from '../domain/durations.ts';
import { hashOf } from '../domain/hash.ts';
import { localDate } from '../domain/schedule.ts';
import { begunBetween, type Load, loadOf, type Reserved, slotsBetween, takenSince } from './account-load.ts';
import type { Tx } from './pool.ts';
import type { AccountRow, StepRow } from './rows.ts';
import type { Scene } from './scene.ts';
import { slots } from './schema.ts';
import { jitterKey, type Walk } from './walks.ts';

/*
 * How much an account does, and when: with its lock held, so that any number of claims at once count right. Who may not
 * go yet is given the account's next free instant, once; asking again and again would cost 500 waiting sequences 125,000
 * activities. Design 3, "Slots".
 */

const NEAREST_MS = 30_000;
/** Between two slots, also where the account asks for no gap: each is an instant of its own. */
const LEAST_GAP_MS = 1_000;
const LOOK_AHEAD_MS = 14 * DAY_MS;

export type PaceVerdict = { kind: 'go' } | { kind: 'wait'; at: number; why: 'account_cap' | 'account_gap' };

/** Who asks, and what the answer rests on. */
interface Asked extends Scene {
  step: StepRow;
  account: AccountRow;
  rules: PaceRules;
  /** A first email goes behind follow-ups; whatever else is asked for is served in its turn. */
  givesWay: boolean;
  load: Load;
  /** What counts in any 7 days; null where the days alone do. */
  taken: { begun: number[]; all: number[] } | null;
}

/** Whether a deed may be done now; if not, the slot that was reserved for it. */
export async function askPace(scene: Scene, step: StepRow, account: AccountRow): Promise<PaceVerdict> {
  const { tx, walk, now } = scene;
  const rules = paceOf(account, step.kind);
  const givesWay = step.kind === 'email' && !isFollowUp(walk, step);
  const [own] = await freeSlot(tx, walk); // used now, or written anew; either way it is not in our way
  const { start } = dayBounds(now, rules.zone);
  const load = await loadOf(tx, account, { kind: step.kind, from: start, givesWay });
  const weekAgo = now - WEEK_MS - LATENESS_MS;
  const taken = rules.weeklyCap === null ? null : await takenSince(tx, account, step.kind, weekAgo);
  const asked: Asked = { ...scene, step, account, rules, givesWay, load, taken };

  const isDue = own !== undefined && own.at <= now && own.at >= start;
  const hasRoom = hasRoomNow(asked, isDue);
  const begun = await begunBetween(tx, account, now - rules.gapMs, now + rules.gapMs);
  const reserved = isDue ? [] : await slotsBetween(tx, account, now - rules.gapMs, now + rules.gapMs);
  if (hasRoom && isClear(now, [...begun, ...inTheWay(reserved, givesWay)], rules.gapMs)) return { kind: 'go' };
  return { kind: 'wait', at: await reserve(asked), why: hasRoom ? 'account_gap' : 'account_cap' };
}

/** At its slot a first email gives way once more, to the follow-ups that were planned for the day since. */
function hasRoomNow(asked: Asked, isDue: boolean): boolean {
  const { rules, load, givesWay, taken, now } = asked;
  const today = localDate(now, rules.zone);
  const used = isDue ? load.firmOn(today) : load.usedOn(today);
  if (roomOn(rules, used, load.followUpsOn(today), !givesWay) <= 0) return false;
  const limit = rollingLimit(asked, (isDue ? taken?.begun : taken?.all) ?? []);
  return limit === null || firstWithin(now, limit) === now;
}

const rollingLimit = ({ rules: { weeklyCap } }: Asked, taken: readonly number[]): RollingLimit | null =>
  weeklyCap === null ? null : { most: weeklyCap, lengthMs: WEEK_MS, taken };

/** A slot is nobody's any more: its sequence ended, is held, or goes by another reason. */
export const freeSlot = (tx: Tx, { sequence }: Pick<Walk, 'sequence'>) =>
  tx.delete(slots).where(eq(slots.sequenceId, sequence.id)).returning({ at: slots.at });

export async function hasSlot(tx: Tx, { sequence }: Pick<Walk, 'sequence'>): Promise<boolean> {
  const rows = await tx.select({ at: slots.at }).from(slots).where(eq(slots.sequenceId, sequence.id));
  return rows.length > 0;
}

/** A message after one that was sent, or that may have been: a person skipped it because nobody knew. */
export const isFollowUp = ({ steps }: Pick<Walk, 'steps'>, step: StepRow): boolean =>
  steps.some(
    ({ kind, status, reason, position }) =>
      kind === step.kind && position < step.position && (status === 'SENT' || reason === 'unconfirmed'),
  );

/** The first instant that every limit and the sending schedule allow. */
async function reserve(asked: Asked): Promise<number> {
  const { tx, walk, step, account, rules, load, givesWay, now } = asked;
  const gapMs = Math.max(rules.gapMs, LEAST_GAP_MS);
  const spacing = { gapMs, spacingMs: spacingOf(gapMs, (hashOf(jitterKey(walk, step.position)) % 1000) / 1000) };
  const hasRoom = (day: string) => roomOn(rules, load.usedOn(day), load.followUpsOn(day), !givesWay) > 0;
  const limit = plannedLimit(asked);
  const nearest = now + NEAREST_MS;
  const within = limit === null ? nearest : firstWithin(nearest, limit);
  if (within === null) return now + DAY_MS;
  const from = Math.max(within, shortlyBefore(firstDay(now, rules.zone, hasRoom), rules.zone));
  let taken: number[] = [];
  let occupied = new Set<number>();
  let known = from;
  for (const stretch of stretchesFrom(from, walk.content.schedule, rules.zone)) {
    if (!hasRoom(stretch.day)) continue;
    if (stretch.end + gapMs > known) {
      known = stretch.end + LOOK_AHEAD_MS; // fortnights at once: with days that are full by their gaps, one each would be hundreds
      const begin = stretch.start - spacing.spacingMs;
      const reserved = await slotsBetween(tx, account, begin, known);
      const instants = [...(await begunBetween(tx, account, begin, known)), ...inTheWay(reserved, givesWay)];
      taken = instants.sort((a, b) => a - b);
      occupied = new Set(reserved.map((slot) => slot.at));
    }
    let at = slotIn(stretch, taken, spacing, limit);
    if (at === null) continue;
    while (occupied.has(at)) at++; // a first email's, which gives way when its time comes
    const { id: sequenceId, workspaceId } = walk.sequence;
    const slot = { sequenceId, workspaceId, accountId: account.id, at, firstEmail: givesWay, kind: step.kind };
    await tx.insert(slots).values(slot);
    return at;
  }
  return now + DAY_MS; // nothing is free for a year (a cap of 0, say): looked at again tomorrow
}

/** Slots lie a little further apart than the limit asks, so that one taken late does not refuse another a week later. */
function plannedLimit(asked: Asked): RollingLimit | null {
  const limit = rollingLimit(asked, asked.taken?.all ?? []);
  return limit && { ...limit, lengthMs: limit.lengthMs + LATENESS_MS };
}

/** The slots that a deed must keep its gap to: to a first email's, only another one. */
const inTheWay = (reserved: readonly Reserved[], givesWay: boolean): number[] =>
  reserved.filter(({ firstEmail }) => givesWay || !firstEmail).map(({ at }) => at);
