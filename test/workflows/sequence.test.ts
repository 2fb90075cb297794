import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/db/new-id.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { SequenceEnd } from '../../src/domain/sequence.ts';
import {
  allDone,
  countOf,
  deferred,
  done,
  ended,
  eventsOf,
  farAhead,
  gate,
  held,
  ids,
  lines,
  PAST,
  planned,
  type Script,
  type Stage,
  startStage,
  statusesShown,
  type Turn,
  textOf,
  waitingForLead,
  waitingForUser,
} from './scripted.ts';

const completed: SequenceEnd = { status: 'COMPLETED', reason: 'no_more_steps' };
const stopped: SequenceEnd = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' };
const replied: SequenceEnd = { status: 'SUCCEEDED', reason: 'positive_reply' };
const bounced: SequenceEnd = { status: 'FAILED', reason: 'hard_bounce' };

// Without a cache every workflow task replays the whole history: the same cases then prove determinism.
describe.each([
  { cache: 'with a cache', cached: 200 },
  { cache: 'replayed at every task', cached: 0 },
])('a sequence, $cache,', ({ cached }) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ cached });
  });
  afterAll(() => stage?.stop());

  /** A walk that waits for its first step until it is told something. */
  const asleep = async (...turns: Turn[]) => {
    const walk = stage.walk({ personalise: () => planned(farAhead()), turns });
    await walk.start();
    await walk.details();
    return walk;
  };

  /** A walk on its way: its first step was due long ago. */
  const started = async (...turns: Turn[]) => {
    const walk = stage.walk({ turns });
    await walk.start();
    return walk;
  };

  /** Started, and waiting for whatever the answer to its first `performStep` asks for. */
  const waiting = async (...turns: Turn[]) => {
    const walk = await started(...turns);
    await walk.called(1);
    await walk.details();
    return walk;
  };

  describe.concurrent('lets performStep decide:', () => {
    test('done without a next step concludes Completed', async () => {
      const walk = await started(allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(1);
    });

    test('done with a next step waits for its instant on a timer, then performs again', async () => {
      const at = Date.now() + 2_000;
      const walk = await started(done(1, at), allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.callsAt()[1]).toBeGreaterThanOrEqual(at);
      const history = await walk.history();
      expect(countOf(history, 'timerStartedEventAttributes')).toBe(2);
      expect(countOf(history, 'timerFiredEventAttributes')).toBe(2);
    });

    test('deferred waits until its instant, then performs again', async () => {
      const walk = await started(deferred(PAST), deferred(PAST, 'provider_retry'), allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
    });

    test('waiting for a task, it has no timer and goes on when that task is settled', async () => {
      const taskId = newId<TaskId>();
      const walk = await waiting(waitingForUser(taskId), allDone);
      await walk.tell({ kind: 'taskSettled', taskId });
      expect(await walk.outcome()).toEqual(completed);
      expect(countOf(await walk.history(), 'timerStartedEventAttributes')).toBe(1); // that of the first step
    });

    test('waiting for a connection, it goes on at the limit', async () => {
      const walk = await started(waitingForLead(PAST), allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(2);
    });

    test('ended concludes with that end, and a business failure completes the workflow', async () => {
      const walk = await started(ended(bounced));
      expect(await walk.outcome()).toEqual({ status: 'FAILED', reason: 'hard_bounce' });
      expect((await walk.handle.describe()).status.name).toBe('COMPLETED');
    });

    test('the first step waits for the instant that personalise answered', async () => {
      const walk = await asleep(allDone);
      expect(walk.calls()).toBe(0);
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(0);
    });

    test('an activity that fails for a fault of ours is tried again, and the workflow sees nothing of it', async () => {
      let failures = 1;
      const walk = await started(() => {
        if (failures-- > 0) throw new Error('the database is away');
        return allDone;
      }, allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(countOf(await walk.history(), 'activityTaskScheduledEventAttributes')).toBe(2);
    });
  });

  describe.concurrent('held', () => {
    test('parks without a timer until a newer resume', async () => {
      const walk = await waiting(held(4), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 3 });
      await walk.tell({ kind: 'campaignResumed', epoch: 4 });
      await walk.details();
      const parked = await walk.history();
      expect(countOf(parked, 'activityTaskScheduledEventAttributes')).toBe(2); // personalise, one performStep
      expect(countOf(parked, 'timerStartedEventAttributes')).toBe(1); // that of the first step

      await walk.tell({ kind: 'campaignResumed', epoch: 5 });
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(2);
    });

    test('by an epoch whose resume has come already goes on at once', async () => {
      const walk = await asleep(held(4), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 5 });
      await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
      expect(await walk.outcome()).toEqual(completed);
    });

    test('goes on when the resume comes while performStep is finding out that the campaign is paused', async () => {
      const { opened, open } = gate();
      const walk = await started(async () => {
        await opened;
        return held(4);
      }, allDone);
      await walk.called(1);
      await walk.tell({ kind: 'campaignResumed', epoch: 5 });
      open();
      expect(await walk.outcome()).toEqual(completed);
    });

    test('again by a newer pause parks again: the older resume is not enough', async () => {
      const walk = await waiting(held(1), held(3), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 2 });
      await walk.called(2);
      await walk.tell({ kind: 'campaignResumed', epoch: 2 });
      await walk.details();
      expect(walk.calls()).toBe(2);
      await walk.tell({ kind: 'campaignResumed', epoch: 4 });
      expect(await walk.outcome()).toEqual(completed);
    });

    test('resumes that overtake each other count as the newest', async () => {
      const walk = await asleep(held(5), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 6 });
      await walk.tell({ kind: 'campaignResumed', epoch: 2 });
      await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
      expect(await walk.outcome()).toEqual(completed);
    });

    test('still ends when the sequence ends', async () => {
      const walk = await waiting(held(4));
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(1);
    });
  });

  describe.concurrent('a pause that is told', () => {
    test('is shown to operators and parks nobody', async () => {
      const walk = await started(
        async () => {
          await walk.tell({ kind: 'campaignPaused', epoch: 7 });
          return done(1, PAST);
        },
        done(2, PAST),
        allDone,
      );
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
      expect(await walk.details()).toContain('Campaign paused');
    });

    test('does not wake a sleeper, and is shown no more after the resume', async () => {
      const walk = await asleep(allDone);
      await walk.tell({ kind: 'campaignPaused', epoch: 7 });
      expect(await walk.details()).toContain('Campaign paused');
      await walk.tell({ kind: 'campaignResumed', epoch: 6 }); // an older one, late
      expect(await walk.details()).toContain('Campaign paused');
      await walk.tell({ kind: 'campaignResumed', epoch: 8 });
      expect(await walk.details()).not.toContain('Campaign paused');
      expect(countOf(await walk.history(), 'activityTaskScheduledEventAttributes')).toBe(1); // personalise
      await walk.tell({ kind: 'ended', end: stopped });
      await walk.outcome();
      expect(walk.calls()).toBe(0);
    });
  });

  describe.concurrent('a task', () => {
    test('settled before the wait for it, while performStep opens it, is not missed', async () => {
      const taskId = newId<TaskId>();
      const walk = await started(async () => {
        await walk.tell({ kind: 'taskSettled', taskId });
        return waitingForUser(taskId);
      }, allDone);
      expect(await walk.outcome()).toEqual(completed);
    });

    test('settled before performStep runs is forgotten then, for Postgres was told first', async () => {
      const taskId = newId<TaskId>();
      const walk = await asleep(waitingForUser(taskId), allDone);
      await walk.tell({ kind: 'taskSettled', taskId });
      await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
      await walk.called(1);
      await walk.details();
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(1);
    });

    test('of another step, settled, wakes nobody', async () => {
      const taskId = newId<TaskId>();
      const walk = await waiting(waitingForUser(taskId), allDone);
      await walk.tell({ kind: 'taskSettled', taskId: newId<TaskId>() });
      await walk.details();
      expect(walk.calls()).toBe(1);
      await walk.tell({ kind: 'taskSettled', taskId });
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(2);
    });

    test('settled three times is settled once', async () => {
      const [first, second] = [newId<TaskId>(), newId<TaskId>()];
      const walk = await waiting(waitingForUser(first), waitingForUser(second), allDone);
      for (let times = 0; times < 3; times++) await walk.tell({ kind: 'taskSettled', taskId: first });
      await walk.called(2);
      await walk.tell({ kind: 'taskSettled', taskId: first });
      await walk.details();
      expect(walk.calls()).toBe(2);
      await walk.tell({ kind: 'taskSettled', taskId: second });
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
    });
  });

  describe.concurrent('an accepted connection', () => {
    test('ends the wait for it', async () => {
      const walk = await waiting(waitingForLead(farAhead(15)), allDone);
      await walk.tell({ kind: 'connectionAccepted' });
      expect(await walk.outcome()).toEqual(completed);
      expect(countOf(await walk.history(), 'timerCanceledEventAttributes')).toBe(1);
    });

    test('while performStep finds none yet is not missed', async () => {
      const walk = await started(async () => {
        await walk.tell({ kind: 'connectionAccepted' });
        return waitingForLead(farAhead(15));
      }, allDone);
      expect(await walk.outcome()).toEqual(completed);
    });

    test('long before the wait is forgotten: performStep saw it in Postgres', async () => {
      const walk = await asleep(waitingForLead(farAhead(15)), allDone);
      await walk.tell({ kind: 'connectionAccepted' });
      await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
      await walk.called(1);
      await walk.details();
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(1);
    });

    test('wakes no other wait', async () => {
      const walk = await waiting(deferred(farAhead()), allDone);
      await walk.tell({ kind: 'connectionAccepted' });
      await walk.tell({ kind: 'taskSettled', taskId: newId<TaskId>() });
      await walk.details();
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(1);
    });
  });

  describe.concurrent('a changed state', () => {
    test('newer than any before, during a timer, is looked at at once; older or the same is not', async () => {
      const walk = await waiting(deferred(farAhead()), deferred(farAhead()), allDone);
      await walk.tell({ kind: 'stateChanged', seq: 5, status: 'ACTIVE' });
      await walk.called(2);
      await walk.details();
      await walk.tell({ kind: 'stateChanged', seq: 5, status: 'ACTIVE' });
      await walk.tell({ kind: 'stateChanged', seq: 4, status: 'ACTIVE' });
      await walk.details();
      expect(walk.calls()).toBe(2);
      await walk.tell({ kind: 'stateChanged', seq: 6, status: 'ACTIVE' });
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
    });

    test('during performStep makes it look once more, and only once', async () => {
      const walk = await started(
        async () => {
          await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
          return deferred(farAhead());
        },
        deferred(farAhead()),
        allDone,
      );
      await walk.called(2);
      await walk.details();
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(2);
    });

    test('is forgotten as performStep begins: stale news wake no later wait', async () => {
      const walk = await asleep(done(1, farAhead()), held(1), waitingForUser(newId<TaskId>()), allDone);
      await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
      await walk.called(1);
      await walk.details();
      expect(walk.calls()).toBe(1);
      await walk.tell({ kind: 'stateChanged', seq: 2, status: 'ACTIVE' });
      await walk.called(2);
      await walk.details();
      expect(walk.calls()).toBe(2);
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(2);
    });

    test.each([
      ['parked by a pause', held(9)],
      ['waiting for a task', waitingForUser(newId<TaskId>())],
      ['waiting for a connection', waitingForLead(farAhead())],
    ])('reaches a sequence %s', async (_where, turn) => {
      const walk = await waiting(turn, allDone);
      await walk.tell({ kind: 'stateChanged', seq: 1, status: 'ACTIVE' });
      expect(await walk.outcome()).toEqual(completed);
    });
  });

  describe.concurrent('an end from outside', () => {
    test('during a timer concludes without another performStep', async () => {
      const walk = await waiting(done(1, farAhead()), allDone);
      await walk.tell({ kind: 'ended', end: replied });
      expect(await walk.outcome()).toEqual(replied);
      expect(walk.calls()).toBe(1);
    });

    test('during performStep waits for it, and what became of the step is shown', async () => {
      const { opened, open } = gate();
      const walk = await started(async () => {
        await opened;
        return done(1, farAhead());
      });
      await walk.called(1);
      await walk.tell({ kind: 'ended', end: replied });
      await walk.details();
      expect((await walk.handle.describe()).status.name).toBe('RUNNING');
      open();
      expect(await walk.outcome()).toEqual(replied);
      expect(await walk.details()).toContain('| 1 | email | SENT |');
    });

    test('during the last performStep wins over Completed', async () => {
      const walk = await started(async () => {
        await walk.tell({ kind: 'ended', end: replied });
        return allDone;
      });
      expect(await walk.outcome()).toEqual(replied);
    });

    test('during personalise cancels it and concludes', async () => {
      let canceled = false;
      let began = false;
      const { opened, open } = gate();
      const walk = stage.walk({
        personalise: async () => {
          began = true;
          const beats = setInterval(() => Context.current().heartbeat(), 20);
          try {
            return await Promise.race([opened.then(() => planned(PAST)), Context.current().cancelled]);
          } catch (error) {
            canceled = error instanceof CancelledFailure;
            throw error;
          } finally {
            clearInterval(beats);
          }
        },
        turns: [],
      });
      await walk.start();
      await expect.poll(() => began, { timeout: 10_000 }).toBe(true);
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      await expect.poll(() => canceled, { timeout: 10_000 }).toBe(true);
      open();
      expect(walk.calls()).toBe(0);
    });

    test('before the first task concludes without a performStep', async () => {
      const walk = stage.walk({ turns: [] });
      await walk.startTold(stopped);
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(0);
    });

    test('told twice is the first of them', async () => {
      const walk = await started(async () => {
        await walk.tell({ kind: 'ended', end: bounced });
        await walk.tell({ kind: 'ended', end: stopped });
        return deferred(farAhead());
      });
      expect(await walk.outcome()).toEqual(bounced);
    });
  });

  describe.concurrent("an operator's cancel", () => {
    test('waits for a running performStep, whose end is the outcome', async () => {
      const { opened, open } = gate();
      const walk = await started(async () => {
        await opened;
        return ended(bounced);
      });
      await walk.called(1);
      await walk.handle.cancel();
      await walk.details();
      expect((await walk.handle.describe()).status.name).toBe('RUNNING');
      open();
      expect(await walk.outcome()).toEqual(bounced);
    });

    test('of a sleeper closes the workflow as canceled', async () => {
      const walk = await asleep();
      await walk.handle.cancel();
      await expect(walk.outcome()).rejects.toThrow(WorkflowFailedError);
      expect((await walk.handle.describe()).status.name).toBe('CANCELLED');
    });

    test('during performStep lets it finish, then closes the workflow as canceled', async () => {
      const { opened, open } = gate();
      let finished = false;
      const walk = await started(async () => {
        await opened;
        finished = true;
        return done(1, farAhead());
      });
      await walk.called(1);
      await walk.handle.cancel();
      await walk.details();
      open();
      await expect(walk.outcome()).rejects.toThrow(WorkflowFailedError);
      expect(finished).toBe(true);
      expect(countOf(await walk.history(), 'activityTaskCompletedEventAttributes')).toBe(2);
    });
  });

  describe.concurrent('what operators see:', () => {
    test('the status as a search attribute, written only when it changes, the three ids once', async () => {
      const taskId = newId<TaskId>();
      const walk = await started(
        deferred(PAST),
        done(1, PAST),
        deferred(PAST, 'held', 'WAITING_FOR_LEAD'), // out of office: the kind of result could not tell it
        async () => {
          await walk.tell({ kind: 'taskSettled', taskId });
          return waitingForUser(taskId);
        },
        allDone,
      );
      await walk.outcome();
      const history = await walk.history();
      expect(statusesShown(history)).toEqual(['ACTIVE', 'WAITING_FOR_LEAD', 'WAITING_FOR_USER', 'COMPLETED']);
      const first = eventsOf(history).find((event) => event.upsertWorkflowSearchAttributesEventAttributes)
        ?.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
      const written = Object.entries(first ?? {}).map(([name, payload]) => [name, textOf(payload)]);
      expect(Object.fromEntries(written)).toEqual({
        SequenceStatus: 'ACTIVE',
        WorkspaceId: ids.workspaceId,
        CampaignId: ids.campaignId,
        TemplateId: ids.templateId,
      });
    });

    test('an out-of-office deferral as Waiting for lead', async () => {
      const walk = await waiting(deferred(farAhead(), 'held', 'WAITING_FOR_LEAD'));
      expect(statusesShown(await walk.history())).toEqual(['ACTIVE', 'WAITING_FOR_LEAD']);
      expect(await walk.details()).toContain('**WAITING_FOR_LEAD** held, until ');
      await walk.tell({ kind: 'ended', end: stopped });
      await walk.outcome();
    });

    test('a table of the steps in the current details: numbers, kinds, states and instants', async () => {
      const walk = await waiting({ ...done(1, farAhead()), steps: lines(2, 3) });
      const details = (await walk.details()).split('\n');
      expect(details[0]).toMatch(/^\*\*ACTIVE\*\* delay → step 2 email, \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
      expect(details.slice(1)).toEqual([
        '',
        '| step | kind | state | when |',
        '|---|---|---|---|',
        '| 1 | email | SENT | 2026-01-05 09:00 UTC |',
        '| 2 | email | PENDING |  |',
        '| 3 | email | PENDING |  |',
      ]);
      await walk.tell({ kind: 'ended', end: stopped });
      await walk.outcome();
      expect((await walk.details()).split('\n')[0]).toBe('**STOPPED_EARLY** stopped_by_user');
    });

    test('a summary on every timer and on every performStep', async () => {
      const walk = await started(done(1, PAST), allDone);
      await walk.outcome();
      const summaries = eventsOf(await walk.history()).flatMap(({ userMetadata }) =>
        userMetadata?.summary ? [textOf(userMetadata.summary)] : [],
      );
      expect(summaries).toEqual([
        'delay → step 1 email, 2026-01-05 09:00 UTC',
        'step 1 email',
        'delay → step 2 email, 2026-01-05 09:00 UTC',
        'step 2 email',
      ]);
    });
  });

  test('five undisturbed emails end at 75 events and 12 kB at the most', async () => {
    const walk = await started(...[1, 2, 3, 4].map((number) => done(number, PAST)), allDone);
    expect(await walk.outcome()).toEqual(completed);
    const { historySize } = await walk.handle.describe();
    const events = eventsOf(await walk.history()).length;
    console.log('MEASURED', cached, events, historySize);
    expect(events).toBeLessThanOrEqual(75);
    expect(historySize).toBeLessThanOrEqual(12_000);
  });
});

export type { Script };
