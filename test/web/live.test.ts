import { expect, test } from 'vitest';
import { aSite } from './support/site.ts';

const site = aSite();

const aCampaign = async (name: string) => {
  const { call, seeded } = site();
  const accounts = [seeded.emailAccount, seeded.linkedInAccount];
  const [template_id] = seeded.templates;
  const { status } = await call('POST', '/v1/campaigns', { name, template_id, account_ids: accounts });
  expect(status).toBe(201);
};

test('what somebody else does shows by the stream alone, and goes on showing after the server was away, which is said meanwhile', async () => {
  const { newPage, stopServer, startServer } = site();
  const page = await newPage();
  await page.addInitScript('window.setInterval = () => 0'); // so nothing is read because time went by
  await page.goto('/campaigns');
  await page.getByText('Spring outreach').waitFor();
  await page.waitForLoadState('load');
  await expect
    .poll(() => page.evaluate<boolean>('performance.getEntriesByName(location.origin + "/app/api/counts").length > 0'))
    .toBe(true);

  await aCampaign('Made elsewhere');
  await page.getByText('Made elsewhere').waitFor();

  await stopServer();
  await page
    .getByRole('alert')
    .filter({ hasText: /^Can't reach the server\. Last updated \d\d:\d\d\.$/ })
    .waitFor();
  await page.getByText('Made elsewhere').waitFor(); // the old data stays
  await startServer();
  await page.getByText("Can't reach the server.").waitFor({ state: 'hidden' });

  await aCampaign('Made afterwards');
  await page.getByText('Made afterwards').waitFor();
});
