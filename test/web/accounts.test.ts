import { expect, test } from 'vitest';
import { hold } from './support/hold.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

test('an account shows its health and its use; pausing it acts at once and is undone', async () => {
  const page = await site().newPage({ path: '/accounts' });
  const card = page.getByRole('listitem', { name: 'sam@northwind.example' });
  await card.getByText('Connected', { exact: true }).waitFor();
  await card.getByText(/^0 of 1000 emails today, resets 00:00 Paris$/).waitFor();
  await noSeriousAxe(page);
  await card.getByRole('button', { name: 'Pause' }).click();
  await card.getByText('Paused', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await card.getByText('Connected', { exact: true }).waitFor();
});

test('connecting tries both servers first, and what is wrong stands at its field; mended, it is connected', async () => {
  const { newPage, mailbox } = site();
  const page = await newPage({ path: '/accounts', theme: 'dark' });
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('menuitem', { name: 'Email account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect an email account' });
  await dialog.getByLabel('Email address').fill('kim@northwind.example');
  const [smtp, imap] = [dialog.getByRole('group', { name: /SMTP/ }), dialog.getByRole('group', { name: /IMAP/ })];
  for (const [server, port] of [
    [smtp, mailbox.smtpPort],
    [imap, mailbox.imapPort],
  ] as const) {
    await server.getByLabel('Server').fill('127.0.0.1');
    await server.getByLabel('Port').fill(String(port));
    await server.getByRole('combobox', { name: 'Encryption' }).click();
    await page.getByRole('option', { name: 'None' }).click();
  }
  await imap.getByLabel('User').fill('kim@northwind.example');
  await imap.getByLabel('Password', { exact: true }).fill('wrong');
  await dialog.getByRole('button', { name: 'Test and connect' }).click();
  const password = imap.getByLabel('Password', { exact: true });
  await expect.poll(() => password.getAttribute('aria-invalid')).toBe('true');
  await expect.poll(() => page.locator(':focus').getAttribute('aria-invalid')).toBe('true');
  expect(await dialog.getByLabel('Email address').inputValue()).toBe('kim@northwind.example');
  await noSeriousAxe(page);

  await password.fill('opens every inbox');
  await dialog.getByRole('button', { name: 'Test and connect' }).click();
  await page.getByRole('listitem', { name: 'kim@northwind.example' }).getByText('Connected').waitFor();
});

test('a cap is changed; removing names how many sequences fail', async () => {
  const { newPage, call, seeded } = site();
  const rows = [{ email: 'ada@cap.example', first_name: 'Ada' }];
  await call('POST', `/v1/campaigns/${seeded.campaignId}/leads`, { rows, approve: true });
  await call('POST', `/v1/campaigns/${seeded.campaignId}/start`);
  await expect
    .poll(async () => {
      const { total_count } = (await call('GET', '/v1/sequences?size=1')).body;
      if (total_count === 0) await site().forward('next');
      return total_count;
    })
    .toBe(1);

  const page = await newPage({ path: '/accounts' });
  const card = page.getByRole('listitem', { name: 'sam@northwind.example' });
  await card.getByRole('button', { name: 'Edit sam@northwind.example' }).click();
  await page.getByLabel('Emails a day').fill('12');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await card.getByText(/ of 12 emails today/).waitFor();

  const needed = await hold(page, '/needed');
  await card.getByRole('button', { name: 'Remove sam@northwind.example' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove sam@northwind.example?' });
  await dialog.getByText('The open sequences that still write from it (counting …) fail').waitFor();
  needed.letGo();
  await dialog.getByText('1 sequence fails').waitFor();
  await noSeriousAxe(page);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Removed sam@northwind.example. 1 sequence failed.').first().waitFor();
  await expect.poll(() => card.count()).toBe(0);
});
