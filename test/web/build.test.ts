import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite(); // Monday 18 March 2030, 07:00 in Paris

/** The steps as they are listed: "1 First email Day 0, …". */
const listed = async (page: Page) =>
  (await page.getByRole('list', { name: 'Steps' }).getByRole('listitem').allInnerTexts()).map((text) =>
    text.replace(/\s+/g, ' ').trim(),
  );
const said = (page: Page) => page.getByTestId('announcements').textContent();

async function addStep(page: Page, kind: string, number: number) {
  await page.getByRole('button', { name: 'Add step' }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${kind}`) }).click();
  await page.getByRole('heading', { name: `Step ${number}: ${kind}` }).waitFor();
}

/** It is said first, and a turn later keys are listened to. */
async function pickedUp(page: Page): Promise<void> {
  await expect.poll(() => said(page)).toContain('Picked up step 3 of 4');
  await page.evaluate(() => new Promise((done) => setTimeout(done)));
}

test('a template of four kinds is built; steps are moved by keyboard, which is said and changes their days; a reload keeps it all', async () => {
  const page = await site().newPage({ path: '/templates' });
  await page.getByRole('button', { name: 'New template' }).click();
  await page.getByRole('heading', { name: 'New template', level: 1 }).waitFor();
  const message = page.getByLabel('Message', { exact: true });

  await addStep(page, 'Email', 1);
  await page.getByLabel('Subject', { exact: true }).fill('Hello {{company}}');
  await message.pressSequentially('Hi {{last');
  await page.getByRole('option', { name: /^last_name/ }).waitFor();
  await message.press('Enter');
  expect(await message.inputValue()).toBe('Hi {{last_name}}');

  await addStep(page, 'LinkedIn invitation', 2);
  await page.getByLabel('Note', { exact: true }).fill('Let us connect');
  await page.getByText('14 of 300 characters').waitFor();

  await addStep(page, 'LinkedIn message', 3);
  await message.fill('Good to know you');
  await page.getByLabel('Wait', { exact: true }).fill('1');

  await addStep(page, 'Manual task', 4);
  await page.getByLabel('Title', { exact: true }).fill('Call {{first_name}}');
  await page.getByRole('combobox', { name: 'Assignee' }).click();
  await page.getByRole('option', { name: 'Sam Sender' }).click();

  await expect
    .poll(() => listed(page))
    .toEqual([
      '1 Email Day 0, Mon 18 Mar 09:00',
      '2 LinkedIn invitation Day 3, Thu 21 Mar 09:00',
      '3 LinkedIn message Day 4, Fri 22 Mar 09:00',
      '4 Manual task Day 9, Wed 27 Mar 09:00',
    ]);
  await page.getByText('This one has 4 steps over 9 days.').waitFor();
  await noSeriousAxe(page);

  const handle = page.getByRole('button', { name: 'Move step 3, LinkedIn message' });
  await handle.press('Space');
  await pickedUp(page);
  await handle.press('ArrowDown');
  await expect.poll(() => said(page)).toContain('Step 3 is now 4 of 4');
  await handle.press('Escape');
  await expect.poll(() => said(page)).toContain('Step 3 stays 3 of 4');

  await handle.press('Space');
  await pickedUp(page);
  await handle.press('ArrowUp');
  await expect.poll(() => said(page)).toContain('Step 3 is now 2 of 4');
  await page.keyboard.press('Space');
  const reordered = [
    '1 Email Day 0, Mon 18 Mar 09:00',
    '2 LinkedIn message Day 1, Tue 19 Mar 09:00',
    '3 LinkedIn invitation Day 4, Fri 22 Mar 09:00',
    '4 Manual task Day 9, Wed 27 Mar 09:00',
  ];
  await expect.poll(() => listed(page)).toEqual(reordered);

  await page.keyboard.press('Control+s');
  await expect.poll(() => said(page)).toContain('Saved.');
  await page.reload();
  await expect.poll(() => listed(page)).toEqual(reordered);
  await page
    .getByRole('button', { name: /LinkedIn invitation/ })
    .last()
    .click();
  await expect.poll(() => page.getByLabel('Note', { exact: true }).inputValue()).toBe('Let us connect');
});

test('a deleted step comes back with Undo; what is not saved is not left without a question; a used AI variable stays', async () => {
  const { newPage, seeded } = site();
  const page = await newPage({ path: `/templates/${seeded.templates[0]}?step=3`, theme: 'dark' });
  await page.getByRole('button', { name: 'Delete step 3' }).click();
  await expect.poll(async () => (await listed(page)).length).toBe(4);
  await page.getByRole('link', { name: 'Campaigns' }).click();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await listed(page))[2]).toMatch(/^3 Follow-up/);

  await page.getByRole('button', { name: 'AI variables' }).click();
  await noSeriousAxe(page);
  const remove = page.getByRole('button', { name: 'Delete personalized_opener' });
  await remove.hover();
  await page.getByRole('tooltip', { name: 'Used in step 1' }).waitFor();
  await page.getByRole('button', { name: 'Try personalized_opener' }).click();
  await page.getByText('No language model is configured: this is the fallback').waitFor();

  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor(); // nothing was changed after all
});
