import { expect, test } from 'vitest';
import { hold } from './support/hold.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

test('the workspace is edited; what is wrong stands at its field, and leaving unsaved text asks', async () => {
  const page = await site().newPage({ path: '/settings/workspace' });
  const name = page.getByLabel('Name', { exact: false }).first();
  await name.fill(' ');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('must not be blank').waitFor();
  await noSeriousAxe(page);
  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Cancel' }).click();
  await name.fill('Northwind Ltd');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved the workspace.').first().waitFor();
  await page.getByText('Northwind Ltd').first().waitFor(); // beside the viewer's name
});

test('a member is added and given a token, which is shown once and works; revoked it does not', async () => {
  const { newPage, url } = site();
  const page = await newPage({ path: '/settings/members', theme: 'dark' });
  await page.getByRole('button', { name: 'Add member' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Kim Keeper');
  await page.getByRole('dialog').getByLabel('Email').fill('kim@northwind.example');
  await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
  await page.getByRole('row').filter({ hasText: 'Kim Keeper' }).waitFor();
  await noSeriousAxe(page);

  await page.getByRole('link', { name: 'Tokens' }).click();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByLabel('Name').fill('Kim’s laptop');
  await page.getByRole('combobox', { name: 'Belongs to' }).click();
  await page.getByRole('option', { name: 'Kim Keeper' }).click();
  await noSeriousAxe(page);
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.getByText('Copy it now, it is not shown again.').waitFor();
  const token = (await page.locator('[data-token]').textContent()) ?? '';
  const answer = () => fetch(`${url}/v1/campaigns`, { headers: { authorization: `Bearer ${token}` } });
  expect((await answer()).status).toBe(200);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => page.getByText(token).count()).toBe(0);

  await page.getByRole('button', { name: 'Revoke “Kim’s laptop”' }).click();
  await page.getByRole('dialog').getByText('No undo.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect.poll(() => page.getByRole('row').filter({ hasText: 'Kim’s laptop' }).count()).toBe(0);
  await expect.poll(async () => (await answer()).status).toBe(401);
});

test('who is removed leaves what they have to somebody who is chosen', async () => {
  const { newPage, call } = site();
  const kim = (await call('GET', '/app/api/members')).body.items.find(
    ({ name }: { name: string }) => name === 'Kim Keeper',
  );
  const page = await newPage({ path: '/settings/members', memberId: kim.id });
  const holdings = await hold(page, '/holdings');
  await page.getByRole('button', { name: 'Remove Sam Sender' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove Sam Sender?' });
  await dialog.getByRole('combobox', { name: 'Who takes what they have (counting …)?' }).waitFor();
  holdings.letGo();
  await dialog.getByRole('combobox', { name: 'Who takes 1 campaign, 2 accounts?' }).waitFor();
  await noSeriousAxe(page);
  expect(await dialog.getByRole('button', { name: 'Remove' }).getAttribute('aria-disabled')).toBe('true');
  await dialog.getByRole('combobox', { name: /Who takes/ }).click();
  await page.getByRole('option', { name: 'Kim Keeper' }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
});

test('the context is kept; suppressions are pasted, searched and taken off again', async () => {
  const page = await site().newPage({ path: '/settings/context' });
  await page.getByLabel('Ideal customer').fill('Heads of support');
  await noSeriousAxe(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved the context.').first().waitFor();

  await page.getByRole('link', { name: 'Suppressions' }).click();
  await page.getByText('Nobody is suppressed').waitFor();
  await page.getByRole('button', { name: 'Add' }).first().click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByLabel('Addresses, domains and LinkedIn profiles');
  await field.fill('ada@example.com\n@rival.example\nlinkedin.com/in/no-one\nnobody@@x');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText('Line 4: "nobody@@x" has 2 "@", expected one').waitFor();
  await noSeriousAxe(page);
  await field.fill('ada@example.com\n@rival.example\nlinkedin.com/in/no-one');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByText('Added 1 address, 1 domain, 1 profile.').first().waitFor();
  await page.getByRole('searchbox').fill('rival');
  await expect.poll(() => page.getByRole('row').count()).toBe(2); // with the headings
  await page.getByRole('button', { name: 'Take rival.example off the list' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take off the list' }).click();
  await page.getByText('Nothing matches these filters').waitFor();
});

test('the audit trail says in sentences who did what, and can be looked through', async () => {
  const page = await site().newPage({ path: '/settings/audit' });
  const events = page.getByRole('list', { name: 'Events' });
  await events.getByText('changed the context').first().waitFor();
  await events.getByText('made the token “Kim’s laptop” for Kim Keeper').waitFor();
  await noSeriousAxe(page);
  await page.getByRole('combobox', { name: 'About' }).click();
  await page.getByRole('option', { name: 'Campaigns' }).click();
  await events.getByText('created the campaign “Spring outreach”').waitFor();
  await expect.poll(() => events.getByText('changed the context').count()).toBe(0);
  expect(page.url()).toContain('about=campaigns');
});
