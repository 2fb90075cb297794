import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { HOUR_MS } from '../../src/domain/durations.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { aCampaign, always, content, sequencesOf, steps } from '../support/scenario.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite(); // Monday 18 March 2030, 07:00 in Paris

/** Invited, and the message after it due a day later, whatever the template does without a connection. */
async function anInvited(profile: string, linkedIn: TemplateContent['linkedIn']) {
  const { commands, seeded, memberId, caller, db, forward } = site();
  const house = { ...seeded, workspaceId: caller.workspaceId, memberId };
  const aDay = { value: 1, unit: 'days' } as const;
  const { campaignId } = await aCampaign(commands, house, {
    content: content(
      steps('linkedin_invitation', { kind: 'linkedin_message', delay: aDay, body: 'Good to meet you' }),
      {
        schedule: always,
        linkedIn,
      },
    ),
    leads: [{ profile: `in/${profile}`, firstName: 'Mary', lastName: 'Jackson' }],
  });
  await forward((await now()) + 26 * HOUR_MS);
  const [sequence] = await sequencesOf(db, campaignId);
  if (!sequence) throw new Error('nobody was enrolled');
  return sequence.id;
}

const now = async () => Date.parse((await site().call('GET', '/app/api/dev/clock')).body.now);
const step = (page: Page, number: number) =>
  page
    .getByRole('list', { name: 'Steps' })
    .getByRole('listitem')
    .nth(number - 1);

test('a message waits for its connection; once the contact accepts, it is sent', async () => {
  const { newPage, forward } = site();
  const id = await anInvited('mary-accepts', { kind: 'DELAY', maxWaitDays: 15 });
  const page = await newPage({ path: `/sequences/${id}` });
  await page.getByText('Waiting for lead', { exact: true }).waitFor();
  await page.getByText(/^Not accepted yet; skipped on \d+ Apr$/).waitFor();
  await noSeriousAxe(page);

  const linkedIn = await newPage({ path: '/dev/linkedin' });
  await linkedIn.getByRole('heading', { name: 'Waiting for an answer (1)' }).waitFor();
  await linkedIn.getByRole('button', { name: /^Accept/ }).click();
  await linkedIn.getByText('Mary Accepts accepted.').first().waitFor();
  await linkedIn.getByText('Connected', { exact: true }).waitFor();

  await page.getByText('The connection was accepted').waitFor();
  await page.getByText('Steps are being sent on schedule.').waitFor();
  await forward((await now()) + HOUR_MS);
  await step(page, 2).getByText('Sent', { exact: true }).waitFor();
  await page.getByText('All steps are done, without a positive reply.').waitFor();
  await linkedIn.getByText('Good to meet you').waitFor();
  await noSeriousAxe(page);

  await linkedIn.getByRole('button', { name: 'Reply as Mary Accepts' }).click();
  await linkedIn.getByRole('button', { name: 'We are not interested.' }).click();
  await linkedIn.getByRole('paragraph').getByText('We are not interested.', { exact: true }).waitFor(); // the button says so too
  await linkedIn.getByLabel('How long local-account is told to rest').selectOption('for 10 minutes');
  await linkedIn.getByRole('button', { name: 'Limit reached' }).click();
  await linkedIn.getByText('every call is answered 429, Retry-After 600 s').waitFor();
  await noSeriousAxe(linkedIn);
  await linkedIn.getByRole('button', { name: 'Lift the limit' }).click();
  await linkedIn.getByRole('button', { name: 'Limit reached' }).waitFor();
});

test('a template that skips does not wait: the message is skipped, and says why', async () => {
  const { newPage } = site();
  const id = await anInvited('mary-is-away', { kind: 'SKIP' });
  const page = await newPage({ path: `/sequences/${id}` });
  await step(page, 2).getByText('Skipped', { exact: true }).waitFor();
  await expect.poll(() => step(page, 2).textContent()).toContain('Because: no connection');
  await page.getByText('All steps are done, without a positive reply.').waitFor();
});
