import { eq } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { contacts } from '../../src/db/schema.ts';
import { aCampaign, aHouse, content, steps } from '../support/scenario.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

/** Nothing has to be pushed aside to be read. */
const fits = async (page: Page) =>
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);

const LARGE_ENOUGH = 43.5; // 44, as the browser rounds

test('on a phone of 390 px a lead is approved with a thumb, and its sequence is stopped', async () => {
  const { newPage, call, seeded, forward } = site();
  const { campaignId } = seeded;
  await call('POST', `/v1/campaigns/${campaignId}/leads`, {
    rows: [{ email: 'ada@phone.example', first_name: 'Ada', last_name: 'Pocket', company: 'Oakline' }],
  });
  await call('POST', `/v1/campaigns/${campaignId}/start`);
  const page = await newPage({ path: `/campaigns/${campaignId}/leads`, isPhone: true });
  const approve = page.getByRole('button', { name: /^Approve( a)?$/ });
  await approve.waitFor();
  await fits(page);
  await noSeriousAxe(page);
  expect((await approve.boundingBox())?.height).toBeGreaterThanOrEqual(LARGE_ENOUGH);
  await approve.tap();
  await page.getByText('Approved Ada Pocket.', { exact: true }).waitFor();

  await expect
    .poll(async () => {
      const { total_count } = (await call('GET', '/v1/sequences')).body;
      if (total_count === 0) await forward('next');
      return total_count;
    })
    .toBe(1);
  const [sequence] = (await call('GET', '/v1/sequences')).body.items;
  await page.goto(`/contacts?sequence=${sequence.id}`);
  const drawer = page.getByRole('dialog', { name: 'Ada Pocket' });
  await drawer.getByRole('button', { name: 'Stop' }).tap();
  expect(await drawer.boundingBox()).toMatchObject({ x: 0, width: 390 });
  const question = page.getByRole('dialog', { name: 'Stop this sequence?' });
  await noSeriousAxe(page);
  await question.getByRole('button', { name: 'Stop' }).tap();
  await drawer.getByText('Stopped early').first().waitFor();
  await fits(page);
});

test.each([
  '/templates',
  '/campaigns',
  '/contacts',
  '/tasks',
  '/replies',
  '/accounts',
  '/settings/workspace',
  '/settings/tokens',
  '/settings/audit',
  '/dev/mailbox',
])('%s fits the phone in the dark, and axe finds nothing serious', async (path) => {
  const page = await site().newPage({ path, isPhone: true, theme: 'dark' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count()).toBe(0);
  await fits(page);
  await noSeriousAxe(page);
});

test('while the server is away the old data stays under a banner; it recovers by itself', async () => {
  const { newPage, stopServer, startServer } = site();
  const page = await newPage({ path: '/accounts', isPhone: true });
  const account = page.getByRole('listitem', { name: 'sam@northwind.example' });
  await account.waitFor();
  await stopServer();
  await account.getByRole('button', { name: 'Pause' }).tap();
  const banner = page.getByRole('alert').filter({ hasText: "Can't reach the server." });
  await banner.getByText(/Last updated \d\d:\d\d\./).waitFor();
  await account.getByText('Connected', { exact: true }).waitFor();
  await startServer();
  await expect.poll(() => banner.count()).toBe(0);
  await account.getByRole('button', { name: 'Pause' }).tap();
  await account.getByText('Paused', { exact: true }).waitFor();
});

test("another workspace's id, and one that never was, are the page's own 404", async () => {
  const { newPage, db, commands } = site();
  const { templateId, campaignId } = await aCampaign(commands, await aHouse(db), {
    content: content(steps('email')),
    start: false,
  });
  const [contact] = await db.asSystem((tx) => tx.select().from(contacts).where(eq(contacts.company, 'Lead Ltd')));
  const page = await newPage({ isPhone: true });
  const foreign = [`/templates/${templateId}`, `/campaigns/${campaignId}/overview`, `/contacts/${contact?.id}`];
  for (const path of [...foreign, `/contacts/${campaignId}`]) {
    await page.goto(path);
    await page.getByRole('heading', { name: 'Not found', level: 1 }).waitFor();
    await page.getByText('Nothing is here').waitFor();
  }
});
