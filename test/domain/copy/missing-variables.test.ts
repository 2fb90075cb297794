import { expect, test } from 'vitest';
import { isContactVariable, neededVariables } from '../../../src/domain/copy/missing-variables.ts';
import { factsAbout, renderStep } from '../../../src/domain/copy/personalisation.ts';
import { steps } from '../../support/scenario.ts';

test('a template asks its contacts for what stands without a default in any text, not for what a model or the sender fills', () => {
  const asked = steps(
    {
      kind: 'email',
      subject: 'For {{company}}',
      body: 'Hi {{ first_name | default: "there" }}, {{opener}} {{custom.phone}}',
    },
    { kind: 'linkedin_message', body: '{{first_name}} {{sender_name}} {{custom.phone}} {{custom.phone}}' },
    'manual_task', // for {{first_name}}
  );
  expect(neededVariables(asked)).toEqual([
    { name: 'company', steps: [1] },
    { name: 'custom.phone', steps: [1, 2] },
    { name: 'first_name', steps: [2, 3] },
  ]);
});

test('a contact lacks what their copy would lack', () => {
  const asked = steps({ kind: 'email', subject: '{{company}}', body: '{{first_name}} {{custom.phone}} {{full_name}}' });
  const contact = {
    firstName: 'N/A',
    lastName: ' ',
    jobTitle: null,
    company: 'Lead Ltd',
    linkedinHeadline: null,
    recentActivity: null,
    companyContext: {},
    custom: { phone: '-' },
  };
  const facts = factsAbout(contact, { name: 'Sam Sender', jobTitle: null });
  const needed = neededVariables(asked).map(({ name }) => name);
  const missing = needed.filter((name) => !facts.has(name));
  expect(missing).toEqual(['first_name', 'custom.phone', 'full_name']);
  expect(asked.flatMap((step) => renderStep(step, facts).missing)).toEqual(missing);
});

test('of more variables than a contact can have, a hundred are named', () => {
  const body = Array.from({ length: 101 }, (_, n) => `{{custom.v${n}}}`).join('');
  expect(neededVariables(steps({ kind: 'email', subject: '', body }))).toHaveLength(100);
});

test.each([
  ['first_name', true],
  ['company_news', true],
  ['custom.phone', true],
  ['custom.Phone', false],
  ['custom.', false],
  ['sender_name', false],
  ['opener', false],
  ['constructor', false],
])('whether a contact can fill %s: %s', (name, can) => {
  expect(isContactVariable(name)).toBe(can);
});
