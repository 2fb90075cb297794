import { describe, expect, test } from 'vitest';
import type { AiValue } from '../../../src/domain/copy/generation.ts';
import { checkValues } from '../../../src/domain/copy/value-checks.ts';
import { idOf, type StepId } from '../../../src/domain/ids.ts';
import type { TemplateStep } from '../../../src/domain/template.ts';

const base = { id: idOf<StepId>('01890000-0000-7000-8000-000000000001'), name: 'Step', delay: null };
const email = (body: string, subject = 'Hello'): TemplateStep => ({
  ...base,
  kind: 'email',
  subject,
  body,
  newThread: true,
});

/** The problems of an email in whose middle this is the contact's company. */
const problemsOf = (company: string, body = 'Hello {{company}}, a word.') =>
  checkValues(email(body), { facts: new Map([['company', company]]), ai: {}, language: null });
const ofOpener = (opener: AiValue) =>
  checkValues(email('{{opener}}'), { facts: new Map(), ai: { opener }, language: null });

describe('a value that nobody would send waits for a person, whoever wrote the text around it', () => {
  test.each([
    ['{{company}}', '"{{company}}" was never filled in'],
    ['{{ cust', '"{{" was never filled in'],
    ['Acme {{', '"{{" was never filled in'],
    ['{company}', 'company says "{company}", a place that was never filled in'],
    ['[Company Name]', 'company says "[Company Name]", a place that was never filled in'],
    ['<<company>>', 'company says "<<company>>", a place that was never filled in'],
    ['%COMPANY%', 'company says "%COMPANY%", a place that was never filled in'],
    ['*|COMPANY|*', 'company says "*|COMPANY|*", a place that was never filled in'],
    ['N/A', 'company says "N/A", which is no value'],
    ['undefined GmbH', 'company says "undefined GmbH", in which "undefined" stands for no value'],
    ['Acme null', 'company says "Acme null", in which "null" stands for no value'],
    ['Acme #REF!', 'company says "Acme #REF!", in which "#REF!" stands for no value'],
    ['SociÃ©tÃ©', 'company: “SociÃ©tÃ©” was read in the wrong encoding, it probably says “Société”'],
  ])('%s', (company, problem) => {
    expect(problemsOf(company)).toEqual([problem]);
  });

  test('also where a value and the text around it make braces together', () => {
    expect(problemsOf('{Acme', 'Hello {{{company}}')).toContain('"{{" was never filled in');
  });

  test('in a subject, a message and a note alike, and each problem once', () => {
    const material = { facts: new Map([['company', 'ZoÃ©']]), ai: {}, language: null };
    const once = [expect.stringContaining('probably says “Zoé”')];
    expect(checkValues(email('{{company}}, {{company}}', '{{company}}'), material)).toEqual(once);
    expect(checkValues({ ...base, kind: 'linkedin_message', body: '{{company}}' }, material)).toEqual(once);
    expect(checkValues({ ...base, kind: 'linkedin_invitation', note: '{{company}}' }, material)).toEqual(once);
  });

  test('from a model, too', () => {
    expect(ofOpener({ value: 'N/A', by: 'model' })).toEqual(['opener says "N/A", which is no value']);
    expect(ofOpener({ value: 'ZoÃ© ran.', by: 'model' })).toEqual([expect.stringContaining('wrong encoding')]);
  });
});

describe('what people write is left alone', () => {
  test.each([
    'Acme [EMEA]',
    '[m]STUDIO',
    'Null Island Ltd',
    'Unknown Worlds',
    'Non-Null',
    'Société',
    'a {b} c',
    '100%',
  ])('a company called %s', (company) => {
    expect(problemsOf(company)).toEqual([]);
  });

  test('a text that speaks of the unknown, a default, and a fallback', () => {
    expect(problemsOf('Acme', 'Unknown to {{company}}: null, N/A and ZoÃ©')).toEqual([]);
    expect(checkValues(email('{{ x | default: "none" }}'), { facts: new Map(), ai: {}, language: null })).toEqual([]);
    expect(ofOpener({ value: 'None', by: 'fallback' })).toEqual([]);
    expect(ofOpener({ value: 'None', by: 'offline' })).toEqual([]);
  });

  test('what a preview puts in the place of what is written later', () => {
    expect(ofOpener({ value: '{{opener}}', by: 'fallback' })).toEqual([]);
  });
});
