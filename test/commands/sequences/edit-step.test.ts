import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordConnectionAccepted } from '../../../src/commands/inbound/record-connection-accepted.ts';
import { editStep } from '../../../src/commands/sequences/edit-step.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../../src/commands/tasks/complete-task.ts';
import { newId } from '../../../src/db/new-id.ts';
import { deliveries, sequenceSteps } from '../../../src/db/schema.ts';
import type { StepContent } from '../../../src/domain/copy/step-content.ts';
import type { MemberId, StepId } from '../../../src/domain/ids.ts';
import { Refusal, type RefusalCode } from '../../../src/domain/refusal.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import { anEnrolled, as, type Enrolled, eventsOf, first } from '../../support/enrolled.ts';
import { waitingForLocks } from '../../support/lock-waits.ts';
import { aHouse, sequenceRow, steps } from '../../support/scenario.ts';
import { told } from '../../support/told.ts';
import { until } from '../../support/until.ts';

let deeds: Deeds;
/** What runs just before a claim, and just after it; each once. */
const at: { before?: (() => Promise<unknown>) | undefined; after?: (() => Promise<unknown>) | undefined } = {};
beforeAll(async () => {
  deeds = await startDeeds({
    async fault(point) {
      const { before, after } = at;
      if (point === 'before_claim') at.before = undefined;
      if (point === 'after_claim') at.after = undefined;
      if (point === 'before_claim') await before?.();
      if (point === 'after_claim') await after?.();
    },
  });
});
afterAll(() => deeds.stop());

const email = (body: string, subject = 'Hello'): StepContent => ({ kind: 'email', subject, body });
const stepOf = async ({ id }: Enrolled, number = 1) => first((await deeds.stepsOf(id)).slice(number - 1));
/** An edit of a step as it stands, unless told otherwise. */
async function edit(
  one: Enrolled,
  content: StepContent,
  also: { number?: number; madeOn?: number; stepId?: StepId } = {},
) {
  const step = await stepOf(one, also.number);
  const { stepId = step.stepId, madeOn = step.contentVersion } = also;
  return editStep(deeds.commands, one.caller, { sequenceId: one.id, stepId, madeOn, content });
}
/** One attempt once the first step is due, whatever its jitter. */
const perform = ({ id, enrolledAt }: Enrolled) => deeds.performStep(id, enrolledAt + 3_600_000);
const sentTo = ({ email }: Enrolled) => deeds.world.accepted.filter(({ to }) => to === email).map(({ text }) => text);

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error('was not refused');
}
const refused = async (work: Promise<unknown>, code: RefusalCode) => {
  const { code: actual, message } = await refusal(work);
  expect([actual, message]).toEqual([code, message]);
  return message;
};

describe('an edit', () => {
  test('before the claim is what is sent, once, and the timeline says who changed which step', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email', 'email') });
    deeds.announced.length = 0;
    expect(await edit(one, email('Written by a person', 'By hand'))).toBe(2);
    expect(deeds.announced).toEqual([]); // nothing waited for it: its workflow need not be woken
    await perform(one);
    expect(sentTo(one)).toEqual([expect.stringContaining('Written by a person')]);
    expect(await eventsOf(deeds, one.id, 'step_edited')).toMatchObject([
      { actor: one.caller.actor, data: { step: 1, stepKind: 'email', version: 2 } },
    ]);
  });

  test('changes one step alone, also one that is far ahead', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email', 'linkedin_invitation', 'manual_task') });
    const before = await deeds.stepsOf(one.id);
    await edit(one, { kind: 'linkedin_invitation', note: null }, { number: 2 });
    const after = await deeds.stepsOf(one.id);
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).toMatchObject({ content: { note: null }, contentVersion: 2, status: 'PENDING' });
  });

  test('of a task says what its assignee will read', async () => {
    const one = await anEnrolled(deeds, { steps: steps('manual_task') });
    const assignee = one.memberId;
    await edit(one, { kind: 'manual_task', task: 'other', title: 'Send a cake', instructions: 'Lemon', assignee });
    await perform(one);
    expect(await deeds.tasksOf(one.id)).toMatchObject([
      { manualKind: 'other', title: 'Send a cake', instructions: 'Lemon', assigneeId: assignee },
    ]);
  });

  test('of a message that waits for its connection is the one sent after the acceptance', async () => {
    const one = await anEnrolled(deeds, { steps: steps('linkedin_message') });
    as('waitingForLead', await perform(one));
    await edit(one, { kind: 'linkedin_message', body: 'Glad we met' });
    deeds.world.relations.set(one.profile, 'connected');
    await recordConnectionAccepted(deeds.commands, one.caller, {
      accountId: one.linkedInAccount,
      profile: one.profile,
    });
    await perform(one);
    expect(deeds.world.messages.filter(({ profile }) => profile === one.profile)).toEqual([
      { profile: one.profile, text: 'Glad we met' },
    ]);
  });

  test('of incomplete copy completes it: its task is done by the editor, and the workflow hears of it', async () => {
    const one = await anEnrolled(deeds, { steps: steps({ kind: 'email', body: 'As {{job_title}}' }) });
    expect((await sequenceRow(deeds.db, one.id)).status).toBe('WAITING_FOR_USER');
    deeds.announced.length = 0;
    const { tellSeq } = await sequenceRow(deeds.db, one.id);
    await edit(one, email('As a person'));
    const task = first(await deeds.tasksOf(one.id));
    expect(task).toMatchObject({ kind: 'complete_copy', status: 'COMPLETED' });
    expect(await stepOf(one)).toMatchObject({ missing: [] });
    expect(await sequenceRow(deeds.db, one.id)).toMatchObject({ status: 'ACTIVE', tellSeq: tellSeq + 1 });
    expect(deeds.announced).toEqual([
      { workspaceId: one.workspaceId, sequenceId: one.id, news: { kind: 'taskSettled', taskId: task.id } },
    ]);
    expect(await eventsOf(deeds, one.id, 'task_completed')).toMatchObject([{ actor: one.caller.actor }]);
    await perform(one);
    expect(sentTo(one)).toEqual([expect.stringContaining('As a person')]);
  });
});

describe('two editors', () => {
  test('the second is told both versions, and the first one’s words stay', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    await edit(one, email('First'), { madeOn: 1 });
    expect(await refused(edit(one, email('Second'), { madeOn: 1 }), 'version_conflict')).toBe(
      'the change was made on version 1, the copy of step 1 is at 2',
    );
    expect(await stepOf(one)).toMatchObject({ content: { body: 'First' }, contentVersion: 2 });
  });

  test('at the same instant: exactly one wins', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    const { stepId } = await stepOf(one);
    const texts = ['A', 'B', 'C', 'D', 'E'];
    const edits = await deeds.db.asSystem(async (tx) => {
      // Nobody can write before all have begun: had they read the version by then, they would all believe it.
      await tx.select().from(sequenceSteps).where(eq(sequenceSteps.sequenceId, one.id)).for('update');
      const begun = texts.map((body) =>
        editStep(deeds.commands, one.caller, { sequenceId: one.id, stepId, madeOn: 1, content: email(body) }),
      );
      const settled = Promise.allSettled(begun);
      await until(async () => (await waitingForLocks(tx)) === texts.length, 'every edit to wait');
      return { settled };
    });
    const results = await edits.settled;
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'version_conflict' });
    expect(await stepOf(one)).toMatchObject({ contentVersion: 2 });
  });

  test('whoever completes the copy’s task and whoever edits it do not both win', async () => {
    const one = await anEnrolled(deeds, { steps: steps({ kind: 'email', body: 'As {{job_title}}' }) });
    const { id: taskId } = first(await deeds.tasksOf(one.id));
    await completeTask(deeds.commands, one.caller, { taskId, content: email('By the task') });
    await refused(edit(one, email('By an edit'), { madeOn: 1 }), 'version_conflict');
    expect(await stepOf(one)).toMatchObject({ content: { body: 'By the task' } });
  });
});

describe('an edit against the claim', () => {
  test('that comes just before it is what is sent', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    at.before = () => edit(one, email('In time'));
    await perform(one);
    expect(sentTo(one)).toEqual([expect.stringContaining('In time')]);
  });

  test('that comes just after it is told that sending has begun', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    let told = '';
    at.after = async () => {
      told = await refused(edit(one, email('Too late')), 'wrong_state');
    };
    await perform(one);
    expect(told).toBe('Sending has begun: the step is SENDING; the copy of step 1 stays as it is');
    expect(sentTo(one)).toEqual([expect.stringContaining('Mail 1 to Ada')]);
    await refused(edit(one, email('Much too late')), 'wrong_state');
  });

  test('at the same instant is either sent or refused, and never lost', async () => {
    for (let round = 0; round < 2; round++)
      await Promise.all(
        Array.from({ length: 6 }, async (_, n) => {
          const one = await anEnrolled(deeds, { steps: steps('email') });
          const { stepId } = await stepOf(one);
          const input = { sequenceId: one.id, stepId, madeOn: 1, content: email('The edit') };
          const late = async () => {
            for (let turn = 0; turn < n; turn++) await deeds.db.asSystem(async () => undefined); // a little later each
            return editStep(deeds.commands, one.caller, input);
          };
          const [edited] = await Promise.allSettled([late(), perform(one)]);
          const [text, another] = sentTo(one);
          expect(another).toBeUndefined();
          if (edited.status === 'fulfilled') expect(text).toContain('The edit');
          else {
            expect(edited.reason).toMatchObject({ code: 'wrong_state' });
            expect(text).toContain('Mail 1 to Ada');
          }
        }),
      );
  });

  test('a claim that was given back lets the next edit through, and that is what is sent', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    deeds.world.react(one.email, {
      outcome: { kind: 'answered', stage: 'rcpt', code: 451, enhanced: '4.7.1', text: 'later' },
    });
    const { until } = as('deferred', await perform(one));
    await edit(one, email('On the second try'));
    await deeds.performStep(one.id, until);
    expect(sentTo(one)).toEqual([expect.stringContaining('On the second try')]);
  });

  test('a LinkedIn message that was tried stays as it is: a retry finds it by its very text', async () => {
    const one = await anEnrolled(deeds, { steps: steps('linkedin_message', 'linkedin_invitation') });
    const tried = await stepOf(one);
    await deeds.db.asSystem((tx) =>
      tx.insert(deliveries).values({
        id: newId<(typeof deliveries.$inferSelect)['id']>(),
        workspaceId: one.workspaceId,
        sequenceId: one.id,
        stepId: tried.stepId,
        accountId: one.linkedInAccount,
        state: 'RELEASED',
        recipient: one.profile,
        claimedAt: one.enrolledAt,
        dataStartedAt: one.enrolledAt,
      }),
    );
    const told = await refused(edit(one, { kind: 'linkedin_message', body: 'Anew' }), 'wrong_state');
    expect(told).toMatch(/^Sending has begun: a first try may have been heard/);
  });
});

describe('refused, with nothing changed', () => {
  test('every place that is wrong is told', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email', 'manual_task') });
    const letter = await refusal(edit(one, email('Hello {{first_name}}!', ' ')));
    expect([letter.code, letter.message]).toEqual(['invalid', 'the copy has 2 problem(s)']);
    expect(told(letter.problems)).toEqual([
      { path: 'content.subject', problem: 'subject is empty' },
      { path: 'content.body', problem: 'body: "{{first_name}}" at character 7 is not filled in' },
    ]);
    const assignee = newId<MemberId>();
    const task = { kind: 'manual_task', task: 'call', title: 'Call', instructions: '', assignee } as const;
    const { problems } = await refusal(edit(one, task, { number: 2 }));
    expect(told(problems)).toEqual([{ path: 'content.assignee_id', problem: 'is no member of this workspace' }]);
    expect((await deeds.stepsOf(one.id)).map(({ contentVersion }) => contentVersion)).toEqual([1, 1]);
    expect(await eventsOf(deeds, one.id, 'step_edited')).toEqual([]);
  });

  test('a reply in the thread needs no subject of its own', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email', 'email') });
    expect(await edit(one, email('Again', ''), { number: 2 })).toBe(2);
  });

  test('content of another kind', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    expect(await refused(edit(one, { kind: 'linkedin_message', body: 'Hi' }), 'invalid')).toBe(
      'the copy of step 1 is of kind email, got linkedin_message',
    );
  });

  test('an open task, a finished step, an ended sequence, copy that is not written yet', async () => {
    const task: StepContent = { kind: 'manual_task', task: 'call', title: 'Call', instructions: '', assignee: null };
    const waits = await anEnrolled(deeds, { steps: steps('manual_task') });
    await perform(waits);
    expect(await refused(edit(waits, task), 'wrong_state')).toMatch(/^Its task is open already/);

    const skipped = await anEnrolled(deeds, { steps: steps('linkedin_invitation', 'email'), lead: { profile: '' } });
    await perform(skipped);
    const note: StepContent = { kind: 'linkedin_invitation', note: 'Hi' };
    expect(await refused(edit(skipped, note), 'wrong_state')).toMatch(/^The step is SKIPPED/);

    const stopped = await anEnrolled(deeds, { steps: steps('email') });
    await stopSequence(deeds.commands, stopped.caller, stopped.id);
    expect(await refused(edit(stopped, email('Hi')), 'wrong_state')).toMatch(/^The sequence has ended: STOPPED_EARLY/);

    const unwritten = await anEnrolled(deeds, { steps: steps('email'), written: false });
    expect(await refused(edit(unwritten, email('Hi')), 'wrong_state')).toMatch(/^Its copy is being written/);
  });

  test('a step that is not there, and a sequence of another workspace', async () => {
    const one = await anEnrolled(deeds, { steps: steps('email') });
    await refused(edit(one, email('Hi'), { stepId: newId<StepId>(), madeOn: 1 }), 'not_found');
    const { caller } = await aHouse(deeds.db);
    await refused(edit({ ...one, caller }, email('Hi')), 'not_found');
    const rows = await deeds.db.asSystem((tx) =>
      tx.select().from(sequenceSteps).where(eq(sequenceSteps.sequenceId, one.id)),
    );
    expect(rows).toMatchObject([{ contentVersion: 1 }]);
  });
});
