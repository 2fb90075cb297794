import { describe, expect, test } from 'vitest';
import type { StepContent } from '../../../src/domain/copy/step-content.ts';
import { checkEdit, type EditFacts, threadStarter, whyNotEditable } from '../../../src/domain/copy/step-edit.ts';
import { problemText } from '../../../src/domain/problem.ts';
import { stepKinds, stepStatuses } from '../../../src/domain/sequence.ts';
import { steps } from '../../support/scenario.ts';

const email = (body: string, subject = 'Hello'): StepContent => ({ kind: 'email', subject, body });
const task = (title: string, instructions = ''): StepContent => ({
  kind: 'manual_task',
  task: 'call',
  title,
  instructions,
  assignee: null,
});

describe('copy that a person wrote', () => {
  test.each<[string, StepContent, string]>([
    ['an empty subject', email('Body', ' '), 'subject is empty'],
    ['an empty body', email(' \n'), 'body is empty'],
    ['a long subject', email('Body', 'x'.repeat(251)), 'subject has 251 characters, at most 250'],
    ['a long body', email('x'.repeat(20_001)), 'body has 20001 characters, at most 20000'],
    [
      'a second header line',
      email('Body', 'Hello\nBcc: eve@example.com'),
      'subject holds a line break or another control character',
    ],
    ['a variable', email('Hello {{ first_name }}!'), 'body: "{{ first_name }}" at character 7 is not filled in'],
    ['loose braces', email('a }} b'), 'body: "}}" at character 3 is not filled in'],
    ['braces that are never closed', email('{{first_name'), 'body: "{{" at character 1 is not filled in'],
    ['an empty message', { kind: 'linkedin_message', body: '' }, 'body is empty'],
    ['a long message', { kind: 'linkedin_message', body: 'x'.repeat(8_001) }, 'body has 8001 characters, at most 8000'],
    ['a long note', { kind: 'linkedin_invitation', note: 'x'.repeat(301) }, 'note has 301 characters, at most 300'],
    ['a task without a title', task(''), 'title is empty'],
    ['a title of two lines', task('Call\u2028her'), 'title holds a line break or another control character'],
    [
      'a variable in what is to be done',
      task('Call', '{{x}}'),
      'instructions: "{{x}}" at character 1 is not filled in',
    ],
  ])('%s is told', (_, content, problem) => {
    expect(checkEdit(content, { answersInThread: false }).map(problemText)).toEqual([problem]);
  });

  test('at its longest, without a note, or with single braces, is fine', () => {
    for (const content of [
      email('x'.repeat(20_000), 'x'.repeat(250)),
      email('if (a) { b }\nsecond line'),
      task('Call'),
      { kind: 'linkedin_invitation', note: null } as const,
      { kind: 'linkedin_invitation', note: 'x'.repeat(300) } as const,
    ])
      expect(checkEdit(content, { answersInThread: false })).toEqual([]);
  });

  test('needs no subject where it answers in the thread', () => {
    expect(checkEdit(email('Body', ''), { answersInThread: true })).toEqual([]);
  });

  test('of 10,000 braces is looked at once, and told in twenty lines', () => {
    expect(checkEdit(email('{{'.repeat(5_000)), { answersInThread: false })).toHaveLength(20);
  });
});

test('a thread is started by the first email, or by the last one before that says so', () => {
  const own = steps('manual_task', 'email', 'email', { kind: 'email', newThread: true }, 'email');
  const starters = own.map((_, position) => threadStarter(own, position));
  expect(starters.map((starter) => starter && own.indexOf(starter))).toEqual([null, null, 1, null, 3]);
});

test('copy may be changed while its step is pending, or is a message that waits for its connection; no other time', () => {
  const facts = (step: Partial<EditFacts['step']>): EditFacts => ({
    sequence: 'ACTIVE',
    step: { kind: 'email', status: 'PENDING', isWritten: true, ...step },
    wasTried: false,
  });
  const editable = stepKinds.flatMap((kind) =>
    stepStatuses.filter((status) => whyNotEditable(facts({ kind, status })) === null).map((status) => [kind, status]),
  );
  expect(editable).toEqual([
    ['email', 'PENDING'],
    ['email', 'WAITING'],
    ['linkedin_message', 'PENDING'],
    ['linkedin_message', 'WAITING'],
    ['linkedin_invitation', 'PENDING'],
    ['linkedin_invitation', 'WAITING'],
    ['manual_task', 'PENDING'],
  ]);
  for (const status of ['SUCCEEDED', 'COMPLETED', 'STOPPED_EARLY', 'FAILED'] as const)
    expect(whyNotEditable({ ...facts({}), sequence: status })).toBe(`The sequence has ended: ${status}`);
  expect(whyNotEditable(facts({ isWritten: false }))).toBe('Its copy is being written');
  expect(whyNotEditable({ ...facts({}), wasTried: true })).toBeNull(); // an email has its Message-ID
  expect(whyNotEditable({ ...facts({ kind: 'linkedin_message' }), wasTried: true })).toMatch(/^Sending has begun/);
});
