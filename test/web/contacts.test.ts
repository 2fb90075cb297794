import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

/** A running campaign whose first emails were sent. */
async function aRunningCampaign(
  people: readonly { email: string; first_name: string; last_name: string; custom?: object }[],
) {
  const { call, seeded, forward } = site();
  await call('POST', `/v1/campaigns/${seeded.campaignId}/leads`, { rows: people, approve: true });
  await call('POST', `/v1/campaigns/${seeded.campaignId}/start`);
  for (const { email } of people)
    await expect
      .poll(async () => {
        const sent = (await site().mailbox.messages()).some(({ envelope }) => envelope.recipients.includes(email));
        if (!sent) await forward('next');
        return sent;
      })
      .toBe(true);
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

test('a contact is found, shows what was said over all campaigns, and hands everything out as a file', async () => {
  await aRunningCampaign([
    { email: 'ada@quill.example', first_name: 'Ada', last_name: 'Quill', custom: { city: 'KÃ¶ln' } },
    { email: 'ben@stone.example', first_name: 'Ben', last_name: 'Stone' },
  ]);
  const page = await site().newPage({ path: '/contacts' });
  await row(page, 'Ben Stone').waitFor();
  await noSeriousAxe(page);
  await page.keyboard.press('/');
  await page.keyboard.type('quill');
  await expect.poll(() => page.url()).toContain('q=quill');
  await expect.poll(() => row(page, 'Ben Stone').count()).toBe(0);

  await page.getByRole('link', { name: 'Ada Quill' }).click();
  await page.getByRole('heading', { name: 'Ada Quill', level: 1 }).waitFor();
  await page.getByRole('list', { name: 'Messages with Ada Quill' }).getByText('sam@northwind.example').waitFor();
  await page.getByText('“KÃ¶ln” was read in the wrong encoding, it probably says “Köln”').waitFor();
  await noSeriousAxe(page);

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  const held = JSON.parse(await readFile(await file.path(), 'utf8'));
  expect(held.contact.email).toBe('ada@quill.example');
  expect(held.deliveries).toHaveLength(1);
});

test('in the local mailbox whoever got the mail answers it, and the answer stands beside what was sent', async () => {
  const page = await site().newPage({ path: '/dev/mailbox' });
  await row(page, 'Ada Quill').getByRole('button').click();
  const letter = page.getByRole('dialog');
  await letter.getByText('unsubscribe here').first().waitFor();
  const link = letter.locator('.letter a').first(); // without what ends the sentence behind it
  expect(await link.getAttribute('href')).toMatch(/^https?:\/\/.*[\w/-]$/);
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  await letter.getByText(/^Source, [\d,]+ bytes$/).click();
  await letter.getByText(/^Message-ID: </m).waitFor();
  await letter.getByRole('button', { name: 'Show as it was written' }).click();
  await letter.frameLocator('iframe').getByText('unsubscribe here').waitFor();
  await noSeriousAxe(page);
  await letter.getByLabel('Answer as Ada Quill').fill('Sounds great, let us talk on Thursday.');
  await letter.getByRole('button', { name: 'Reply' }).click();
  await page
    .getByText(/^Reply: delivered to the inbox of sam@northwind\.example/)
    .first()
    .waitFor();
  await letter
    .getByRole('list', { name: 'Thread' })
    .getByRole('button', { name: /^Ada Quill →/ })
    .click();
  await letter.getByText('sam@northwind.example, UID 1', { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('mail')).toBe('/inbox/sam%40northwind.example/1');
  await noSeriousAxe(page);
  await page.keyboard.press('Escape');
  await row(page, 'Re: ').getByText('Reply').waitFor();

  await page.goto('/dev/mailbox?mail=%2Fmessages%2F000001'); // as the mailbox's own port sends a browser on
  await letter.getByRole('list', { name: 'Thread' }).waitFor();
  await page.goto('/dev/mailbox?mail=%2Fmessages%2F999999');
  await letter.getByText('There is no such message').waitFor();

  await page.goto('/contacts?q=quill');
  await page.getByRole('link', { name: 'Ada Quill' }).click();
  await page.getByRole('list', { name: 'Messages with Ada Quill' }).getByText('let us talk on Thursday').waitFor();
});

test('never contact again asks, ends what is open, and says so', async () => {
  const page = await site().newPage({ path: '/contacts?q=stone', theme: 'dark' });
  await page.getByRole('link', { name: 'Ben Stone' }).click();
  await page.getByRole('button', { name: 'Never contact again' }).click();
  const dialog = page.getByRole('dialog', { name: 'Never contact Ben Stone again?' });
  await dialog.getByText('Their open sequence ends as Stopped early.').waitFor();
  await noSeriousAxe(page);
  await dialog.getByRole('button', { name: 'Never contact again' }).click();
  await page.getByText('Ben Stone is never contacted again. 1 open sequence ended.').first().waitFor();
  await page.getByText('Never contact', { exact: true }).first().waitFor();
  await page.getByText('Stopped early').first().waitFor();
  const again = page.getByRole('button', { name: 'Never contact again' });
  expect(await again.getAttribute('aria-disabled')).toBe('true');
  await noSeriousAxe(page);
});

test('who is erased is asked about by name, and then nothing is known of them', async () => {
  const page = await site().newPage({ path: '/contacts?q=quill' });
  await page.getByRole('link', { name: 'Ada Quill' }).click();
  await page.getByRole('button', { name: 'Erase' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase Ada Quill?' });
  await dialog.getByText('ada@quill.example stays on the suppression list').waitFor();
  const erase = dialog.getByRole('button', { name: 'Erase' });
  await erase.click({ force: true }); // not before it is ticked
  await dialog.getByLabel('Erase Ada Quill for good').check();
  await noSeriousAxe(page);
  await erase.click();
  await page.getByRole('heading', { name: 'Erased contact', level: 1 }).waitFor();
  await expect.poll(() => page.getByRole('main').getByText(/quill/i).count()).toBe(0);
  await noSeriousAxe(page);

  await page.goto('/contacts?q=quill');
  await page.getByText('Nothing matches these filters').waitFor();
  await page.goto('/settings/suppressions?q=quill');
  await row(page, 'ada@quill.example').waitFor();
});

test('a further address is added and chosen, and two contacts who are one are merged after a look at what that does', async () => {
  const { call, seeded, newPage } = site();
  await call('POST', `/v1/campaigns/${seeded.campaignId}/leads`, {
    rows: [
      { email: 'cleo@first.example', first_name: 'Cleo', last_name: 'North' },
      { linkedin_url: 'linkedin.com/in/cleo-north-2', first_name: 'Cleo', last_name: 'N.' },
    ],
  });
  const [older] = (await call('GET', '/v1/contacts?q=cleo@first')).body.items;
  const page = await newPage({ path: `/contacts/${older.id}` });
  const points = page.getByRole('list', { name: 'Addresses and profiles' });
  await points.getByText('cleo@first.example').waitFor();
  await page.getByRole('button', { name: 'Add an address or profile' }).click();
  const adding = page.getByRole('dialog', { name: 'Another address or profile of Cleo North' });
  await adding.getByLabel('Email address or LinkedIn profile').fill('ben@stone.example');
  await adding.getByRole('button', { name: 'Add' }).click();
  await adding.getByText('merge the two if they are one person').waitFor();
  await adding.getByLabel('Email address or LinkedIn profile').fill('cleo@second.example');
  await noSeriousAxe(page);
  await adding.getByRole('button', { name: 'Add' }).click();
  const second = points.getByRole('listitem').filter({ hasText: 'cleo@second.example' });
  await second.getByRole('button', { name: 'Write here' }).click();
  await second.getByText('Written to').waitFor();

  await page.getByRole('button', { name: 'Merge' }).click();
  const merging = page.getByRole('dialog', { name: 'Merge Cleo North with another contact' });
  await merging.getByLabel('Who else are they?').fill('cleo-north');
  await merging.getByRole('button', { name: /Cleo N\./ }).click();
  await merging.getByText('This cannot be undone').waitFor();
  await noSeriousAxe(page);
  await merging.getByRole('button', { name: 'Merge' }).click();
  await points.getByText('in/cleo-north-2').waitFor();
  await expect.poll(async () => (await call('GET', '/v1/contacts?q=cleo')).body.total_count).toBe(1);
});

test('without the scope the buttons stay, and say what is lacking', async () => {
  const { newPage, call } = site();
  const [contact] = (await call('GET', '/v1/contacts?q=stone')).body.items;
  const page = await newPage({ path: `/contacts/${contact.id}`, scopes: ['contacts:read', 'sequences:read'] });
  const erase = page.getByRole('button', { name: 'Erase' });
  await erase.focus();
  await page.getByRole('tooltip').getByText('Your token lacks `contacts:write`').waitFor();
  await erase.press('Enter');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  await page.goto('/contacts/01a20378-67f0-74b6-a877-b3652084aa96');
  await page.getByRole('heading', { name: 'Not found', level: 1 }).waitFor();
});
