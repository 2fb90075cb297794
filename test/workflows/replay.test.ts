import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { enrolmentWhys } from '../../src/domain/campaign.ts';
import { isId } from '../../src/domain/ids.ts';
import { ends, sequenceStatuses, stepKinds, stepStatuses, whys } from '../../src/domain/sequence.ts';

import { countOf, eventsOf, type History, quietRuntime, statusesShown } from './scripted.ts';

/*
 * What was begun by the code of yesterday must go on under today's. The histories are real runs, recorded once by
 * `record-histories.ts` and never again; one that does not replay is a change of commands that belongs behind `patched`.
 */
const folder = new URL('../histories/', import.meta.url);
const histories = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file): [string, History] => {
      const events: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      return [file.replace('.json', ''), historyFromJSON(events)];
    }),
);
const historyOf = (name: string): History => {
  const history = histories.get(name);
  if (!history) throw new Error(`there is no history ${name}`);
  return history;
};

let code: string;
beforeAll(async () => {
  quietRuntime();
  code = readFileSync(inject('workflowBundle'), 'utf8');
});

/** What went wrong with each history, by name; empty when all of them replay. */
async function replay(names: readonly string[], workflows = code): Promise<Record<string, string>> {
  const given = names.map((workflowId) => ({ workflowId, history: historyOf(workflowId) }));
  const failures: Record<string, string> = {};
  const options = { workflowBundle: { code: workflows }, failFast: false };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, given))
    if (error) failures[workflowId] = `${error.name}: ${error.message}`;
  return failures;
}

test('every history that was ever recorded replays', async () => {
  expect(histories.size).toBeGreaterThanOrEqual(26);
  expect(await replay([...histories.keys()])).toEqual({});
});

const completed = 'COMPLETED no_more_steps';

/** The shapes there must be: the signals that came, the statuses shown, and how it ended. */
describe('among the histories is', () => {
  test.each<[shape: string, signals: string[], statuses: string[], end: string]>([
    ['five-emails', [], ['ACTIVE', 'COMPLETED'], completed],
    ['real-time', [], ['ACTIVE', 'COMPLETED'], completed],
    ['manual-task-completed', ['taskSettled'], ['ACTIVE', 'WAITING_FOR_USER', 'ACTIVE', 'COMPLETED'], completed],
    ['manual-task-skipped', ['ended'], ['ACTIVE', 'WAITING_FOR_USER', 'COMPLETED'], completed],
    ['copy-to-complete', ['taskSettled'], ['WAITING_FOR_USER', 'ACTIVE', 'COMPLETED'], completed],
    ['linkedin-accepted', ['connectionAccepted'], ['ACTIVE', 'WAITING_FOR_LEAD', 'ACTIVE', 'COMPLETED'], completed],
    ['linkedin-waited-to-the-limit', [], ['ACTIVE', 'WAITING_FOR_LEAD', 'ACTIVE', 'COMPLETED'], completed],
    ['paused-while-waiting', ['campaignPaused', 'campaignResumed'], ['ACTIVE', 'COMPLETED'], completed],
    ['paused-while-parked', ['campaignPaused', 'campaignResumed'], ['ACTIVE', 'COMPLETED'], completed],
    [
      'paused-twice',
      ['campaignPaused', 'campaignResumed', 'campaignPaused', 'campaignResumed'],
      ['ACTIVE', 'COMPLETED'],
      completed,
    ],
    ['stopped-midway', ['ended'], ['ACTIVE', 'STOPPED_EARLY'], 'STOPPED_EARLY stopped_by_user'],
    ['campaign-ended', ['ended'], ['ACTIVE', 'STOPPED_EARLY'], 'STOPPED_EARLY campaign_ended'],
    ['reply-during-timer', ['ended'], ['ACTIVE', 'SUCCEEDED'], 'SUCCEEDED positive_reply'],
    ['reply-during-perform-step', ['ended'], ['ACTIVE', 'SUCCEEDED'], 'SUCCEEDED meeting_booked'],
    ['hard-bounce', ['stateChanged', 'ended'], ['ACTIVE', 'FAILED'], 'FAILED hard_bounce'],
    ['refused-by-the-recipient', [], ['ACTIVE', 'FAILED'], 'FAILED hard_bounce'],
    ['provider-retry', [], ['ACTIVE', 'COMPLETED'], completed],
    ['unconfirmed-send', ['taskSettled'], ['ACTIVE', 'WAITING_FOR_USER', 'ACTIVE', 'COMPLETED'], completed],
    ['out-of-office', ['stateChanged'], ['ACTIVE', 'WAITING_FOR_LEAD', 'COMPLETED'], completed],
    [
      'unclear-reply-read',
      ['stateChanged', 'taskSettled'],
      ['ACTIVE', 'WAITING_FOR_USER', 'ACTIVE', 'COMPLETED'],
      completed,
    ],
    ['started-again', [], ['ACTIVE', 'COMPLETED'], completed],
    ['unknown-to-postgres', [], ['FAILED'], 'FAILED internal_error'],
    ['canceled-by-an-operator', [], ['ACTIVE'], 'canceled'],
    ['continue-as-new-1', ['stateChanged', 'campaignPaused', 'stateChanged'], ['ACTIVE'], 'continued as new'],
    ['continue-as-new-2', [], ['ACTIVE', 'COMPLETED'], completed],
  ])('a sequence: %s', (name, signals, statuses, end) => {
    const history = historyOf(name);
    expect(signalsOf(history)).toEqual(signals);
    expect(statusesShown(history)).toEqual(statuses);
    expect(endOf(history)).toBe(end);
  });

  test('a sequence that a pause parked: no timer between finding out and the resume', () => {
    const told = eventsOf(historyOf('paused-while-parked'));
    const resumed = told.findIndex(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'campaignResumed',
    );
    const before = told.slice(0, resumed);
    const started = before.filter((event) => event.timerStartedEventAttributes);
    expect(started).toHaveLength(before.filter((event) => event.timerFiredEventAttributes).length);
  });

  test('a campaign with batches, a pause, a resume and its end, each fanned out', () => {
    const history = historyOf('campaign');
    expect(new Set(signalsOf(history))).toEqual(new Set(['control']));
    const deeds = eventsOf(history).flatMap(({ activityTaskScheduledEventAttributes: deed }) =>
      deed?.activityType?.name ? [deed.activityType.name] : [],
    );
    expect(deeds.filter((deed) => deed === 'enrolBatch').length).toBeGreaterThan(6);
    expect(deeds.filter((deed) => deed === 'fanOut')).toHaveLength(3);
    expect(countOf(history, 'timerFiredEventAttributes')).toBeGreaterThan(3);
    expect(countOf(history, 'workflowExecutionCompletedEventAttributes')).toBe(1);
  });

  test('a run of the reconciler', () => {
    expect(countOf(historyOf('reconcile'), 'activityTaskCompletedEventAttributes')).toBe(1);
    expect(countOf(historyOf('reconcile'), 'workflowExecutionCompletedEventAttributes')).toBe(1);
  });
});

/**
 * Changes that a running sequence would not survive, made in the bundle, each with the history that notices: commands in
 * another order, one more, one less. (A command that only comes a workflow task too early goes unnoticed.)
 */
const mutants: [mutant: string, place: RegExp, instead: string, history: string][] = [
  [
    'shows the plan after the wait, not before',
    /(view\.planned\(written\);)\s+(await wait\(written\.next\.at\);)/,
    '$2 $1',
    'five-emails',
  ],
  ['performs the first step without waiting', /await wait\(written\.next\.at\);/, '', 'five-emails'],
  [
    'has no timer for what is due already',
    /else (await \(0,[\w.]+\)\(awake, Math)/,
    'else if (at > Date.now()) $1',
    'real-time',
  ],
  ['writes the status at every step', /if \(status === shown && !ids\) return;/, '', 'five-emails'],
  [
    'parks with a timer',
    /wait\(Number\.POSITIVE_INFINITY, (\(\)=>notes\.resumed)/,
    'wait(Date.now() + 86400000, $1',
    'paused-while-parked',
  ],
  ['does not perform again when a connection is accepted', /\(\)=>notes\.accepted/, '()=>false', 'linkedin-accepted'],
  ['does not look at a change of state', /\|\| notes\.changed \|\|/, '||', 'out-of-office'],
  [
    'never continues as new',
    /(continueAsNewSuggested)(\) await \(0,[\w.]+\)\(\{\s+sequenceId)/,
    '$1 && false$2',
    'continue-as-new-1',
  ],
  [
    'ends what nobody knows without a status',
    /return view\.conclude\(written\.end\)/,
    'return written.end',
    'unknown-to-postgres',
  ],
  ['fans out when it is not behind', /if \(behind && await/, 'if (!behind && await', 'campaign'],
  ['repairs twice', /\(\)=>repair\(\);/, '()=>repair().then(()=>repair());', 'reconcile'],
];

describe('a workflow of tomorrow is refused that', () => {
  test.each(mutants)('%s', async (_mutant, place, instead, name) => {
    expect(code.match(new RegExp(place, 'g'))).toHaveLength(1);
    const failures = await replay([name], code.replace(place, instead));
    expect(failures).toEqual({ [name]: expect.stringContaining('TMPRL1100') }); // a history that does not fit
  });
});

describe('the histories hold no personal data:', () => {
  const words = new Set<string>([
    ...[...sequenceStatuses, ...stepKinds, ...stepStatuses, ...whys, ...enrolmentWhys],
    ...[...Object.keys(ends), ...Object.values(ends).flat()],
    ...['done', 'deferred', 'held', 'waitingForUser', 'waitingForLead', 'ended'], // results
  ]);
  const instant = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
  const summaries = [
    new RegExp(`^(${whys.join('|')}) → step \\d+ (${stepKinds.join('|')}), ${instant}$`),
    new RegExp(`^(${whys.join('|')}), until ${instant}$`),
    new RegExp(`^waiting for the connection, until ${instant}$`),
    new RegExp(`^step \\d+ (${stepKinds.join('|')})$`),
    /^conclude$/,
  ];
  const isKnown = (text: string) => isId(text) || words.has(text) || summaries.some((summary) => summary.test(text));

  test.each([...histories.keys()])('%s', (name) => {
    const file = readFileSync(new URL(`${name}.json`, folder), 'utf8');
    expect(file).not.toContain('@'); // no address; no payload is in plain sight there, so they come next
    const strange = payloadsIn(JSON.parse(file))
      .flatMap(textsIn)
      .filter((text) => !isKnown(text));
    expect(strange).toEqual([]);
  });

  test('what is looked for would be found', () => {
    const [email, name] = ['ada0@lead.example', 'Ada0'];
    const payload = { data: Buffer.from(JSON.stringify({ to: [{ email, name }], status: 'SENT' })).toString('base64') };
    const found = payloadsIn({ events: [{ input: { payloads: [payload] } }] }).flatMap(textsIn);
    expect(found.filter((text) => !isKnown(text))).toEqual([email, name]);
  });
});

const signalsOf = (history: History): string[] =>
  eventsOf(history).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal?.signalName ? [signal.signalName] : [],
  );

/** How the workflow ended, in words. */
function endOf(history: History): string {
  const last = eventsOf(history).at(-1);
  if (last?.workflowExecutionCanceledEventAttributes) return 'canceled';
  if (last?.workflowExecutionContinuedAsNewEventAttributes) return 'continued as new';
  const [payload] = last?.workflowExecutionCompletedEventAttributes?.result?.payloads ?? [];
  if (!payload) return 'otherwise';
  const { status, reason }: { status: string; reason: string } = JSON.parse(Buffer.from(payload.data ?? []).toString());
  return `${status} ${reason}`;
}

/** The values of all payloads below a JSON value: what people and activities have put into a history. */
function payloadsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('data' in value && typeof value.data === 'string')
    return [JSON.parse(Buffer.from(value.data, 'base64').toString())];
  return Object.values(value).flatMap(payloadsIn);
}

/** Every text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
