import { describe, expect, test } from 'vitest';
import {
  type EnrolmentFacts,
  type ExplainFacts,
  explain,
  explainEnrolment,
  type StepFacts,
} from '../../src/domain/explain.ts';
import { idOf, type StepId } from '../../src/domain/ids.ts';
import { dateText, instantText } from '../../src/domain/instant-text.ts';
import { planStep, type SendingSchedule } from '../../src/domain/schedule.ts';
import { whys } from '../../src/domain/sequence.ts';

const paris: SendingSchedule = {
  zone: 'Europe/Paris',
  weekdays: [1, 2, 3, 4, 5],
  blocks: [
    { start: '09:00', end: '12:30' },
    { start: '14:00', end: '17:30' },
  ],
  holidays: ['2026-11-26', '2026-12-24', '2026-12-25'],
};

const at = (text: string) => Date.parse(`${text}:00+01:00`); // Paris in winter
const stepId = (number: number) => idOf<StepId>(`018d7e6f-5c4b-7a39-8281-00000000000${number}`);

const step = (number: number, over: Partial<StepFacts> = {}): StepFacts => ({
  id: stepId(number),
  number,
  name: `Step ${number}`,
  kind: 'email',
  status: 'PENDING',
  finishedAt: null,
  ...over,
});

const sent = (number: number, when: string): StepFacts => step(number, { status: 'SENT', finishedAt: at(when) });

/** Thursday 19 November 2026, 10:00 in Paris: step 3 comes on Tuesday, three business days after step 2. */
const facts = (over: Partial<ExplainFacts> = {}): ExplainFacts => ({
  now: at('2026-11-19T10:00'),
  status: 'ACTIVE',
  position: 2,
  nextAt: at('2026-11-24T09:12'),
  nextWhy: 'delay',
  steps: [sent(1, '2026-11-16T09:00'), sent(2, '2026-11-19T09:12'), step(3), step(4)],
  delay: { value: 3, unit: 'business_days' },
  schedule: paris,
  campaign: { status: 'RUNNING' },
  switchedOff: false,
  suppression: null,
  awayUntil: null,
  account: { address: 'sam@acme.example', status: 'CONNECTED', restingUntil: null, disconnectedAt: null },
  use: null,
  openTasks: [],
  ...over,
});

const next = (over: Partial<ExplainFacts> = {}) => explain(facts(over)).next;

describe('the next step', () => {
  test('is named with its number, kind, instant and reason', () => {
    expect(next()).toEqual({
      stepId: stepId(3),
      number: 3,
      name: 'Step 3',
      kind: 'email',
      at: at('2026-11-24T09:12'),
      why: 'delay',
      text: '3 business days after step 2',
    });
  });

  test.each([
    [{ value: 1, unit: 'business_days' }, '1 business day after step 2'],
    [{ value: 4, unit: 'days' }, '4 days after step 2'],
    [{ value: 1, unit: 'hours' }, '1 hour after step 2'],
    [{ value: 30, unit: 'minutes' }, '30 minutes after step 2'],
    [{ value: 0, unit: 'days' }, 'right after step 2'],
    [null, 'right after step 2'],
  ] as const)('a delay of %j reads "%s"', (delay, text) => {
    expect(next({ delay })?.text).toBe(text);
  });

  test('the first step comes after enrolment', () => {
    expect(next({ position: 0, steps: [step(1)], delay: null })?.text).toBe('right after enrolment');
  });

  test('a delay counts from the step that was finished last, not from one given up ahead of its turn', () => {
    const givenUp = step(2, { status: 'SKIPPED', finishedAt: at('2026-11-16T10:00') });
    expect(next({ steps: [sent(1, '2026-11-18T09:00'), givenUp, step(3)] })?.text).toBe('3 business days after step 1');
  });

  test('is told with the opening of the sending hours, not with the jitter behind it', () => {
    expect(next({ nextWhy: 'sending_window', nextAt: at('2026-11-23T09:07') })).toMatchObject({
      why: 'sending_window',
      at: at('2026-11-23T09:07'),
      text: 'sending hours open Mon 23 Nov, 09:00 (Europe/Paris)',
    });
    expect(next({ nextWhy: 'sending_window', nextAt: at('2026-11-19T14:03') })?.text).toBe(
      'sending hours open Thu 19 Nov, 14:00 (Europe/Paris)',
    );
  });

  test('names the holiday it waits out, or all of them', () => {
    expect(next({ nextWhy: 'holiday', nextAt: at('2026-11-27T09:07') })?.text).toBe('26 Nov is a holiday');
    expect(next({ nextWhy: 'holiday', nextAt: at('2026-12-28T09:07') })?.text).toBe('24 Dec and 25 Dec are holidays');
  });

  test('what the schedule plans for a holiday is explained by that holiday', () => {
    const { at: nextAt, why } = planStep(at('2026-11-25T18:00'), null, paris, 'ada@example.com#2');
    expect(why).toBe('holiday');
    expect(next({ nextAt, nextWhy: why })?.text).toBe('26 Nov is a holiday');
  });

  test('that is due says so, and one on its way too', () => {
    expect(next({ nextAt: at('2026-11-19T10:00'), nextWhy: 'sending_window' })?.text).toBe('due now');
    expect(
      next({ steps: [sent(1, '2026-11-16T09:00'), sent(2, '2026-11-19T09:12'), step(3, { status: 'SENDING' })] })?.text,
    ).toBe('being sent');
  });

  test('without an instant is still being written', () => {
    expect(next({ nextAt: null, nextWhy: null, position: 0, steps: [step(1)] })).toMatchObject({
      at: null,
      text: 'its copy is being written',
    });
  });

  test('that waits for a connection says until when', () => {
    const waiting = step(3, { kind: 'linkedin_message', status: 'WAITING' });
    const limit = at('2026-12-09T09:12');
    expect(
      next({
        status: 'WAITING_FOR_LEAD',
        steps: [waiting],
        position: 0,
        nextAt: limit,
        nextWhy: 'waiting_for_connection',
      }),
    ).toMatchObject({ at: limit, why: 'waiting_for_connection', text: 'not accepted yet; skipped on 9 Dec' });
  });

  test.each([
    ['account_cap', 'sam@acme.example has reached its limit; goes on Tue 24 Nov, 09:12 (Europe/Paris)'],
    ['account_gap', 'sam@acme.example spaces its messages'],
    ['provider_retry', 'a passing refusal; tried again Tue 24 Nov, 09:12 (Europe/Paris)'],
    ['inbox_stale', 'sam@acme.example has not been read for replies; looked at again Tue 24 Nov, 09:12 (Europe/Paris)'],
    ['confirming', 'finding out whether the message was sent'],
  ] as const)('%s reads "%s"', (nextWhy, text) => {
    expect(next({ nextWhy })).toMatchObject({ why: nextWhy, text });
  });

  test('an account’s limit is named where it is known, and else when it goes on', () => {
    const today = { sent: 50, reserved: 0, cap: 50 };
    const reached = next({ nextWhy: 'account_cap', use: { kind: 'email', today, week: null } });
    expect(reached?.text).toBe('sam@acme.example has sent 50 of 50 emails today');
    const room = next({ nextWhy: 'account_cap', use: { kind: 'email', today: { ...today, sent: 0 }, week: null } });
    expect(room?.text).toMatch(/^sam@acme.example has reached its limit; goes on/);
  });

  test.each(whys)('%s always has words', (nextWhy) => {
    expect(next({ nextWhy })?.text).toMatch(/\S/);
  });
});

describe('a task', () => {
  const call = { kind: 'manual_step', stepId: stepId(3), title: 'Call', assignee: 'Sam' } as const;

  test('of the current step is what is waited for, without an instant', () => {
    expect(
      next({ status: 'WAITING_FOR_USER', nextAt: null, nextWhy: 'waiting_for_task', openTasks: [call] }),
    ).toMatchObject({
      at: null,
      why: 'waiting_for_task',
      text: "waiting for 'Call' (Sam)",
    });
  });

  test('of a later step blocks nothing yet', () => {
    const copy = { kind: 'complete_copy', stepId: stepId(4), title: 'Complete the copy', assignee: 'Sam' } as const;
    expect(next({ openTasks: [copy] })?.text).toBe('3 business days after step 2');
  });

  test('to read a reply, or to confirm a send, blocks whatever the step', () => {
    const reply = { kind: 'read_reply', stepId: null, title: 'Read the reply', assignee: 'Ada' } as const;
    const confirm = { kind: 'confirm_send', stepId: stepId(1), title: 'Was it sent?', assignee: 'Sam' } as const;
    expect(next({ openTasks: [reply] })).toMatchObject({
      why: 'waiting_for_task',
      text: "waiting for 'Read the reply' (Ada)",
    });
    expect(next({ openTasks: [confirm, reply] })).toMatchObject({
      why: 'waiting_for_task', // not 'confirming': a person is asked now
      text: "waiting for 'Was it sent?' (Sam)",
    });
  });

  test('comes before a pause: settling it is what a person can do now', () => {
    expect(next({ campaign: { status: 'PAUSED' }, openTasks: [call] })?.why).toBe('waiting_for_task');
  });
});

describe('holds', () => {
  const paused = { address: 'sam@acme.example', status: 'PAUSED', restingUntil: null, disconnectedAt: null } as const;

  test('a running sequence has none', () => {
    expect(explain(facts()).holds).toEqual([]);
  });

  test('stand side by side', () => {
    const awayUntil = at('2026-12-03T09:00');
    expect(explain(facts({ campaign: { status: 'PAUSED' }, awayUntil, account: paused })).holds).toEqual([
      { kind: 'campaign_paused', until: null, text: 'campaign paused' },
      { kind: 'out_of_office', until: awayUntil, text: 'out of office until Thu 3 Dec, 09:00 (Europe/Paris)' },
      { kind: 'account_paused', until: null, text: 'account paused' },
    ]);
  });

  test('a step still ahead keeps its instant over a pause, one that fell due has none', () => {
    expect(next({ campaign: { status: 'PAUSED' } })).toMatchObject({
      at: at('2026-11-24T09:12'),
      why: 'held',
      text: 'campaign paused',
    });
    expect(next({ campaign: { status: 'PAUSED' }, nextAt: at('2026-11-19T09:30') })).toMatchObject({
      at: null,
      why: 'held',
    });
  });

  test('when a held step is looked at again is not when it goes', () => {
    expect(next({ account: paused, nextWhy: 'held' })).toMatchObject({ at: null, why: 'held', text: 'account paused' });
  });

  test('an absence that outlasts the plan moves the step to the return, a shorter one does not', () => {
    expect(next({ awayUntil: at('2026-12-03T09:00') })).toMatchObject({
      at: at('2026-12-03T09:00'),
      why: 'held',
      text: 'out of office until Thu 3 Dec, 09:00 (Europe/Paris)',
    });
    const shorter = facts({ awayUntil: at('2026-11-23T09:00') });
    expect(explain(shorter).next?.text).toBe('3 business days after step 2');
    expect(explain(shorter).holds.map(({ kind }) => kind)).toEqual(['out_of_office']);
  });

  test('an absence that is over is none', () => {
    expect(explain(facts({ awayUntil: at('2026-11-19T10:00') })).holds).toEqual([]);
  });

  test('the kill switch is told', () => {
    expect(next({ switchedOff: true })).toMatchObject({ why: 'held', text: 'sending is switched off' });
  });

  test('a resting account says until when, one that is disconnected by when it must be back', () => {
    const restingUntil = at('2026-11-24T15:00');
    const resting = { address: 'sam@acme.example', status: 'RESTING', restingUntil, disconnectedAt: null } as const;
    expect(next({ account: resting })).toMatchObject({
      at: restingUntil,
      why: 'account_cap',
      text: 'sam@acme.example rests until Tue 24 Nov, 15:00 (Europe/Paris)',
    });
    const gone = {
      ...resting,
      status: 'DISCONNECTED',
      restingUntil: null,
      disconnectedAt: at('2026-11-19T09:00'),
    } as const;
    expect(next({ account: gone, nextAt: at('2026-11-19T09:00') })).toMatchObject({
      at: null,
      why: 'held',
      text: 'sam@acme.example is disconnected; fails unless it is reconnected by Fri 20 Nov, 09:00 (Europe/Paris)',
    });
    expect(next({ account: gone })?.why).toBe('delay'); // there is time to mend it
  });

  test('what ends the sequence at its next look is told before what only defers it', () => {
    const ended = facts({ campaign: { status: 'ENDED' }, switchedOff: true });
    expect(explain(ended).next).toMatchObject({ at: null, text: 'campaign ended; ends instead of going on' });
    const resting = { ...paused, status: 'RESTING', restingUntil: at('2026-11-24T15:00') } as const;
    expect(next({ suppression: 'unsubscribed', account: resting })).toMatchObject({
      at: null,
      why: 'held',
      text: 'contact suppressed; ends instead of going on',
    });
    expect(next({ account: { ...paused, status: 'REMOVED' } })).toMatchObject({
      at: null,
      text: 'sam@acme.example cannot send any more; fails instead of going on',
    });
    const given = { ...paused, status: 'DISCONNECTED', disconnectedAt: at('2026-11-18T10:00') } as const;
    expect(next({ account: given, nextWhy: 'held' })?.text).toMatch(/cannot send any more/);
    expect(next({ account: given })?.why).toBe('delay'); // there is time to mend it
  });

  test('a paused account stays paused over a disconnection, and nothing fails meanwhile', () => {
    const both = {
      ...paused,
      status: 'DISCONNECTED',
      pausedWhy: 'by_user',
      disconnectedAt: at('2026-11-19T09:00'),
    } as const;
    const due = facts({ account: both, nextAt: at('2026-11-19T09:30') });
    expect(explain(due).next).toMatchObject({ at: null, why: 'held', text: 'account paused' });
    expect(explain(due).holds.map(({ kind }) => kind)).toEqual(['account_paused']);
  });

  test('a held step waits for what holds it now, whenever it would be looked at again', () => {
    const awayUntil = at('2026-11-19T14:00');
    expect(next({ awayUntil, nextWhy: 'held' })).toMatchObject({ at: awayUntil, why: 'held' });
  });

  test('an ended sequence has neither holds nor a next step', () => {
    expect(explain(facts({ status: 'STOPPED_EARLY', campaign: { status: 'PAUSED' }, nextAt: null }))).toEqual({
      next: null,
      holds: [],
    });
  });
});

describe('enrolment', () => {
  const enrolment = (over: Partial<EnrolmentFacts> = {}) =>
    explainEnrolment({
      status: 'RUNNING',
      template: 'ACTIVE',
      dailyLeadsTarget: 20,
      nextAt: at('2026-11-20T09:00'),
      why: 'daily_target_reached',
      zone: 'Europe/Paris',
      ...over,
    });

  test('says when it goes on and why not sooner', () => {
    expect(enrolment()).toEqual({
      at: at('2026-11-20T09:00'),
      why: 'daily_target_reached',
      text: "the day's 20 leads are enrolled; goes on Fri 20 Nov, 09:00 (Europe/Paris)",
    });
    expect(enrolment({ why: 'sending_window' })?.text).toBe('sending hours open Fri 20 Nov, 09:00 (Europe/Paris)');
    expect(enrolment({ why: 'no_approved_leads', nextAt: null })).toEqual({
      at: null,
      why: 'no_approved_leads',
      text: 'no approved leads',
    });
  });

  test('what a person has just changed goes before what the last look found', () => {
    expect(enrolment({ status: 'DRAFT' })).toBeNull();
    expect(enrolment({ status: 'PAUSED' })).toMatchObject({ at: null, why: 'campaign_paused' });
    expect(enrolment({ status: 'ENDED' })).toMatchObject({ at: null, why: 'campaign_ended' });
    expect(enrolment({ template: 'INACTIVE' })).toMatchObject({
      why: 'template_not_active',
      text: 'its template is INACTIVE',
    });
  });

  test('nothing is said before the first look', () => {
    expect(enrolment({ why: null, nextAt: null })).toBeNull();
  });
});

describe('instants', () => {
  test('are written in the zone of the template, whatever the machine is set to', () => {
    const instant = Date.parse('2026-09-01T22:30:00Z');
    expect(instantText(instant, 'Europe/Paris')).toBe('Wed 2 Sep, 00:30 (Europe/Paris)');
    expect(instantText(instant, 'America/New_York')).toBe('Tue 1 Sep, 18:30 (America/New_York)');
    expect(dateText(instant, 'Europe/Paris')).toBe('2 Sep');
  });
});
