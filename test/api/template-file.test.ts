import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  inFile,
  parseTemplateFile,
  type savedFile,
  templateFile,
  templateInFile,
} from '../../src/api/template-file.ts';
import type { Path } from '../../src/domain/problem.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { checkTemplate } from '../../src/domain/template.ts';
import { told } from '../support/told.ts';

const example = (name: string) =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), 'utf8'));

const whole = () => ({
  name: 'Cold outreach',
  timezone: 'Europe/Paris',
  schedule: { days: ['mon', 'fri'], hours: [{ start: '09:00', end: '17:00' }] },
  sender: { name: 'Sam' },
  steps: [
    { kind: 'email', subject: 'Hi {{first_name}}', body: 'Hello' },
    { kind: 'email', delay: { value: 3, unit: 'business_days' }, body: 'Again' },
  ],
});

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

type File = z.input<typeof savedFile>;
const line = fc.string({ maxLength: 60 });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const id = fc.uuid();
const anyStep = {
  id,
  name: line,
  delay: orNull(fc.record({ value: fc.nat(), unit: fc.constantFrom('business_days', 'days', 'hours', 'minutes') })),
};
const aStep: fc.Arbitrary<File['steps'][number]> = fc.oneof(
  fc.record({
    ...anyStep,
    kind: fc.constant('email'),
    subject: line,
    body: line,
    new_thread: fc.boolean(),
    quote_history: fc.boolean(),
  }),
  fc.record({ ...anyStep, kind: fc.constant('linkedin_message'), body: line }),
  fc.record({ ...anyStep, kind: fc.constant('linkedin_invitation'), note: orNull(line) }),
  fc.record({
    ...anyStep,
    kind: fc.constant('manual_task'),
    task: fc.constantFrom('call', 'handwritten_note', 'manual_email', 'other'),
    title: line,
    instructions: line,
    assignee_id: orNull(id),
  }),
);
/** Any file that the door lets in, with everything said. */
const aFile: fc.Arbitrary<File> = fc.record({
  name: orNull(line),
  summary: orNull(line),
  language: fc.constantFrom(null, 'en', 'pt-BR'),
  timezone: fc.constantFrom('Europe/Paris', 'America/New_York', 'UTC'),
  daily_leads_target: fc.integer({ min: 0, max: 10_000 }),
  approval_mode: fc.constantFrom('AUTOPILOT', 'MANUAL_REVIEW'),
  schedule: fc.record({
    days: fc.array(fc.constantFrom(...days), { maxLength: 7 }),
    hours: fc.array(fc.record({ start: fc.constant('09:00'), end: fc.constantFrom('17:00', '24:00') })),
    holidays: fc.array(fc.constantFrom('2026-12-25', '2027-01-01')),
  }),
  sender: fc.record({ name: line, job_title: orNull(line) }),
  linkedin_behaviour: fc.oneof(
    fc.constant({ kind: 'SKIP' } as const),
    fc.record({ kind: fc.constant('DELAY'), max_wait_days: fc.nat() }),
  ),
  ai_variables: fc.array(fc.record({ name: line, prompt: line, fallback: orNull(line), max_characters: fc.nat() }), {
    maxLength: 5,
  }),
  steps: fc.array(aStep, { maxLength: 5 }),
});

/** Every text, number and null in `value`, by its path. */
function leavesOf(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => leavesOf(partOf(value, key), [...path, key]));
}

const partOf = (whole: unknown, key: string | number): unknown =>
  typeof whole === 'object' && whole !== null ? Reflect.get(whole, key) : undefined;

const problemsOf = (file: unknown) => {
  try {
    parseTemplateFile(file);
  } catch (error) {
    if (error instanceof Refusal)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
};

describe('the examples', () => {
  test.each(['template.json', 'template-with-call.json'])('%s can be activated as it is', (name) => {
    const { content, settings } = parseTemplateFile(example(name));
    expect(checkTemplate(content, settings)).toEqual([]);
    expect(content.aiVariables.length).toBeGreaterThan(0);
    for (const { fallback } of content.aiVariables) expect(fallback).toBeTruthy();
  });

  test("template.json is the product document's strong starting sequence", () => {
    const { content } = parseTemplateFile(example('template.json'));
    expect(content.steps.map(({ kind }) => kind)).toEqual([
      'email',
      'linkedin_invitation',
      'email',
      'linkedin_message',
      'email',
    ]);
    expect(content.steps.map(({ delay }) => delay && `${delay.value} ${delay.unit}`)).toEqual([
      null,
      '3 days',
      '4 days',
      '3 days',
      '4 days',
    ]);
    expect(content.schedule).toMatchObject({ zone: 'Europe/Paris', weekdays: [1, 2, 3, 4, 5] });
  });
});

describe('a template file', () => {
  test('may leave out what has a usual value', () => {
    const { settings, content } = parseTemplateFile(whole());
    expect(settings).toEqual({
      name: 'Cold outreach',
      summary: null,
      dailyLeadsTarget: 20,
      approvalMode: 'MANUAL_REVIEW',
    });
    expect(content).toMatchObject({
      language: null,
      linkedIn: { kind: 'DELAY', maxWaitDays: 15 },
      sender: { name: 'Sam', jobTitle: null },
      aiVariables: [],
      schedule: { zone: 'Europe/Paris', weekdays: [1, 5], holidays: [] },
    });
    expect(content.steps).toMatchObject([
      { name: 'Email', delay: null, newThread: false },
      { subject: '', delay: { value: 3, unit: 'business_days' } },
    ]);
  });

  test('gives each step an id of its own, and keeps the ones it is given', () => {
    const id = '018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5';
    const [first, second] = parseTemplateFile({ ...whole(), steps: [{ ...whole().steps[0], id }, whole().steps[1]] })
      .content.steps;
    expect(first?.id).toBe(id);
    expect(second?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.id).not.toBe(id);
  });

  test.each([
    [
      'a wait that is no number',
      { delay: { value: 'three', unit: 'days' } },
      'steps[1].delay.value: Invalid input: expected number, received string',
    ],
    ['a part of a day', { delay: { value: 1.5, unit: 'days' } }, /^steps\[1\]\.delay\.value: .*int/],
    ['an unknown unit', { delay: { value: 1, unit: 'weeks' } }, /^steps\[1\]\.delay\.unit: /],
    [
      'an unknown kind',
      { kind: 'sms' },
      'steps[1].kind: expected email, linkedin_message, linkedin_invitation or manual_task',
    ],
    ['an unknown field', { colour: 'red' }, /^steps\[1\]: Unrecognized key: "colour"/],
    [
      'a variable that does not exist',
      { body: 'Hi {{first_nam}}' },
      'steps[1].body: unknown variable "first_nam" (did you mean "first_name"?)',
    ],
    [
      'braces that are never closed',
      { body: 'Hi {{first_name' },
      /^steps\[1\]\.body: "\{\{" at character 4 is never closed/,
    ],
    ['U+0000', { body: 'a\0b' }, /^steps\[1\]\.body: must not hold U\+0000/],
    ['a malformed id', { id: '7' }, /^steps\[1\]\.id: must be a UUID/],
  ])('%s is refused at its place', (_what, step, expected) => {
    const [first, second] = whole().steps;
    const [problem] = problemsOf({ ...whole(), steps: [first, { ...second, ...step }] });
    expect(problem).toMatch(expected);
  });

  test.each([
    [{ timezone: 'Paris' }, 'timezone: expected an IANA time zone such as "Europe/Paris"'],
    [{ timezone: '+02:00' }, 'timezone: expected an IANA time zone such as "Europe/Paris"'],
    [{ language: 'english!' }, 'language: expected a BCP 47 language tag such as "en"'],
    [{ schedule: { days: ['monday'], hours: [] } }, /^schedule\.days\[0\]: /],
    [{ linkedin_behaviour: { kind: 'WAIT' } }, /^linkedin_behaviour\.kind: /],
    [{ approval_mode: 'autopilot' }, /^approval_mode: /],
    [{ steps: 'none' }, /^steps: /],
  ])('%j is refused', (over, expected) => {
    expect(problemsOf({ ...whole(), ...over })[0]).toMatch(expected);
  });

  test('that is no object at all is refused', () => {
    expect(problemsOf([])).toHaveLength(1);
    expect(problemsOf(null)).toHaveLength(1);
  });

  test('lists every problem', () => {
    expect(problemsOf({ ...whole(), timezone: 'Paris', sender: {}, steps: [{ kind: 'email' }] })).toHaveLength(3);
  });
});

describe('a whole file', () => {
  test.each(['template.json', 'template-with-call.json'])('%s comes back as it went in, with ids', (name) => {
    const template = parseTemplateFile(example(name));
    const file = templateInFile.encode(template);
    expect(file).toMatchObject(example(name));
    expect(parseTemplateFile(file)).toEqual(template);
  });

  test('is the same again, whatever it says', () => {
    fc.assert(
      fc.property(aFile, (file) => {
        expect(templateInFile.encode(templateFile.parse(file))).toEqual(file);
      }),
    );
  });

  test('has a place for everything that can be wrong with the template', () => {
    fc.assert(
      fc.property(aFile, (file) => {
        const { settings, content } = templateFile.parse(file);
        for (const { path, value } of leavesOf({ ...settings, ...content })) {
          const [place] = inFile([{ path, what: 'is wrong' }]);
          const written = place?.path.reduce(partOf, file);
          expect(written, JSON.stringify(path)).toBe(path[1] === 'weekdays' ? days[Number(value) - 1] : value);
        }
      }),
    );
  });
});

test.each([
  [['schedule', 'blocks', 1, 'end'], 'schedule.hours.1.end'],
  [['schedule', 'zone'], 'timezone'],
  [['schedule', 'holidays', 0], 'schedule.holidays.0'],
  [['linkedIn', 'maxWaitDays'], 'linkedin_behaviour.max_wait_days'],
  [['aiVariables', 0, 'prompt'], 'ai_variables.0.prompt'],
  [['aiVariables', 0, 'maxCharacters'], 'ai_variables.0.max_characters'],
  [['dailyLeadsTarget'], 'daily_leads_target'],
  [['steps', 2, 'delay'], 'steps.2.delay'],
])('what is wrong at %j is told at %s in the file', (path, place) => {
  expect(told(inFile([{ path, what: 'is wrong' }]))).toEqual([{ path: place, problem: 'is wrong' }]);
});
