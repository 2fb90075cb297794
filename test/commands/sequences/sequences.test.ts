import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { recordBounce } from '../../../src/commands/inbound/record-bounce.ts';
import { recordConnectionAccepted } from '../../../src/commands/inbound/record-connection-accepted.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { unsubscribe } from '../../../src/commands/inbound/unsubscribe.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../../src/commands/tasks/complete-task.ts';
import { skipTask } from '../../../src/commands/tasks/skip-task.ts';
import { callsForAnswer, type ReplyIntent, replyIntents, replyPolicy } from '../../../src/domain/reply.ts';
import {
  canMove,
  isTerminal,
  openStatus,
  type SequenceEnd,
  type SequenceStatus,
} from '../../../src/domain/sequence.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { as, contactOf, copiesOf, type Enrolled, eventsOf, suppressionsOf } from '../../support/enrolled.ts';
import { steps } from '../../support/scenario.ts';

const { deeds, enrolled, row, statuses, openTasks, perform, atTask } = commandsForFile();

describe('a stop', () => {
  test('ends the sequence once; one that has ended otherwise is refused', async () => {
    const one = await atTask();
    await Promise.all([
      stopSequence(deeds.commands, one.caller, one.id),
      stopSequence(deeds.commands, one.caller, one.id),
    ]);
    expect(await row(one.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user', nextAt: null });
    expect(await statuses(one.id)).toEqual(['CANCELED', 'CANCELED']);
    expect(await eventsOf(deeds, one.id, 'sequence_ended')).toMatchObject([{ actor: one.caller.actor }]);
    expect(await openTasks(one.id)).toHaveLength(1);

    const other = await enrolled({ steps: steps('email') });
    await perform(other.id);
    await expect(stopSequence(deeds.commands, other.caller, other.id)).rejects.toEqual(refused('wrong_state'));
    await expect(stopSequence(deeds.commands, one.caller, other.id)).rejects.toEqual(refused('not_found'));
  });
});

/** Where a sequence stands when things come in. */
const starts = ['at a task', 'at its last task', 'waiting for a connection'] as const;
type Start = (typeof starts)[number];

type Happening =
  | { kind: 'reply'; intent: ReplyIntent; nth: number }
  | { kind: 'read'; outcome: 'positive' | 'negative' | 'go_on' }
  | { kind: 'bounce'; bounce: 'hard' | 'soft' }
  | { kind: 'complete' | 'skip' | 'unsubscribe' | 'stop' | 'accept' };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reply'),
      intent: fc.constantFrom(...replyIntents),
      nth: fc.constantFrom(1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('read'), outcome: fc.constantFrom('positive', 'negative', 'go_on') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bounce'), bounce: fc.constantFrom('hard', 'soft') }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('complete', 'complete', 'skip', 'unsubscribe', 'stop', 'accept') }),
  },
);

/** What the design says becomes of a sequence, in a few lines: no rows, no locks. */
class Model {
  status: SequenceStatus = 'ACTIVE';
  reason: string | null = null;
  task: 'OPEN' | 'COMPLETED' | 'SKIPPED' | null;
  waiting: boolean;
  away = false;
  unread = 0;
  toAnswer = 0;
  current: string;
  /** Effects that must be there once each. */
  readonly seen = { replies: new Set<string>(), ends: 0, steps: 0, unsubscribed: 0 };
  readonly suppressed = new Map<string, string>();
  readonly #start: Start;

  constructor(start: Start) {
    this.#start = start;
    this.waiting = start === 'waiting for a connection';
    this.task = this.waiting ? null : 'OPEN';
    this.current = 'WAITING';
    this.#derive();
  }

  get isOver(): boolean {
    return isTerminal(this.status);
  }

  /** The steps' statuses. */
  get steps(): string[] {
    if (this.#start === 'at its last task') return [this.current];
    return [this.current, this.isOver ? 'CANCELED' : 'PENDING'];
  }

  /** False: the command refuses it. */
  happens(what: Happening): boolean {
    const accepted = this.#apply(what);
    this.#derive();
    return accepted;
  }

  #apply(what: Happening): boolean {
    switch (what.kind) {
      case 'reply': {
        const key = `${what.intent}/${what.nth}`;
        const isNew = !this.seen.replies.has(key);
        this.seen.replies.add(key);
        if (isNew) this.#mean(what.intent);
        if (what.intent === 'unsubscribe') this.#unsubscribe();
        return true;
      }
      case 'read':
        if (this.unread === 0) return true;
        this.unread--;
        if (what.outcome !== 'go_on') this.#mean(what.outcome);
        return true;
      case 'bounce':
        if (what.bounce === 'hard') this.#suppress('hard_bounce', 'address');
        return true;
      case 'complete':
        return this.#settle('COMPLETED', 'DONE');
      case 'skip':
        return this.#settle('SKIPPED', 'SKIPPED');
      case 'unsubscribe':
        this.#unsubscribe();
        return true;
      case 'stop':
        if (this.isOver) return this.status === 'STOPPED_EARLY';
        this.#end({ status: 'STOPPED_EARLY', reason: 'stopped_by_user' });
        return true;
      case 'accept':
        if (this.waiting && !this.isOver) this.current = 'PENDING';
        this.waiting = false;
        return true;
    }
  }

  #derive(): void {
    const blockingTask = this.task === 'OPEN' || this.unread > 0;
    const waitForContact = this.waiting || this.away;
    if (!this.isOver) this.status = openStatus({ blockingTask, waitForContact });
  }

  #end({ status, reason }: SequenceEnd): void {
    if (!canMove(this.status, status)) return;
    if (this.current === 'WAITING' || this.current === 'PENDING') this.current = 'CANCELED';
    Object.assign(this, { status, reason });
    this.seen.ends++;
  }

  #mean(intent: ReplyIntent): void {
    const effect = replyPolicy[intent];
    // One task, however many good replies there are: the contact waits for one answer.
    if (callsForAnswer(intent, this.status)) this.toAnswer = 1;
    if (effect.kind === 'end') this.#end(effect.end);
    if (effect.kind === 'hold') this.away = true;
    // The answer to the last message comes after the end, and may make it a success.
    if (effect.kind === 'ask' && (!this.isOver || this.status === 'COMPLETED')) this.unread++;
  }

  #unsubscribe(): void {
    this.seen.unsubscribed = 1;
    this.#suppress('unsubscribed', 'address', 'profile');
  }

  #suppress(reason: 'unsubscribed' | 'hard_bounce', ...kinds: ('address' | 'profile')[]): void {
    // A wish outweighs a failure; else the first entry stands.
    const outweighs = (stands: string | undefined) => stands !== 'unsubscribed' && reason === 'unsubscribed';
    for (const kind of kinds)
      if (!this.suppressed.has(kind) || outweighs(this.suppressed.get(kind))) this.suppressed.set(kind, reason);
    this.#end({ status: 'FAILED', reason });
  }

  #settle(to: 'COMPLETED' | 'SKIPPED', step: 'DONE' | 'SKIPPED'): boolean {
    if (this.task !== 'OPEN') return this.task === null || this.task === to;
    this.task = to;
    if (this.isOver) return true;
    this.current = step;
    this.seen.steps++;
    if (this.#start === 'at its last task') this.#end({ status: 'COMPLETED', reason: 'no_more_steps' });
    return true;
  }
}

describe('whatever comes in, in any order and however often,', () => {
  const originals = new Map<Start, Enrolled>();
  const spare = new Map<Start, Enrolled[]>();

  beforeAll(async () => {
    originals.set('at a task', await atTask());
    originals.set('at its last task', await atTask({ steps: steps('manual_task') }));
    const waiting = await enrolled({ steps: steps('linkedin_message', 'email') });
    as('waitingForLead', await perform(waiting.id));
    originals.set('waiting for a connection', waiting);
  });

  /** A sequence that stands at `start` and has met nothing yet. */
  async function fresh(start: Start): Promise<Enrolled> {
    const left = spare.get(start) ?? [];
    const original = originals.get(start);
    if (left.length === 0 && original) left.push(...(await copiesOf(deeds, original, 30)));
    spare.set(start, left);
    const sequence = left.pop();
    if (!sequence) throw new Error(`nothing stands ${start}`);
    return sequence;
  }

  async function happen({ id, caller, linkedInAccount, profile }: Enrolled, what: Happening): Promise<unknown> {
    const taskOf = async (kind: string) => (await deeds.tasksOf(id)).find((task) => task.kind === kind)?.id;
    switch (what.kind) {
      case 'reply': {
        const { intent, nth } = what;
        return recordReply(deeds.commands, caller, { sequenceId: id, intent, key: `${id}/${intent}/${nth}` });
      }
      case 'read': {
        const task = (await openTasks(id)).find(({ kind }) => kind === 'read_reply');
        return task && completeTask(deeds.commands, caller, { taskId: task.id, outcome: what.outcome });
      }
      case 'bounce':
        return recordBounce(deeds.commands, caller, { sequenceId: id, kind: what.bounce, key: `${id}/${what.bounce}` });
      case 'complete': {
        const taskId = await taskOf('manual_step');
        return taskId && completeTask(deeds.commands, caller, { taskId });
      }
      case 'skip': {
        const taskId = await taskOf('manual_step');
        return taskId && skipTask(deeds.commands, caller, { taskId });
      }
      case 'unsubscribe':
        return unsubscribe(deeds.commands, caller, id);
      case 'stop':
        return stopSequence(deeds.commands, caller, id);
      case 'accept':
        return recordConnectionAccepted(deeds.commands, caller, { accountId: linkedInAccount, profile });
    }
  }

  /** What the rows say, in the model's words. */
  async function standing({ id, workspaceId, email, profile }: Enrolled) {
    const { status, endReason, endedAt } = await row(id);
    const all = await deeds.tasksOf(id);
    const kinds = (await eventsOf(deeds, id)).map(({ kind }) => kind);
    const count = (...of: string[]) => kinds.filter((kind) => of.includes(kind)).length;
    const entries = (await suppressionsOf(deeds, workspaceId)).filter(({ value }) => [email, profile].includes(value));
    expect(endedAt !== null).toBe(isTerminal(status));
    return {
      status,
      reason: endReason,
      steps: await statuses(id),
      task: all.find(({ kind }) => kind === 'manual_step')?.status ?? null,
      unread: all.filter((task) => task.kind === 'read_reply' && task.status === 'OPEN').length,
      toAnswer: all.filter((task) => task.kind === 'answer_reply').length,
      away: (await contactOf(deeds, id)).awayUntil !== null,
      replies: count('reply_received'),
      ends: count('sequence_ended'),
      stepsDone: count('step_done', 'step_skipped'),
      unsubscribed: count('unsubscribed'),
      suppressed: Object.fromEntries(entries.map(({ kind, reason }) => [kind, reason])),
    };
  }

  const standingOfModel = (model: Model) => ({
    status: model.status,
    reason: model.reason,
    steps: model.steps,
    task: model.task,
    unread: model.unread,
    toAnswer: model.toAnswer,
    away: model.away,
    replies: model.seen.replies.size,
    ends: model.seen.ends,
    stepsDone: model.seen.steps,
    unsubscribed: model.seen.unsubscribed,
    suppressed: Object.fromEntries(model.suppressed),
  });

  test('a sequence stands where the model does, with every effect once', async () => {
    const runs = fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.array(happenings, { maxLength: 6 }),
      async (start, all) => {
        const [model, sequence] = [new Model(start), await fresh(start)];
        for (const what of all) {
          const accepted = await happen(sequence, what).then(
            () => true,
            (error: unknown) => {
              expect(error).toEqual(refused('wrong_state'));
              return false;
            },
          );
          expect(accepted, `${what.kind} accepted`).toBe(model.happens(what));
        }
        expect(await standing(sequence)).toEqual(standingOfModel(model));
      },
    );
    await fc.assert(runs, { numRuns: 80 });
  });
});
