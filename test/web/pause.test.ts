import { expect, test } from 'vitest';
import { hold } from './support/hold.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

const LEADS = 3;

test('a campaign is paused while its figures are still being counted, and sends nothing whatever the clock says; resumed, each step goes out once', async () => {
  const { newPage, call, seeded, forward, mailbox } = site();
  const path = `/v1/campaigns/${seeded.campaignId}`;
  await call('POST', `${path}/leads`, {
    rows: Array.from({ length: LEADS }, (_, n) => ({
      email: `pause${n}@held.example`,
      linkedin_url: `linkedin.com/in/held-example-${n}`,
      first_name: `Held${n}`,
      company: 'Oakline',
    })),
    approve: true,
  });
  const page = await newPage({ path: `/campaigns/${seeded.campaignId}/overview` });
  await page.getByRole('button', { name: 'Start' }).click();
  const question = page.getByRole('dialog', { name: 'Start this campaign?' });
  await question.getByText('Its 3 approved leads are enrolled').waitFor();
  await question.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Running', { exact: true }).waitFor();
  await forward(Date.parse('2030-03-19T12:00:00Z'));
  await page.getByRole('link', { name: /^Contacted 3/ }).waitFor();
  const sent = () => mailbox.messages().then((all) => all.length);
  expect(await sent()).toBe(LEADS);

  const figures = await hold(page, '/figures');
  const happens = async (nth: number) => {
    const rows = [{ email: `late${nth}@held.example`, first_name: `Late${nth}` }];
    await call('POST', `${path}/leads`, { rows });
    await page.getByRole('link', { name: new RegExp(`^Leads ?${nth}$`) }).waitFor();
    await expect.poll(() => figures.seen).toEqual({ asked: 1, aborted: 0 });
  };
  await happens(1);
  await happens(2);
  await page.getByRole('button', { name: 'Pause' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause this campaign?' });
  await dialog
    .getByText(
      'Once confirmed, its 3 open sequences start no new message. One already being handed over may still arrive. Delays keep running, tasks stay open, replies and unsubscribes are handled, no leads are enrolled.',
      { exact: true },
    )
    .waitFor();
  await noSeriousAxe(page);
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.getByText('Paused “Spring outreach”.').first().waitFor();
  expect(figures.seen).toEqual({ asked: 1, aborted: 0 });
  figures.letGo();
  await page.getByRole('link', { name: /^Proposed 5/ }).waitFor();

  await page.getByRole('link', { name: /^Sequences/ }).click();
  await page.getByText('Campaign paused').first().waitFor();
  await forward(Date.parse('2030-03-25T12:00:00Z'));
  expect(await sent()).toBe(LEADS);

  const due = await hold(page, '/figures');
  await page.getByRole('button', { name: 'Resume' }).click();
  const resume = page.getByRole('dialog', { name: 'Resume?' });
  await resume.getByText('The steps that fell due meanwhile (counting …) go out in the next permitted hours').waitFor();
  due.letGo();
  await resume
    .getByText(
      '3 steps fell due meanwhile. They go out in the next permitted hours, spread, within caps. The others keep their dates.',
      { exact: true },
    )
    .waitFor();
  await resume.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('Running', { exact: true }).waitFor();
  await forward(Date.parse('2030-03-26T17:00:00Z'));
  const { steps } = (await call('GET', `${path}/figures`)).body;
  expect(steps.map(({ sent }: { sent: number }) => sent)).toEqual([LEADS, LEADS, 0, 0, 0]);
});
