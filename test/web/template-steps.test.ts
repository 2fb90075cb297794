import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showProblem } from '../../src/api/problems.ts';
import type { EditedFile, EditedStep } from '../../src/api/shapes/templates.ts';
import { inFile } from '../../src/api/template-file.ts';
import { idOf } from '../../src/domain/ids.ts';
import { checkTemplate, type TemplateContent, type TemplateStep } from '../../src/domain/template.ts';
import { beginningOf } from '../../src/web/templates/local-day.ts';
import { merged } from '../../src/web/templates/merge.ts';
import { piecesOf, typedVariable } from '../../src/web/templates/message-marks.ts';
import { sectionOf, spoken } from '../../src/web/templates/places.ts';
import { moved, threadSubjectOf, usesOf, without, withStep, withStepAt } from '../../src/web/templates/steps.ts';
import { content, steps } from '../support/scenario.ts';

const email = (
  id: string,
  value: number | null,
  over: Partial<Extract<EditedStep, { kind: 'email' }>> = {},
): EditedStep => ({
  id,
  name: id,
  kind: 'email',
  delay: value === null ? null : { value, unit: 'days' },
  subject: `About ${id}`,
  body: 'Hi',
  new_thread: false,
  quote_history: false,
  ...over,
});
const four = [email('a', null), email('b', 1), email('c', 2), email('d', 4)];
const shown = (steps: readonly EditedStep[]) => steps.map(({ id, delay }) => `${id}${delay?.value ?? ''}`).join(' ');

describe('steps', () => {
  test.each([
    [2, 1, 'a c2 b1 d4'],
    [1, 3, 'a c2 d4 b1'],
    [1, 0, 'b a1 c2 d4'],
    [0, 2, 'b c2 a1 d4'],
    [2, 2, 'a b1 c2 d4'],
  ])('moved from %i to %i keep their waits; only the first has none', (from, to, expected) => {
    expect(shown(moved(four, from, to))).toBe(expected);
  });

  test('taken out and put back are as before', () => {
    for (const [at, step] of four.entries()) {
      const rest = without(four, at);
      expect(rest[0]?.delay).toBeNull();
      expect(shown(withStepAt(rest, at, step))).toBe(at === 0 ? 'a b3 c2 d4' : shown(four));
    }
  });

  test('of every kind begin as the server takes them, with an id of their own', () => {
    const steps = withStep(withStep([], 'email'), 'email');
    expect(steps.map(({ delay }) => delay)).toEqual([null, { value: 3, unit: 'business_days' }]);
    const ids = steps.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('answer under the subject of the newest thread before them', () => {
    const steps = [email('a', null), email('b', 1), email('c', 2, { new_thread: true }), email('d', 4)];
    expect(steps.map((_, at) => threadSubjectOf(steps, at))).toEqual([null, 'About a', null, 'About c']);
  });

  test('use a variable in any of their texts, with a default or without', () => {
    const steps = [
      email('a', null, { body: '{{ opener | default: "x" }}' }),
      email('b', 1),
      email('c', 2, { subject: '{{opener}}' }),
    ];
    expect(usesOf('opener', { steps })).toEqual([1, 3]);
    expect(usesOf('open', { steps })).toEqual([]);
  });
});

describe('a message', () => {
  test('is told apart into text, variables and what is none', () => {
    const pieces = piecesOf('Hi {{ first_name | default: "you" }}, {{first_nam}} {{opener}} {{custom.tier}} {{', [
      'opener',
    ]);
    expect(pieces.filter(({ kind }) => kind !== 'text').map(({ text, kind }) => [text, kind])).toEqual([
      ['{{ first_name | default: "you" }}', 'variable'],
      ['{{first_nam}}', 'unknown'],
      ['{{opener}}', 'variable'],
      ['{{custom.tier}}', 'variable'],
    ]);
    expect(pieces.map(({ text }) => text).join('')).toBe(
      'Hi {{ first_name | default: "you" }}, {{first_nam}} {{opener}} {{custom.tier}} {{',
    );
  });

  test.each([
    ['Hi {{', { from: 3, typed: '' }],
    ['Hi {{ fir', { from: 3, typed: 'fir' }],
    ['Hi {{first_name}}', null],
    ['Hi {', null],
  ])('%j: which variable is being typed', (text, expected) => {
    expect(typedVariable(text, text.length)).toEqual(expected);
  });
});

describe('a problem', () => {
  const step = (name: string, body: string): TemplateStep => ({
    kind: 'linkedin_message',
    id: idOf('018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5'),
    name,
    delay: { value: -1, unit: 'days' },
    body,
  });
  const settings = { name: 'Spring', summary: null, dailyLeadsTarget: 20, approvalMode: 'AUTOPILOT' } as const;
  const linesOf = (over: Partial<TemplateContent>) =>
    inFile(checkTemplate({ ...content(steps('email')), ...over }, settings)).map(showProblem);

  test('of a step is said whole beside its field, however the step is named', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const lines = linesOf({ steps: [...steps('email'), step(name, '')] });
        expect(lines.map(spoken)).toEqual(['Wait must be 0–90 days, got -1', 'Message is empty']);
        expect(lines.map(({ problem }) => problem)).toEqual([
          `step 2 ('${name}'): wait must be 0–90 days, got -1`,
          `step 2 ('${name}'): body is empty`,
        ]);
      }),
      { examples: [["Reply ('warm'): second"], ['body: '], ["AI variable 'x': "]] },
    );
  });

  test('of a text is said without its place, and without quotes around variables', () => {
    const lines = linesOf({ steps: [...steps('email'), { ...step('Say "hi"', '{{first_nam}} {{'), delay: null }] });
    expect(lines.map(spoken)).toEqual([
      'Wait is missing',
      '"{{" at character 15 is never closed',
      'Unknown variable first_nam (did you mean first_name?)',
    ]);
  });

  test.each([
    [{ aiVariables: [{ name: "it's", prompt: '', fallback: null }] }, 'Prompt is empty'],
    [{ steps: [] }, 'A template needs at least one step'],
    [{ linkedIn: { kind: 'DELAY', maxWaitDays: 0 } as const }, 'Wait must be 1–90 days, got 0'],
  ])('of %j is said beside its field', (over, said) => {
    expect(linesOf(over).map(spoken)).toContain(said);
  });

  test('that only says what is wrong is said as it is', () => {
    expect(spoken({ path: 'name', problem: 'too long' })).toBe('Too long');
  });

  test.each([
    ['steps.2.delay', 'steps', 3],
    ['steps', 'steps', null],
    ['ai_variables.0.prompt', 'variables', null],
    ['name', 'details', null],
    ['schedule.hours.0.end', 'schedule', null],
    ['sender.name', 'schedule', null],
    ['timezone', 'schedule', null],
  ])('at %s is found in %s', (path, section, step) => {
    expect(sectionOf(path)).toEqual({ section, step });
  });
});

describe('two people’s edits', () => {
  const file = (over: Partial<EditedFile> = {}): EditedFile => ({
    name: 'Spring',
    summary: null,
    language: 'en',
    timezone: 'Europe/Paris',
    daily_leads_target: 20,
    approval_mode: 'AUTOPILOT',
    schedule: { days: ['mon'], hours: [{ start: '09:00', end: '17:00' }], holidays: [] },
    sender: { name: 'Sam', job_title: null },
    linkedin_behaviour: { kind: 'SKIP' },
    ai_variables: [],
    steps: four,
    ...over,
  });
  const withBody = (at: number, body: string) => four.map((step, index) => (index === at ? { ...step, body } : step));

  test('meet field by field and step by step: what I did not touch is theirs', () => {
    const mine = file({ name: 'Mine', steps: withBody(1, 'mine') });
    const theirs = file({ name: 'Theirs', summary: 'Theirs', steps: withBody(2, 'theirs') });
    const both = merged(file(), mine, theirs);
    expect(both).toMatchObject({ name: 'Mine', summary: 'Theirs' });
    expect(both.steps.map((step) => 'body' in step && step.body)).toEqual(['Hi', 'mine', 'theirs', 'Hi']);
  });

  test('of the order of steps are not mixed: mine stands where I changed any', () => {
    const theirs = file({ steps: moved(four, 3, 1) });
    expect(merged(file(), file(), theirs).steps).toEqual(theirs.steps);
    expect(merged(file(), file({ steps: withBody(1, 'mine') }), theirs).steps).toEqual(withBody(1, 'mine'));
  });
});

test.each([
  ['2026-11-24', 'Europe/Paris', '2026-11-23T23:00:00.000Z'],
  ['2026-11-24', 'America/New_York', '2026-11-24T05:00:00.000Z'],
  ['2026-03-29', 'Europe/Paris', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Paris', '2026-03-29T22:00:00.000Z'],
  ['2026-11-24', 'Asia/Kolkata', '2026-11-23T18:30:00.000Z'],
])('%s begins in %s at %s', (day, zone, instant) => {
  expect(new Date(beginningOf(day, zone)).toISOString()).toBe(instant);
});
