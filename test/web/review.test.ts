import { expect, test } from 'vitest';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

/** Whose second step needs a telephone number. */
const asking = {
  name: 'Calls first',
  timezone: 'Europe/Paris',
  schedule: { days: ['mon'], hours: [{ start: '09:00', end: '17:00' }] },
  approval_mode: 'MANUAL_REVIEW',
  sender: { name: 'Sam Sender' },
  steps: [
    { kind: 'email', name: 'First', subject: 'Hello', body: 'Hi at {{ company | default: "work" }}' },
    { kind: 'email', name: 'Second', delay: { value: 2, unit: 'days' }, body: 'Is it {{custom.phone}}?' },
  ],
};

const names = ['Ada', 'Bea', 'Cem', 'Dan', 'Eva', 'Finn'];

test('leads are approved by key and rejected together, which can be undone; who is enrolled is counted by the funnel', async () => {
  const { newPage, call, seeded, forward } = site();
  const path = `/v1/campaigns/${seeded.campaignId}`;
  await call('POST', `${path}/leads`, {
    rows: names.map((name) => ({
      email: `${name}@review.example`,
      first_name: name,
      last_name: 'Lead',
      company: 'Oakline',
    })),
  });
  await call('POST', `${path}/start`);
  const page = await newPage({ path: `/campaigns/${seeded.campaignId}/leads` });
  const card = page.getByRole('complementary', { name: 'The lead in hand' });
  const rows = page.getByRole('table', { name: 'Leads' }).getByRole('row');
  const statuses = page.getByRole('group', { name: 'Status' });
  const messages = page.getByRole('region', { name: 'Messages' });

  // Who they are, what they would be told first, and what is not written yet.
  await card.getByRole('heading', { name: 'Ada Lead' }).waitFor();
  await card.getByText('A shorter queue at Oakline?').waitFor();
  await expect.poll(() => card.getByText('written at enrolment').count()).toBeGreaterThan(0);
  await noSeriousAxe(page);

  await page.keyboard.press('a');
  await page.getByText('Approved Ada Lead.', { exact: true }).waitFor();
  await card.getByRole('heading', { name: 'Bea Lead' }).waitFor();
  await page.keyboard.press('a');
  await card.getByRole('heading', { name: 'Cem Lead' }).waitFor();
  await page.keyboard.press('j');
  await card.getByRole('heading', { name: 'Dan Lead' }).waitFor();
  await page.keyboard.press('k');
  await page.keyboard.press('x');
  await page.getByText('Rejected Cem Lead.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await messages.getByText('Undone.').waitFor();
  await statuses.getByRole('button', { name: 'To review 4' }).waitFor();

  await page.getByLabel('Select all on this page').check();
  await page.getByRole('region', { name: 'Selected' }).getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Rejected 4 leads.', { exact: true }).waitFor();
  await statuses.getByRole('button', { name: 'Rejected 4' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await statuses.getByRole('button', { name: 'To review 4' }).waitFor();
  await expect.poll(() => rows.count()).toBe(5); // with the header's

  await forward(Date.parse('2030-03-19T12:00:00Z'));
  await statuses.getByRole('button', { name: 'Enrolled 2' }).click();
  await page
    .getByRole('table', { name: 'Leads' })
    .getByRole('button', { name: /Ada Lead/ })
    .waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('link', { name: /^Enrolled 2/ }).waitFor();
  await page.getByRole('link', { name: /^Approved 2/ }).waitFor();
  await page.getByRole('link', { name: /^Contacted 2/ }).waitFor();
  await page.getByRole('img', { name: /Bars of sends per day/ }).waitFor();
  await noSeriousAxe(page);

  await page.getByRole('link', { name: /^Proposed 6/ }).click();
  await statuses.getByRole('button', { name: 'All 6', pressed: true }).waitFor();
  await expect.poll(() => rows.count()).toBe(7);
});

test('an undo that comes after the enrolment says so, and shows where the lead stands', async () => {
  const { newPage, call, seeded, forward } = site();
  const path = `/v1/campaigns/${seeded.campaignId}`;
  await call('POST', `${path}/leads`, { rows: [{ email: 'late@review.example', first_name: 'Late' }] });
  const page = await newPage({ path: `/campaigns/${seeded.campaignId}/leads?q=late` });
  await page.getByRole('heading', { name: 'Late' }).waitFor();
  await page.keyboard.press('a');
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  await forward(Date.parse('2030-03-20T12:00:00Z'));
  await undo.click();
  await page
    .getByRole('region', { name: 'Messages' })
    .getByText(/^This changed meanwhile\. Here is the latest\./)
    .waitFor();
  await page.getByRole('button', { name: 'Enrolled 3' }).waitFor();
});

test('what a token does not permit stays there, and says why', async () => {
  const { newPage, call, seeded } = site();
  await call('POST', `/v1/campaigns/${seeded.campaignId}/leads`, { rows: [{ email: 'other@review.example' }] });
  const page = await newPage({
    scopes: ['campaigns:read', 'sequences:read'],
    path: `/campaigns/${seeded.campaignId}/leads`,
    theme: 'dark',
  });
  const approve = page.getByRole('button', { name: 'Approve', exact: true });
  const why = page.getByRole('tooltip').getByText('Your token lacks `campaigns:write`');
  await expect
    .poll(async () => {
      await approve.hover(); // again, for a list that is still loading moves it away from the pointer
      return why.isVisible();
    })
    .toBe(true);
  expect(await approve.getAttribute('aria-disabled')).toBe('true');
  await noSeriousAxe(page);
});

test('what the template asks for and leads lack is said at the mapping, in review and before the start; they can be left out', async () => {
  const { newPage, call } = site();
  const template = (await call('POST', '/app/api/templates', { ...asking, activate: true })).body;
  const { id } = (await call('POST', '/v1/campaigns', { name: 'Calls', template_id: template.id })).body;
  await call('POST', `/v1/campaigns/${id}/leads`, {
    rows: [
      { email: 'gus@review.example', first_name: 'Gus', company: 'KÃ¶ln AG' },
      { email: 'hal@review.example', first_name: 'Hal' },
      { email: 'ida@review.example', first_name: 'Ida', custom: { phone: '555-0101' } },
    ],
  });
  const page = await newPage({ path: `/campaigns/${id}/leads` });
  const rows = page.getByRole('table', { name: 'Leads' }).getByRole('row');
  const card = page.getByRole('complementary', { name: 'The lead in hand' });
  const lacking = page.getByRole('alert').filter({ hasText: 'Their copy would wait for you' });

  await lacking.getByText('2 of 3 to review').waitFor();
  await card.getByText('No value for custom.phone: a later step waits for you.').waitFor();
  await card.getByText('company: “KÃ¶ln AG” was read in the wrong encoding, it probably says “Köln AG”').waitFor();
  await noSeriousAxe(page);
  await lacking.getByRole('button', { name: 'Show them' }).click();
  await expect.poll(() => rows.count()).toBe(3); // with the header's
  await page.getByLabel('Select all on this page').check();
  await page.getByRole('region', { name: 'Selected' }).getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved 2 leads.', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Start' }).click();
  const question = page.getByRole('dialog', { name: 'Start this campaign?' });
  await question.getByText('2 of 2 approved').waitFor();
  await noSeriousAxe(page);
  await question.getByRole('link', { name: 'Leave out …' }).click();
  await question.waitFor({ state: 'hidden' });
  await lacking.getByRole('button', { name: 'Leave out' }).click();
  const leaving = page.getByRole('dialog', { name: 'Leave out 2 leads?' });
  await leaving.getByRole('button', { name: 'Leave out' }).click();
  await page.getByText('Rejected 2 leads.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await lacking.getByText('2 of 2 approved').waitFor();

  await lacking.getByRole('link', { name: 'Map a column' }).click();
  const buffer = Buffer.from('Email,First name,Phone\nzoe@review.example,ZoÃ©,N/A\nkim@review.example,Kim,555-0102\n');
  await page.getByLabel('CSV file').setInputFiles({ name: 'leads.csv', mimeType: 'text/csv', buffer });
  await page.getByText('has no value: 1 of 2').waitFor();
  await page.getByRole('combobox', { name: 'What “Phone” means' }).click();
  await page.getByRole('option', { name: 'Leave out' }).click();
  await page.getByText('is in no column: 2 of 2').waitFor();
  await page.getByText('First name: “ZoÃ©” was read in the wrong encoding, it probably says “Zoé”').waitFor();
  await noSeriousAxe(page);
  await page.getByRole('link', { name: 'Write a default' }).click();
  await page.getByRole('heading', { name: 'Calls first' }).waitFor();
  expect(new URL(page.url()).searchParams.get('step')).toBe('2');
});
