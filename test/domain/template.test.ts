import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOf, type StepId } from '../../src/domain/ids.ts';
import type { Delay } from '../../src/domain/schedule.ts';
import {
  checkTemplate,
  type EmailStep,
  MAX_NOTE_CHARACTERS,
  MAX_STEPS,
  type TemplateContent,
  type TemplateSettings,
  type TemplateStep,
} from '../../src/domain/template.ts';
import { told } from '../support/told.ts';

const stepId = (number: number) => idOf<StepId>(`018d7e6f-5c4b-7a39-8281-0000000000${String(number).padStart(2, '0')}`);
const threeDays: Delay = { value: 3, unit: 'business_days' };

const email = (number: number, over: Partial<EmailStep> = {}): EmailStep => ({
  kind: 'email',
  id: stepId(number),
  name: ['Opener', 'Nudge', 'Follow-up', 'Break-up'][number - 1] ?? `Step ${number}`,
  delay: number === 1 ? null : threeDays,
  subject: 'Hello {{first_name}}',
  body: 'A word about {{company}}',
  newThread: false,
  ...over,
});

const content: TemplateContent = {
  language: 'en',
  steps: [email(1), email(2), email(3)],
  schedule: {
    zone: 'Europe/Paris',
    weekdays: [1, 2, 3, 4, 5],
    blocks: [{ start: '09:00', end: '17:00' }],
    holidays: [],
  },
  linkedIn: { kind: 'DELAY', maxWaitDays: 15 },
  sender: { name: 'Sam Sender', jobTitle: null },
  aiVariables: [{ name: 'opener', prompt: 'One kind sentence', fallback: null }],
};
const settings: TemplateSettings = {
  name: 'Cold outreach',
  summary: null,
  dailyLeadsTarget: 25,
  approvalMode: 'AUTOPILOT',
};

const problemsOf = (over: Partial<TemplateContent>, settingsOver: Partial<TemplateSettings> = {}) =>
  told(checkTemplate({ ...content, ...over }, { ...settings, ...settingsOver })).map(({ path, problem }) => [
    path,
    problem,
  ]);
const problemsOfSteps = (...steps: TemplateStep[]) => problemsOf({ steps });
const long = (length: number) => 'x'.repeat(length);

describe('a template', () => {
  test('that is complete has no problem', () => {
    expect(problemsOf({})).toEqual([]);
  });

  test('lists every problem at once, each with its place, in the order of the page', () => {
    const problems = problemsOf(
      {
        steps: [
          email(1, { delay: threeDays, subject: ' ' }),
          email(2, { delay: null }),
          email(3, { delay: { value: -1, unit: 'business_days' }, body: 'Hi {{frist_name}}' }),
        ],
        schedule: { ...content.schedule, zone: 'Paris', weekdays: [] },
        linkedIn: { kind: 'DELAY', maxWaitDays: 0 },
        sender: { name: ' ', jobTitle: null },
        aiVariables: [{ name: 'company', prompt: '', fallback: null }],
      },
      { name: null, dailyLeadsTarget: 0 },
    );
    expect(problems).toEqual([
      ['name', 'name: a template needs a name before it is activated'],
      ['dailyLeadsTarget', 'daily leads target: must be a whole number from 1 to 10000, got 0'],
      ['steps.0.delay', "step 1 ('Opener'): the first step has no wait, got 3 business_days"],
      ['steps.0.subject', "step 1 ('Opener'): subject is empty"],
      ['steps.1.delay', "step 2 ('Nudge'): wait is missing"],
      ['steps.2.delay', "step 3 ('Follow-up'): wait must be 0–90 business days, got -1"],
      ['steps.2.body', 'step 3 (\'Follow-up\'): body: unknown variable "frist_name" (did you mean "first_name"?)'],
      ['schedule.zone', 'schedule: "Paris" is not an IANA time zone such as "Europe/Paris"'],
      ['schedule.weekdays', 'schedule: no weekday is permitted, expected at least one'],
      ['linkedIn.maxWaitDays', 'LinkedIn behaviour: wait must be 1–90 days, got 0'],
      ['sender.name', 'sender: a template with emails needs the name they are sent under'],
      ['aiVariables.0.name', "AI variable 'company': this name is taken"],
      ['aiVariables.0.prompt', "AI variable 'company': prompt is empty"],
    ]);
  });

  test.each([[''], ['  ']])('named "%s" has no name', (name) => {
    expect(problemsOf({}, { name })).toEqual([['name', 'name: a template needs a name before it is activated']]);
  });

  test.each([[0], [-3], [1.5], [10_001], [Number.NaN]])('takes no daily leads target of %s', (dailyLeadsTarget) => {
    const problem = `daily leads target: must be a whole number from 1 to 10000, got ${dailyLeadsTarget}`;
    expect(problemsOf({}, { dailyLeadsTarget })).toEqual([['dailyLeadsTarget', problem]]);
  });

  test('needs a step, and has at most fifty', () => {
    expect(problemsOfSteps()).toEqual([['steps', 'steps: a template needs at least one step']]);
    const steps = Array.from({ length: MAX_STEPS + 1 }, (_, index) => email(index + 1));
    expect(problemsOfSteps(...steps)).toEqual([['steps', 'steps: at most 50, got 51']]);
    expect(problemsOfSteps(...steps.slice(0, MAX_STEPS))).toEqual([]);
  });

  test('has no two steps of one id', () => {
    expect(problemsOfSteps(email(1), email(2, { id: stepId(1) }))).toEqual([
      ['steps.1.id', `step 2 ('Nudge'): its id ${stepId(1)} is used by an earlier step`],
    ]);
  });

  test.each<[Delay, string]>([
    [{ value: 91, unit: 'business_days' }, 'wait must be 0–90 business days, got 91'],
    [{ value: -1, unit: 'business_days' }, 'wait must be 0–90 business days, got -1'],
    [{ value: 90.5, unit: 'days' }, 'wait must be 0–90 days, got 90.5'],
    [{ value: 2161, unit: 'hours' }, 'wait must be 0–2160 hours, got 2161'],
    [{ value: Number.NaN, unit: 'minutes' }, 'wait must be 0–129600 minutes, got NaN'],
  ])('names the limits of a wait: %o', (delay, problem) => {
    expect(problemsOfSteps(email(1), email(2, { delay }))).toEqual([['steps.1.delay', `step 2 ('Nudge'): ${problem}`]]);
  });

  test('accepts every wait from nothing to ninety days, in each unit', () => {
    const longest = { business_days: 90, days: 90, hours: 2160, minutes: 129_600 };
    for (const unit of ['business_days', 'days', 'hours', 'minutes'] as const)
      for (const value of [0, 1, longest[unit]])
        expect(problemsOfSteps(email(1), email(2, { delay: { value, unit } }))).toEqual([]);
  });

  test('needs the subject of an email that starts a thread, and of no other', () => {
    expect(problemsOfSteps(email(1), email(2, { subject: '' }))).toEqual([]);
    expect(problemsOfSteps(email(1), email(2, { subject: '', newThread: true }))).toEqual([
      ['steps.1.subject', "step 2 ('Nudge'): subject is empty"],
    ]);
    const invitation: TemplateStep = {
      kind: 'linkedin_invitation',
      id: stepId(9),
      name: 'Invite',
      delay: null,
      note: null,
    };
    expect(problemsOfSteps(invitation, email(2, { subject: '' }))).toEqual([
      ['steps.1.subject', "step 2 ('Nudge'): subject is empty"],
    ]);
  });

  test('checks the texts of every kind of step', () => {
    const base = { id: stepId(9), name: 'It', delay: threeDays };
    const one = (step: TemplateStep) => problemsOfSteps(email(1), step);
    const place = "step 2 ('It'): ";
    expect(one(email(2, { subject: long(251), body: long(20_001) }))).toEqual([
      ['steps.1.subject', "step 2 ('Nudge'): subject has 251 characters, at most 250"],
      ['steps.1.body', "step 2 ('Nudge'): body has 20001 characters, at most 20000"],
    ]);
    expect(one({ ...base, kind: 'linkedin_message', body: '' })).toEqual([['steps.1.body', `${place}body is empty`]]);
    expect(one({ ...base, kind: 'linkedin_invitation', note: long(MAX_NOTE_CHARACTERS + 1) })).toEqual([
      ['steps.1.note', `${place}note has 301 characters, at most 300`],
    ]);
    expect(one({ ...base, kind: 'linkedin_invitation', note: '' })).toEqual([]);
    const manual = { ...base, kind: 'manual_task', task: 'call', assignee: null } as const;
    expect(one({ ...manual, title: '', instructions: 'Hi {{}}' })).toEqual([
      ['steps.1.title', `${place}title is empty`],
      ['steps.1.instructions', `${place}instructions: "{{" at character 4 names no variable`],
    ]);
    expect(one({ ...manual, title: 'Call {{first_name}}', instructions: '' })).toEqual([]);
  });

  test('knows its own AI variables and any custom field in its texts', () => {
    expect(
      problemsOfSteps(email(1, { body: '{{opener}} {{custom.team_size}} {{ job_title | default: "there" }}' })),
    ).toEqual([]);
    expect(problemsOfSteps(email(1, { body: '{{closer}}' }))[0]).toEqual([
      'steps.0.body',
      expect.stringContaining('step 1 (\'Opener\'): body: unknown variable "closer"'),
    ]);
  });

  test.each([['Opener'], ['1st'], ['two words'], [''], [long(65)]])('takes no AI variable named "%s"', (name) => {
    expect(problemsOf({ aiVariables: [{ name, prompt: 'p', fallback: null }] })).toEqual([
      [
        'aiVariables.0.name',
        `AI variable '${name}': a name is lower-case letters, digits and _, at most 64 characters`,
      ],
    ]);
  });

  test('takes no two AI variables of one name', () => {
    const variable = { name: 'pain_point', prompt: 'p', fallback: null };
    expect(problemsOf({ aiVariables: [variable, variable] })).toEqual([
      ['aiVariables.1.name', "AI variable 'pain_point': this name is taken"],
    ]);
  });

  test.each([
    [{ prompt: long(2_000), fallback: long(500) }, []],
    [{ maxCharacters: 2_000, fallback: long(2_000) }, []],
    [{ prompt: ' ' }, [['prompt', 'prompt is empty']]],
    [{ prompt: long(2_001) }, [['prompt', 'prompt has 2001 characters, at most 2000']]],
    [{ fallback: long(501) }, [['fallback', 'fallback has 501 characters, its longest value 500']]],
    [{ maxCharacters: 3, fallback: 'four' }, [['fallback', 'fallback has 4 characters, its longest value 3']]],
    [{ maxCharacters: 0 }, [['maxCharacters', 'the longest value must have 1–2000 characters, got 0']]],
    [{ maxCharacters: 2_001 }, [['maxCharacters', 'the longest value must have 1–2000 characters, got 2001']]],
    [{ maxCharacters: 1.5 }, [['maxCharacters', 'the longest value must have 1–2000 characters, got 1.5']]],
    [{ fallback: 'Hi {{first_name}}' }, [['fallback', 'fallback is said as it stands, so without {{…}}']]],
  ])('says of an AI variable what cannot be: %#', (also, problems) => {
    expect(problemsOf({ aiVariables: [{ name: 'pain_point', prompt: 'p', fallback: null, ...also }] })).toEqual(
      problems.map(([field, problem]) => [`aiVariables.0.${field}`, `AI variable 'pain_point': ${problem}`]),
    );
  });

  test('without an email needs no sender, and one that skips LinkedIn needs no limit', () => {
    const message: TemplateStep = { kind: 'linkedin_message', id: stepId(1), name: 'Hi', delay: null, body: 'Hi' };
    expect(problemsOf({ steps: [message], sender: { name: '', jobTitle: null }, linkedIn: { kind: 'SKIP' } })).toEqual(
      [],
    );
  });

  test('is found wanting for exactly those waits of its steps that are', () => {
    const delay = fc.record<Delay>({
      value: fc.oneof(fc.integer({ min: -5, max: 100 }), fc.double({ min: 0, max: 90, noNaN: true })),
      unit: fc.constantFrom('business_days', 'days'),
    });
    fc.assert(
      fc.property(fc.array(delay, { maxLength: 8 }), (delays) => {
        const steps = [email(1), ...delays.map((delay, index) => email(index + 2, { delay }))];
        const wrong = delays.flatMap(({ value }, index) =>
          Number.isInteger(value) && value >= 0 && value <= 90 ? [] : [`steps.${index + 1}.delay`],
        );
        expect(problemsOfSteps(...steps).map(([path]) => path)).toEqual(wrong);
      }),
    );
  });
});
