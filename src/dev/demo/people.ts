import type { Caller, CommandDeps } from '../../commands/deps.ts';
import { recordConnectionAccepted } from '../../commands/inbound/record-connection-accepted.ts';
import { recordReply } from '../../commands/inbound/record-reply.ts';
import { unsubscribe } from '../../commands/inbound/unsubscribe.ts';
import { stopSequence } from '../../commands/sequences/stop-sequence.ts';
import { completeTask } from '../../commands/tasks/complete-task.ts';
import { skipTask } from '../../commands/tasks/skip-task.ts';
import type { SequenceRow, StepRow } from '../../db/rows.ts';
import type { TaskRow } from '../../db/tasks.ts';
import { HOUR_MS } from '../../domain/durations.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { ReplyIntent } from '../../domain/reply.ts';
import type { TaskOutcome } from '../../domain/task.ts';
import type { MailAnswer } from '../mailbox/answers.ts';

/** One simulated contact: what it does, so many hours after the nth step (from 1) was done. */
export interface Person {
  name: string;
  /** An address that does not exist: refused at RCPT. */
  bounces?: true;
  replies?: { afterStep: number; hours: number; intent: ReplyIntent; awayDays?: number };
  unsubscribes?: { afterStep: number; hours: number };
  /** Accepts an invitation so many hours after it was sent. */
  accepts?: number;
  /** Answers even the last message, after the end. */
  late?: true;
  /** Our own member loses patience. */
  stopped?: { afterStep: number; hours: number };
  /** How our own member settles the tasks of this contact, and after how many hours. */
  tasks?: { hours: number; skip?: true; outcome?: TaskOutcome };
}

const p = (name: string, person: Omit<Person, 'name'> = {}): Person => ({ name, ...person });

/** Who the 40 leads turn out to be; a seed shuffles them. First the two-week campaign's, then the calls'. */
export const outreachPeople: readonly Person[] = [
  p('is interested at once', { replies: { afterStep: 1, hours: 5, intent: 'positive' } }),
  p('is interested at once', { replies: { afterStep: 1, hours: 20, intent: 'positive' } }),
  p('is interested after the follow-up', { accepts: 30, replies: { afterStep: 3, hours: 26, intent: 'positive' } }),
  p('books a meeting', { accepts: 20, replies: { afterStep: 3, hours: 6, intent: 'meeting_booked' } }),
  p('books a meeting on LinkedIn', { accepts: 44, replies: { afterStep: 4, hours: 9, intent: 'meeting_booked' } }),
  p('names a colleague', { replies: { afterStep: 1, hours: 30, intent: 'referral' } }),
  p('is not interested', { replies: { afterStep: 1, hours: 3, intent: 'negative' } }),
  p('is not interested', { replies: { afterStep: 3, hours: 12, intent: 'negative' } }),
  p('has chosen another tool', { replies: { afterStep: 3, hours: 40, intent: 'neutral' } }),
  p('unsubscribes', { unsubscribes: { afterStep: 1, hours: 2 } }),
  p('unsubscribes after the follow-up', { unsubscribes: { afterStep: 3, hours: 2 } }),
  p('asks to be removed', { replies: { afterStep: 1, hours: 8, intent: 'unsubscribe' } }),
  p('does not exist', { bounces: true }),
  p('does not exist', { bounces: true }),
  p('is out of office', { accepts: 60, replies: { afterStep: 1, hours: 1, intent: 'out_of_office', awayDays: 9 } }),
  p('is out of office for a week', {
    accepts: 40,
    replies: { afterStep: 3, hours: 1, intent: 'out_of_office', awayDays: 7 },
  }),
  p('writes something unclear, then is interested', {
    replies: { afterStep: 1, hours: 9, intent: 'unclear' },
    tasks: { hours: 20, outcome: 'positive' },
  }),
  p('writes something unclear that means nothing', {
    accepts: 12,
    replies: { afterStep: 3, hours: 9, intent: 'unclear' },
    tasks: { hours: 90, outcome: 'go_on' },
  }),
  p('accepts, and stays silent', { accepts: 10 }),
  p('accepts, and stays silent', { accepts: 70 }),
  p('accepts late', { accepts: 24 * 9 }),
  p('accepts late', { accepts: 24 * 11 }),
  p('answers the last email', { accepts: 16, late: true }),
  p('is stopped by Sam', { stopped: { afterStep: 2, hours: 20 } }),
  p('never answers'),
  p('never answers'),
  p('never answers'),
  p('never answers'),
];

export const callPeople: readonly Person[] = [
  p('is interested on the phone', { tasks: { hours: 20 }, replies: { afterStep: 2, hours: 4, intent: 'positive' } }),
  p('books a meeting after the call', {
    tasks: { hours: 6 },
    replies: { afterStep: 3, hours: 4, intent: 'meeting_booked' },
  }),
  p('is not interested', { tasks: { hours: 26 }, replies: { afterStep: 3, hours: 5, intent: 'negative' } }),
  p('cannot be reached', { tasks: { hours: 48, skip: true } }),
  p('cannot be reached', { tasks: { hours: 30, skip: true } }),
  p('unsubscribes', { tasks: { hours: 20 }, unsubscribes: { afterStep: 1, hours: 10 } }),
  p('does not exist', { bounces: true }),
  p('never answers', { tasks: { hours: 20 } }),
  p('never answers', { tasks: { hours: 44 } }),
  p('never answers', { tasks: { hours: 60 } }),
  p('is called only after ten days', { tasks: { hours: 24 * 10 } }),
  p('is called only after eleven days', { tasks: { hours: 24 * 11 } }),
];

/** What the simulated world sees of one sequence. */
export interface Watched {
  person: Person;
  sequence: SequenceRow;
  steps: readonly StepRow[];
  tasks: readonly TaskRow[];
  profile: string | null;
  email: string | null;
}

export interface ActDeps {
  commands: CommandDeps;
  caller: Caller;
  linkedInAccount: AccountId;
  /** On the simulator; false when no invitation is pending. */
  accept(profile: string): boolean;
  /** Puts their answer to our last email into our inbox, once; false when there is none to answer. */
  write(email: string, answer: MailAnswer, now: number): Promise<boolean>;
}

/** What they write, where it is an email that our rules read as it is meant. */
const words: Partial<Record<ReplyIntent, string>> = {
  positive: "Sounds good, let's talk.",
  negative: 'We are not interested.',
  unsubscribe: 'Please remove me from your list.',
  unclear: 'Hm. What about the other building?',
};

/** Lets one contact, and our member's work on it, act at `now`. Commands told twice act once, so nothing is remembered here. */
export async function act(
  { commands, caller, linkedInAccount, accept, write }: ActDeps,
  seen: Watched,
  now: number,
): Promise<void> {
  const { person, sequence, steps, tasks, profile, email } = seen;
  const doneFor = (afterStep: number, hours: number) => {
    const at = steps[afterStep - 1]?.finishedAt;
    return at !== null && at !== undefined && steps[afterStep - 1]?.status !== 'SKIPPED' && now >= at + hours * HOUR_MS;
  };
  const isOpen = sequence.endedAt === null;
  const sequenceId = sequence.id;

  const invited = steps.find(({ kind }) => kind === 'linkedin_invitation');
  if (person.accepts !== undefined && profile && invited && doneFor(invited.position + 1, person.accepts)) {
    if (accept(profile)) await recordConnectionAccepted(commands, caller, { accountId: linkedInAccount, profile });
  }
  for (const task of tasks) {
    if (task.status !== 'OPEN' || !person.tasks || !isOpen || now < task.createdAt + person.tasks.hours * HOUR_MS)
      continue;
    if (person.tasks.skip) await skipTask(commands, caller, { taskId: task.id, note: 'No answer, three tries' });
    else
      await completeTask(commands, caller, {
        taskId: task.id,
        outcome: task.kind === 'manual_step' ? null : (person.tasks.outcome ?? null),
      });
  }
  const { replies, unsubscribes, stopped, late } = person;
  if (isOpen && replies && doneFor(replies.afterStep, replies.hours)) {
    const returnsOn =
      replies.awayDays === undefined
        ? null
        : new Date(now + replies.awayDays * 24 * HOUR_MS).toISOString().slice(0, 10);
    const { intent } = replies;
    const text = words[intent];
    const answer: MailAnswer | null =
      intent === 'out_of_office' ? { kind: 'outOfOffice', returnsOn } : text ? { kind: 'reply', text } : null;
    const isWritten = answer !== null && email !== null && (await write(email, answer, now));
    // On LinkedIn, or in words that only a person understands: told as a person would tell it.
    if (!isWritten) await recordReply(commands, caller, { sequenceId, intent, key: `demo/${sequenceId}`, returnsOn });
  }
  if (isOpen && unsubscribes && doneFor(unsubscribes.afterStep, unsubscribes.hours))
    await unsubscribe(commands, caller, sequenceId);
  if (isOpen && stopped && doneFor(stopped.afterStep, stopped.hours)) await stopSequence(commands, caller, sequenceId);
  if (late && sequence.status === 'COMPLETED' && sequence.endedAt !== null && now >= sequence.endedAt + 18 * HOUR_MS)
    if (email !== null && words.positive) await write(email, { kind: 'reply', text: words.positive }, now);
}

/** Shuffles by a seed: the same seed, the same people for the same leads (mulberry32; any small generator would do). */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return items
    .map((item, index) => ({ item, index, key: random() }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ item }) => item);
}
