import { WorkflowNotFoundError } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SequenceNews } from '../../src/adapters/walks.ts';
import { newId } from '../../src/db/new-id.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { SequenceEnd, StepResult } from '../../src/domain/sequence.ts';
import { rounds } from '../support/rounds.ts';
import {
  allDone,
  done,
  ended,
  farAhead,
  held,
  PAST,
  planned,
  type Stage,
  startStage,
  waitingForLead,
  waitingForUser,
} from './scripted.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.stop());

const stepKinds = ['message', 'task', 'connection'] as const;
const commands = ['pause', 'resume', 'settle', 'accept', 'change', 'stop'] as const;
type Command = (typeof commands)[number];

/** A command, and how the news of it travels: that many times, after so many later commands. */
const command = fc.record({
  what: fc.constantFrom(...commands),
  copies: fc.integer({ min: 1, max: 2 }),
  late: fc.nat({ max: 3 }),
  /** True: it is given while `performStep` is answering. */
  duringStep: fc.boolean(),
});
const plan = fc.record({
  steps: fc.array(fc.constantFrom(...stepKinds), { minLength: 1, maxLength: 3 }),
  commands: fc.array(command, { maxLength: 6 }),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** Stands for Postgres: what is committed, and what `performStep` therefore answers. */
function aModel({ steps }: Plan) {
  const tasks = steps.map(() => newId<TaskId>());
  const settled = new Set<number>();
  let position = 0;
  let seq = 0;
  let epoch = 1;
  let isPaused = false;
  let isAccepted = false;
  let end: SequenceEnd | null = null;

  const perform = (): StepResult => {
    if (end) return ended(end);
    if (isPaused) return held(epoch);
    const task = tasks[position];
    if (steps[position] === 'task' && task && !settled.has(position)) return waitingForUser(task);
    if (steps[position] === 'connection' && !isAccepted) return waitingForLead(farAhead());
    position++;
    if (position < steps.length) return done(position, PAST);
    end = { status: 'COMPLETED', reason: 'no_more_steps' };
    return allDone;
  };

  /** Commits a command; the news to send afterwards, or none when it changed nothing. */
  const commit = (what: Command): SequenceNews | undefined => {
    if (end) return undefined;
    switch (what) {
      case 'pause':
        if (isPaused) return undefined;
        isPaused = true;
        return { kind: 'campaignPaused', epoch: ++epoch };
      case 'resume':
        if (!isPaused) return undefined;
        isPaused = false;
        return { kind: 'campaignResumed', epoch: ++epoch };
      case 'settle': {
        const next = steps.findIndex((kind, index) => kind === 'task' && !settled.has(index));
        const taskId = tasks[next];
        if (!taskId) return undefined;
        settled.add(next);
        return { kind: 'taskSettled', taskId };
      }
      case 'accept':
        if (isAccepted || !steps.includes('connection')) return undefined;
        isAccepted = true;
        return { kind: 'connectionAccepted' };
      case 'change':
        return { kind: 'stateChanged', seq: ++seq, status: 'ACTIVE' };
      case 'stop':
        end = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' };
        return { kind: 'ended', end };
    }
  };
  return { perform, commit, end: () => end };
}

/** Plays one plan on the server; then gives every command that lets the sequence come to its end. */
async function play(given: Plan) {
  const model = aModel(given);
  const duringStep = given.commands.filter((command) => command.duringStep);
  let onTheWay: { news: SequenceNews; late: number }[] = [];
  let sent = 0;

  /** The newest first, so that news overtakes older news. */
  const deliver = async (isDue: (late: number) => boolean) => {
    const leaving = onTheWay.filter(({ late }) => isDue(late)).reverse();
    onTheWay = onTheWay.filter(({ late }) => !isDue(late));
    for (const { news } of leaving) {
      sent++;
      await walk.tell(news).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error; // it has ended by now
      });
    }
  };
  const give = async ({ what, copies, late }: Pick<Plan['commands'][number], 'what' | 'copies' | 'late'>) => {
    const news = model.commit(what);
    for (const letter of onTheWay) letter.late--;
    for (let copy = 0; news && copy < copies; copy++) onTheWay.push({ news, late: late + copy });
    await deliver((left) => left <= 0);
  };

  const turn = async () => {
    const answer = model.perform();
    const meanwhile = duringStep.shift();
    if (meanwhile) await give(meanwhile);
    return answer;
  };
  const walk = stage.walk({ personalise: () => planned(PAST), turns: Array<typeof turn>(60).fill(turn) });
  await walk.start();
  for (const command of given.commands) if (!command.duringStep) await give(command);
  for (const command of duringStep.splice(0)) await give(command);
  for (const what of ['resume', 'accept', 'settle', 'settle', 'settle'] as const)
    await give({ what, copies: 1, late: 0 });
  await deliver(() => true);

  const outcome = await walk.outcome();
  expect(outcome).toEqual(model.end());
  // Each call has its cause: the first step, a step's timer, or news. One without would be a loop.
  expect(walk.calls()).toBeLessThanOrEqual(given.steps.length + sent);
}

test('whatever order signals come in, late, doubled or during a step, every sequence comes to the end that is committed', async () => {
  const many = rounds(40, 120);
  const batch = fc.array(plan, { minLength: many, maxLength: many });
  const property = fc.asyncProperty(batch, async (plans) => {
    const failures = await Promise.all(
      plans.map((given) =>
        play(given).then(
          () => [],
          (error: unknown) => [`${JSON.stringify(given)}: ${error instanceof Error ? error.message : error}`],
        ),
      ),
    );
    expect(failures.flat()).toEqual([]);
  });
  await fc.assert(property, { numRuns: 1, endOnFailure: true });
});
