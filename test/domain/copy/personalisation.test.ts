import { expect, test } from 'vitest';
import { factsAbout, renderStep, writeStep } from '../../../src/domain/copy/personalisation.ts';
import { idOf, type StepId } from '../../../src/domain/ids.ts';
import type { TemplateStep } from '../../../src/domain/template.ts';

const base = { id: idOf<StepId>('01890000-0000-7000-8000-000000000001'), name: 'Step', delay: null };
const email = (subject: string, body: string): TemplateStep => ({
  ...base,
  kind: 'email',
  subject,
  body,
  newThread: true,
});
const contact = {
  firstName: 'Ada',
  lastName: null,
  jobTitle: ' ',
  company: 'Lead Ltd',
  linkedinHeadline: null,
  recentActivity: null,
  companyContext: { company_news: 'moved' },
  custom: { pet: 'cat', empty: '' },
};

test('what is known of a contact goes by the names that templates use; what is blank is unknown', () => {
  expect(Object.fromEntries(factsAbout(contact, { name: 'Sam Sender', jobTitle: null }))).toEqual({
    first_name: 'Ada',
    full_name: 'Ada',
    company: 'Lead Ltd',
    company_news: 'moved',
    'custom.pet': 'cat',
    sender_name: 'Sam Sender',
    sender_first_name: 'Sam',
  });
});

test('a step says each value once, and names every variable that has none, each once', () => {
  const facts = new Map([['first_name', 'Ada']]);
  expect(
    renderStep(email('{{company}}', '{{first_name}} {{company}} {{job_title}} {{ last_name | default: "x" }}'), facts),
  ).toEqual({ content: { kind: 'email', subject: '', body: 'Ada   x' }, missing: ['company', 'job_title'] });
});

test('a subject and a title stay on one line, whatever a value holds', () => {
  const facts = new Map([['company', 'Lead\r\nBcc: eve@evil.example']]);
  const task: TemplateStep = {
    ...base,
    kind: 'manual_task',
    task: 'call',
    title: '{{company}}',
    instructions: '{{company}}',
    assignee: null,
  };
  expect(renderStep(email('{{company}}', 'b'), facts).content).toMatchObject({ subject: 'Lead Bcc: eve@evil.example' });
  expect(renderStep(task, facts).content).toMatchObject({
    title: 'Lead Bcc: eve@evil.example',
    instructions: 'Lead\r\nBcc: eve@evil.example',
  });
});

test('AI variables are said like any other, and a null one is missing', () => {
  const material = { facts: new Map([['first_name', 'Ada']]), language: null };
  const step = email('Hi', '{{first_name}} {{opener}}');
  expect(writeStep(step, { ...material, ai: { opener: { value: 'Nice.', by: 'model' } } })).toEqual({
    content: { kind: 'email', subject: 'Hi', body: 'Ada Nice.' },
    missing: [],
    problems: [],
  });
  expect(writeStep(step, { ...material, ai: { opener: { value: null, by: 'offline' } } })).toMatchObject({
    missing: ['opener'],
    problems: [],
  });
});

test('a value is never looked at again: braces in it are text, and a problem', () => {
  const facts = new Map([
    ['first_name', '{{opener}}'],
    ['custom.secret', 'planted'],
  ]);
  const ai = { opener: { value: '{{custom.secret}}', by: 'model' } } as const;
  const { content, problems } = writeStep(email('Hi', '{{first_name}} {{opener}}'), { facts, ai, language: null });
  expect(content).toMatchObject({ body: '{{opener}} {{custom.secret}}' });
  expect(problems).toEqual([
    '"{{opener}}" was never filled in',
    '"{{" looks like a place left to be filled in',
    '"}}" looks like a place left to be filled in',
  ]);
});

test('a word for no value is none: what it says is missing, or said by the default', () => {
  const facts = factsAbout(
    { ...contact, firstName: 'N/A', lastName: 'Lead', company: '#N/A', custom: { phone: 'null' } },
    { name: 'Sam Sender', jobTitle: null },
  );
  expect(
    renderStep(email('{{full_name}}', '{{ first_name | default: "there" }} {{company}} {{custom.phone}}'), facts),
  ).toEqual({ content: { kind: 'email', subject: 'Lead', body: 'there  ' }, missing: ['company', 'custom.phone'] });
});

test('a note that its values made too long is a problem, generated or not', () => {
  const note: TemplateStep = { ...base, kind: 'linkedin_invitation', note: '{{company}}' };
  const facts = new Map([['company', 'x'.repeat(301)]]);
  expect(writeStep(note, { facts, ai: {}, language: null }).problems).toEqual([
    'the note has 301 characters, at most 300',
  ]);
  expect(renderStep({ ...note, note: null }, facts).content).toEqual({ kind: 'linkedin_invitation', note: null });
});
