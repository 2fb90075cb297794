import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

const email = (name: string, over: object) => ({ kind: 'email', name, subject: 'Hello', body: 'Hi', ...over });
const draft = {
  name: 'Spring',
  timezone: 'Europe/Paris',
  schedule: { days: ['mon'], hours: [{ start: '09:00', end: '17:00' }] },
  sender: { name: 'Sam Sender' },
  steps: [
    email('First', {}),
    email('Follow-up', { delay: { value: 2, unit: 'days' } }),
    email('Last', { delay: { value: -1, unit: 'days' } }),
  ],
};
const focused = (page: Page) =>
  page.evaluate<string>('document.activeElement.labels?.[0]?.textContent ?? document.activeElement.ariaLabel');
const status = (page: Page, name: string) => page.locator('.template-status', { hasText: name });

test('what is wrong is listed, each with a link that focuses its field; mended, the template is active; Deactivate has an Undo', async () => {
  const { newPage, call } = site();
  const { id } = (await call('POST', '/app/api/templates', draft)).body;
  const page = await newPage({ path: `/templates/${id}` });
  const message = page.getByLabel('Message', { exact: true });
  const alert = page.getByRole('alert');

  await message.fill('Hi {{first_nam}}');
  await page.getByRole('button', { name: 'Schedule settings' }).click();
  await page.keyboard.press('Control+s');
  await alert.getByText('Not saved').waitFor();
  await alert.getByText('Unknown variable first_nam (did you mean first_name?)').waitFor();
  await noSeriousAxe(page);
  await alert.getByRole('button', { name: 'Step 1, First' }).click();
  await expect.poll(() => focused(page)).toBe('Message');
  expect(await message.inputValue()).toBe('Hi {{first_nam}}'); // what was typed survives the refusal
  await message.fill('Hi {{first_name}}');
  await page.getByRole('button', { name: 'Save' }).click();
  await alert.waitFor({ state: 'hidden' });
  await page.getByText('Saved.').first().waitFor();

  await page.getByRole('button', { name: 'Activate' }).click();
  await alert.getByText('Not activated yet').waitFor();
  await alert.getByText('Wait must be 0–90 days, got -1').waitFor();
  await alert.getByRole('button', { name: 'Step 3, Last' }).click();
  await expect.poll(() => focused(page)).toBe('Wait');
  await page.getByLabel('Wait', { exact: true }).fill('3');
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Activate' }).click();
  await status(page, 'Active').waitFor();

  await page.getByRole('button', { name: 'Deactivate' }).click();
  await status(page, 'Inactive').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Deactivate' }).waitFor();
  expect((await call('GET', `/app/api/templates/${id}`)).body).toMatchObject({ status: 'ACTIVE', version: 3 });
});

test('who may only read sees why: a reader’s token, an archived template', async () => {
  const { newPage, call } = site();
  const { id } = (await call('POST', '/app/api/templates', { ...draft, name: 'Autumn' })).body;
  const reader = await newPage({ path: `/templates/${id}`, scopes: ['sequences:read'] });
  await reader.getByText('Read-only: Your token lacks `templates:write`.').waitFor();
  await reader.getByRole('button', { name: 'Save' }).hover();
  await reader.getByRole('tooltip', { name: 'Your token lacks `templates:write`' }).waitFor();
  expect(await reader.getByLabel('Message', { exact: true }).isEditable()).toBe(false);

  const page = await newPage({ path: '/templates?status=PENDING_SETUP' });
  await page.getByRole('button', { name: 'Archive “Autumn”' }).click();
  const question = page.getByRole('dialog', { name: 'Archive “Autumn”?' });
  await question.getByRole('button', { name: 'Archive' }).click();
  await page.getByRole('link', { name: 'Autumn' }).waitFor({ state: 'hidden' });
  await reader.getByText('Read-only: this template is archived. Duplicate it to use it again.').waitFor();
  await noSeriousAxe(reader);
});
