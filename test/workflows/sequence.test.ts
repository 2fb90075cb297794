import { Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/db/new-id.ts';
import type { TaskId } from '../../src/domain/ids.ts';
import type { SequenceEnd } from '../../src/domain/sequence.ts';
import { until } from '../support/until.ts';
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
const unknown: SequenceEnd = { status: 'FAILED', reason: 'internal_error' };
const changed = (seq: number) => ({ kind: 'stateChanged', seq, status: 'ACTIVE' }) as const;

// Without a cache every workflow task replays the whole history: each case also proves determinism.
describe.concurrent('a sequence, replayed at every task,', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ cached: 0 });
  });
  afterAll(() => stage?.stop());

  /** A walk whose first step is due long from now. */
  const asleep = async (...turns: Turn[]) => {
    const walk = stage.walk({ personalise: () => planned(farAhead()), turns });
    await walk.start();
    await until(async () => countOf(await walk.history(), 'timerStartedEventAttributes') === 1, 'the first timer');
    return walk;
  };

  /** A walk that performs at once; it has been told a change, seq 1, and has had no timer. */
  const started = async (...turns: Turn[]) => {
    const walk = stage.walk({ personalise: () => planned(farAhead()), turns });
    await walk.startAwake();
    return walk;
  };

  /** Started, and doing whatever the answer to its first `performStep` asks for. */
  const waiting = async (...turns: Turn[]) => {
    const walk = await started(...turns);
    await walk.called(1);
    await walk.rests();
    return walk;
  };

  /** Ends a walk that still waits, and says how often `performStep` was called in all. */
  const callsInAll = async (walk: Awaited<ReturnType<typeof started>>) => {
    await walk.rests();
    await walk.tell({ kind: 'ended', end: stopped });
    expect(await walk.outcome()).toEqual(stopped);
    return walk.calls();
  };

  test('five undisturbed emails end within 75 events and 12 kB', async () => {
    const walk = stage.walk({ turns: [...[1, 2, 3, 4].map((number) => done(number, PAST)), allDone] });
    await walk.start();
    expect(await walk.outcome()).toEqual(completed);
    const { historySize, historyLength } = await walk.handle.describe();
    expect(eventsOf(await walk.history())).toHaveLength(historyLength); // no virtual time in it
    expect(historyLength).toBeLessThanOrEqual(75);
    expect(historySize).toBeLessThanOrEqual(12_000);
  });

  describe('lets performStep decide:', () => {
    test('done without a next step concludes Completed', async () => {
      const walk = await started(allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(1);
    });

    test('the first step waits on a timer for the instant that personalise answered', async () => {
      const walk = await asleep(allDone);
      expect(await callsInAll(walk)).toBe(0);
    });

    test('done with a next step waits on a timer for its instant, then performs again', async () => {
      const at = Date.now() + 2_000;
      const walk = await started(done(1, at), allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.callsAt()[1]).toBeGreaterThanOrEqual(at);
      expect(countOf(await walk.history(), 'timerFiredEventAttributes')).toBe(1);
    });

    test('an instant that is past already has its timer too, so that no clock decides which commands there are', async () => {
      const walk = stage.walk({ personalise: () => planned(PAST), turns: [done(1, PAST), allDone] });
      await walk.start();
      expect(await walk.outcome()).toEqual(completed);
      expect(countOf(await walk.history(), 'timerFiredEventAttributes')).toBe(2);
    });

    test('deferred waits until its instant, then performs again', async () => {
      const walk = await started(deferred(PAST), deferred(PAST, 'provider_retry'), allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
    });

    test('waiting for a task goes on without a timer when that task is settled', async () => {
      const taskId = newId<TaskId>();
      const walk = await waiting(waitingForUser(taskId), allDone);
      await walk.tell({ kind: 'taskSettled', taskId });
      expect(await walk.outcome()).toEqual(completed);
      expect(countOf(await walk.history(), 'timerStartedEventAttributes')).toBe(0);
    });

    test('waiting for a connection goes on at the limit', async () => {
      const walk = await started(waitingForLead(PAST), allDone);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(2);
    });

    test('ended concludes with that end, and a business failure completes the workflow', async () => {
      const walk = await started(ended(bounced));
      expect(await walk.outcome()).toEqual({ status: 'FAILED', reason: 'hard_bounce' });
      expect((await walk.handle.describe()).status.name).toBe('COMPLETED');
    });

    test('an end that personalise answers concludes at once: there is no step to perform', async () => {
      const walk = stage.walk({ personalise: () => ended(unknown), turns: [] });
      await walk.start();
      expect(await walk.outcome()).toEqual(unknown);
      expect(walk.calls()).toBe(0);
      expect(statusesShown(await walk.history())).toEqual(['FAILED']);
    });

    test('a deed that fails for a fault of ours is tried again, and the history does not grow by it', async () => {
      let failures = 1;
      const turn = () => {
        if (failures-- > 0) throw new Error('the database is away');
        return allDone;
      };
      const walk = await started(turn, turn);
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(2);
      expect(countOf(await walk.history(), 'activityTaskScheduledEventAttributes')).toBe(2); // personalise, performStep
    });
  });

  describe('held', () => {
    test('parks without a timer until a newer resume; older ones and the same do nothing', async () => {
      const walk = await waiting(held(4), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 3 });
      await walk.tell({ kind: 'campaignResumed', epoch: 4 });
      await walk.rests();
      expect(walk.calls()).toBe(1);
      await walk.tell({ kind: 'campaignResumed', epoch: 5 });
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(2);
      expect(countOf(await walk.history(), 'timerStartedEventAttributes')).toBe(0);
    });

    test('by an epoch whose resume has come before goes on at once', async () => {
      const walk = await asleep(held(4), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 5 });
      await walk.tell(changed(1));
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

    test('again, by a newer pause, parks again: the older resume is not enough', async () => {
      const walk = await waiting(held(1), held(3), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 2 });
      await walk.called(2);
      await walk.tell({ kind: 'campaignResumed', epoch: 2 });
      await walk.rests();
      expect(walk.calls()).toBe(2);
      await walk.tell({ kind: 'campaignResumed', epoch: 4 });
      expect(await walk.outcome()).toEqual(completed);
    });

    test('counts resumes that overtake each other as the newest', async () => {
      const walk = await asleep(held(5), allDone);
      await walk.tell({ kind: 'campaignResumed', epoch: 6 });
      await walk.tell({ kind: 'campaignResumed', epoch: 2 });
      await walk.tell(changed(1));
      expect(await walk.outcome()).toEqual(completed);
    });

    test('still ends when the sequence ends', async () => {
      const walk = await waiting(held(4));
      expect(await callsInAll(walk)).toBe(1);
    });
  });

  describe('a pause that is told', () => {
    test('parks nobody', async () => {
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
    });

    test('wakes no sleeper, and operators see it until the resume', async () => {
      const walk = await asleep(allDone);
      await walk.tell({ kind: 'campaignPaused', epoch: 7 });
      await walk.heard();
      expect(await walk.details()).toContain('**Campaign paused**');
      await walk.tell({ kind: 'campaignResumed', epoch: 6 }); // an older one, late
      await walk.heard();
      expect(await walk.details()).toContain('**Campaign paused**');
      await walk.tell({ kind: 'campaignResumed', epoch: 8 });
      await walk.heard();
      expect(await walk.details()).not.toContain('Campaign paused');
      await walk.tell({ kind: 'campaignPaused', epoch: 9 });
      await walk.tell({ kind: 'campaignPaused', epoch: 7 }); // once more, late
      await walk.heard();
      expect(await walk.details()).toContain('**Campaign paused**');
      expect(await callsInAll(walk)).toBe(0);
    });
  });

  describe('a task', () => {
    test('settled before the wait for it, while performStep opens it, is not missed', async () => {
      const taskId = newId<TaskId>();
      const walk = await started(async () => {
        await walk.tell({ kind: 'taskSettled', taskId });
        return waitingForUser(taskId);
      }, allDone);
      expect(await walk.outcome()).toEqual(completed);
    });

    test('settled before performStep begins is forgotten then, for Postgres was told first', async () => {
      const taskId = newId<TaskId>();
      const walk = await asleep(waitingForUser(taskId), allDone);
      await walk.tell({ kind: 'taskSettled', taskId });
      await walk.tell(changed(1));
      await walk.called(1);
      expect(await callsInAll(walk)).toBe(1);
    });

    test('of another step, settled, wakes nobody', async () => {
      const taskId = newId<TaskId>();
      const walk = await waiting(waitingForUser(taskId), allDone);
      await walk.tell({ kind: 'taskSettled', taskId: newId<TaskId>() });
      await walk.rests();
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
      await walk.rests();
      expect(walk.calls()).toBe(2);
      await walk.tell({ kind: 'taskSettled', taskId: second });
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
    });
  });

  describe('an accepted connection', () => {
    test('ends the wait for it and cancels the timer of the limit', async () => {
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

    test('before performStep begins is forgotten then, for Postgres was told first', async () => {
      const walk = await asleep(waitingForLead(farAhead(15)), allDone);
      await walk.tell({ kind: 'connectionAccepted' });
      await walk.tell(changed(1));
      await walk.called(1);
      expect(await callsInAll(walk)).toBe(1);
    });

    test('wakes no other wait', async () => {
      const walk = await waiting(deferred(farAhead()), allDone);
      await walk.tell({ kind: 'connectionAccepted' });
      await walk.tell({ kind: 'taskSettled', taskId: newId<TaskId>() });
      expect(await callsInAll(walk)).toBe(1);
    });
  });

  describe('a change of state', () => {
    test('newer than any before is looked at at once, also during a timer; an older one or the same is not', async () => {
      const walk = await waiting(deferred(farAhead()), deferred(farAhead()), allDone);
      await walk.tell(changed(5));
      await walk.called(2);
      await walk.tell(changed(4));
      await walk.heard();
      await walk.tell(changed(5));
      await walk.rests();
      expect(walk.calls()).toBe(2);
      await walk.tell(changed(6));
      expect(await walk.outcome()).toEqual(completed);
      expect(walk.calls()).toBe(3);
    });

    test('during performStep makes it look once more, and only once', async () => {
      const walk = await started(
        async () => {
          await walk.tell(changed(2));
          return deferred(farAhead());
        },
        deferred(farAhead()),
        allDone,
      );
      await walk.called(2);
      expect(await callsInAll(walk)).toBe(2);
    });

    test('is forgotten as performStep begins: stale news wakes no later wait', async () => {
      const walk = await asleep(done(1, farAhead()), held(1), waitingForUser(newId<TaskId>()), allDone);
      await walk.tell(changed(1));
      await walk.called(1);
      await walk.rests();
      expect(walk.calls()).toBe(1);
      await walk.tell(changed(2));
      await walk.called(2);
      expect(await callsInAll(walk)).toBe(2);
    });

    test.each([
      ['parked by a pause', held(9)],
      ['waiting for a task', waitingForUser(newId<TaskId>())],
      ['waiting for a connection', waitingForLead(farAhead())],
    ])('reaches a sequence %s', async (_where, turn) => {
      const walk = await waiting(turn, allDone);
      await walk.tell(changed(2));
      expect(await walk.outcome()).toEqual(completed);
    });
  });

  describe('an end from outside', () => {
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
      await walk.heard();
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
      let begun = false;
      let canceled = false;
      const walk = stage.walk({
        personalise: async () => {
          begun = true;
          const beats = setInterval(() => Context.current().heartbeat(), 20);
          try {
            return await Context.current().cancelled;
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
      await until(() => begun, 'personalise');
      await walk.tell({ kind: 'ended', end: stopped });
      expect(await walk.outcome()).toEqual(stopped);
      await until(() => canceled, 'the cancelation of personalise');
      expect(countOf(await walk.history(), 'activityTaskCancelRequestedEventAttributes')).toBe(1);
      expect(walk.calls()).toBe(0);
    });

    test('before the first task concludes without a performStep', async () => {
      const walk = stage.walk({ turns: [] });
      await walk.startTold(stopped);
      expect(await walk.outcome()).toEqual(stopped);
      expect(walk.calls()).toBe(0);
    });

    test('told twice is the first of the two', async () => {
      const walk = await started(async () => {
        await walk.tell({ kind: 'ended', end: bounced });
        await walk.tell({ kind: 'ended', end: stopped });
        return deferred(farAhead());
      });
      expect(await walk.outcome()).toEqual(bounced);
    });
  });

  describe("an operator's cancel", () => {
    test('waits for a running performStep, whose end is the outcome', async () => {
      const { opened, open } = gate();
      const walk = await started(async () => {
        await opened;
        return ended(bounced);
      });
      await walk.called(1);
      await walk.handle.cancel();
      await walk.heard();
      expect((await walk.handle.describe()).status.name).toBe('RUNNING');
      open();
      expect(await walk.outcome()).toEqual(bounced);
    });

    test('lets a running performStep finish, then closes the workflow as canceled', async () => {
      const { opened, open } = gate();
      const walk = await started(async () => {
        await opened;
        return done(1, farAhead());
      });
      await walk.called(1);
      await walk.handle.cancel();
      await walk.heard();
      open();
      await expect(walk.outcome()).rejects.toThrow(WorkflowFailedError);
      expect((await walk.handle.describe()).status.name).toBe('CANCELLED');
      expect(countOf(await walk.history(), 'activityTaskCompletedEventAttributes')).toBe(2); // personalise, performStep
    });

    test('of a sleeper closes the workflow as canceled', async () => {
      const walk = await asleep();
      await walk.handle.cancel();
      await expect(walk.outcome()).rejects.toThrow(WorkflowFailedError);
      expect((await walk.handle.describe()).status.name).toBe('CANCELLED');
    });
  });

  describe('what operators see:', () => {
    test('the status as a search attribute, written only when it changes, and the ids once', async () => {
      const taskId = newId<TaskId>();
      const walk = await started(
        deferred(PAST),
        done(1, PAST),
        async () => {
          await walk.tell({ kind: 'taskSettled', taskId });
          return waitingForUser(taskId);
        },
        allDone,
      );
      await walk.outcome();
      const history = await walk.history();
      expect(statusesShown(history)).toEqual(['ACTIVE', 'WAITING_FOR_USER', 'COMPLETED']);
      const upserts = eventsOf(history).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) =>
        upsert ? [Object.entries(upsert.searchAttributes?.indexedFields ?? {})] : [],
      );
      const first = upserts[0]?.map(([name, payload]) => [name, textOf(payload)]) ?? [];
      expect(Object.fromEntries(first)).toEqual({
        SequenceStatus: 'ACTIVE',
        WorkspaceId: ids.workspaceId,
        CampaignId: ids.campaignId,
        TemplateId: ids.templateId,
      });
      for (const later of upserts.slice(1)) expect(later.map(([name]) => name)).toEqual(['SequenceStatus']);
    });

    test('a deferral until the contact is back in the office as Waiting for lead', async () => {
      const walk = await waiting(deferred(farAhead(), 'held', 'WAITING_FOR_LEAD'));
      expect(statusesShown(await walk.history())).toEqual(['ACTIVE', 'WAITING_FOR_LEAD']);
      expect(await walk.details()).toMatch(/^\*\*WAITING_FOR_LEAD\*\* held, until /);
      await callsInAll(walk);
    });

    test('a table of the steps: numbers, kinds, states and instants, and nothing else', async () => {
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
      await callsInAll(walk);
      expect(await walk.details()).toMatch(/^\*\*STOPPED_EARLY\*\* stopped_by_user\n/);
    });

    test('a summary on every timer and on every performStep', async () => {
      const walk = await started(done(1, PAST), deferred(PAST, 'provider_retry'), allDone);
      await walk.outcome();
      const summaries = eventsOf(await walk.history()).flatMap(({ userMetadata }) =>
        userMetadata?.summary ? [textOf(userMetadata.summary)] : [],
      );
      expect(summaries).toEqual([
        'step 1 email',
        'delay → step 2 email, 2026-01-05 09:00 UTC',
        'step 2 email',
        'provider_retry, until 2026-01-05 09:00 UTC',
        'step 1 email',
      ]);
    });
  });
});
