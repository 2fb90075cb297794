import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { mailboxes } from '../../src/db/schema.ts';
import { HOUR_MS } from '../../src/domain/durations.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import type { SendingSchedule } from '../../src/domain/schedule.ts';
import { aCampaign, content, sequencesOf, steps, weekdays } from '../support/scenario.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite(); // Monday 18 March 2030, 06:00 in London; New York is on summer time already

const newYork: SendingSchedule = { ...weekdays, zone: 'America/New_York' };
const EDITED = 'Written by hand, for Grace alone.';

/** One contact on a campaign of New York hours, the first of two emails sent. */
async function aWalk(email: string) {
  const { commands, seeded, memberId, caller, db, call, forward } = site();
  const house = { ...seeded, workspaceId: caller.workspaceId, memberId };
  const { campaignId } = await aCampaign(commands, house, {
    content: content(steps('email', { kind: 'email', name: 'Follow-up', delay: { value: 1, unit: 'days' } }), {
      schedule: newYork,
    }),
    leads: [{ email, firstName: 'Grace', lastName: 'Hopper', jobTitle: 'Rear Admiral', company: 'Navy Example' }],
  });
  await expect.poll(() => isInboxRead(seeded.emailAccount)).toBe(true); // or follow-ups wait for it
  const { body: clock } = await call('GET', '/app/api/dev/clock');
  await forward(Date.parse(clock.now) + 14 * HOUR_MS);
  const [sequence] = await sequencesOf(db, campaignId);
  if (!sequence) throw new Error('nobody was enrolled');
  return { campaignId, id: sequence.id };
}

async function isInboxRead(accountId: AccountId): Promise<boolean> {
  const [inbox] = await site().db.asSystem((tx) =>
    tx.select().from(mailboxes).where(eq(mailboxes.accountId, accountId)),
  );
  return inbox !== undefined && inbox.readAt !== null;
}

test('the drawer says when and why in both zones; what is edited there is sent, once, when the clock is moved on', async () => {
  const { newPage, mailbox, call } = site();
  const { campaignId, id } = await aWalk('grace@walk.example');
  const page = await newPage({ path: `/campaigns/${campaignId}/sequences?sequence=${id}` });
  const drawer = page.getByRole('dialog', { name: 'Grace Hopper' });
  await drawer.getByText('Step 2 of 2: Follow-up').waitFor();
  await drawer.getByText('1 day after step 1', { exact: true }).waitFor();
  const next = drawer.locator('.sequence-facts time');
  await expect
    .poll(() => next.textContent())
    .toMatch(/^Tue 19 Mar, \d\d:\d\d New York \(in \d+ hours\)\d\d:\d\d for you \(Paris\)$/);
  await expect.poll(() => drawer.getByText(/^Moves 1 sequence to Tue 19 Mar, \d\d:\d\d New York\.$/).count()).toBe(1);
  const temporal = await drawer.getByRole('link', { name: 'Open in Temporal' }).getAttribute('href');
  expect(temporal).toBe(`http://127.0.0.1:8233/namespaces/default/workflows/sequence%2F${id}`);
  await noSeriousAxe(page);

  await drawer.getByRole('button', { name: 'Edit step 2' }).click();
  const message = drawer.getByLabel('Message');
  await message.fill(EDITED);
  const { body: before } = await call('GET', `/v1/sequences/${id}`);
  const { id: stepId, content_version: version, content: copy } = before.steps[1];
  await call('PUT', `/v1/sequences/${id}/steps/${stepId}/content`, {
    made_on: version,
    content: { ...copy, body: 'A colleague was faster.' },
  });
  await drawer.getByText('This changed meanwhile. Here is the latest.').waitFor();
  await drawer.getByText('A colleague was faster.').waitFor();
  expect(await message.inputValue()).toBe(EDITED);
  await noSeriousAxe(page);
  await drawer.getByRole('button', { name: 'Go on with mine' }).click();
  await message.press('Control+s');
  await page.getByText('Saved the copy of step 2.').first().waitFor();
  await drawer.getByText(EDITED).waitFor();

  await drawer.getByRole('button', { name: 'Fast-forward to this step' }).click();
  await drawer.getByText('All steps are done, without a positive reply.').waitFor();
  const sent = (await mailbox.messages()).filter(({ text }) => text.includes(EDITED));
  expect(sent).toHaveLength(1);
  expect(await mailbox.messages()).toHaveLength(2);
});

test('typed copy is not left behind by mistake; Stop says what it does, and the drawer then says who ended it', async () => {
  const { newPage } = site();
  const { id } = await aWalk('stop@walk.example');
  const page = await newPage({ path: `/contacts?sequence=${id}` });
  const drawer = page.getByRole('dialog', { name: 'Grace Hopper' });
  await drawer.getByRole('button', { name: 'Edit step 2' }).click();
  await drawer.getByLabel('Message').fill('Half a thought');
  await page.keyboard.press('Escape');
  const leaving = page.getByRole('dialog', { name: 'Leave without saving?' });
  await leaving.waitFor();
  await page.keyboard.press('Escape'); // answers the question, and does not close the drawer below it
  await leaving.waitFor({ state: 'hidden' });
  expect(await drawer.getByLabel('Message').inputValue()).toBe('Half a thought');
  await drawer.getByRole('button', { name: 'Cancel' }).click();

  await drawer.getByRole('button', { name: 'Stop' }).click();
  const stopping = page.getByRole('dialog', { name: 'Stop this sequence?' });
  await stopping
    .getByText('No further step is sent. Open tasks stay until dismissed. No undo.', { exact: true })
    .waitFor();
  await noSeriousAxe(page);
  await stopping.getByRole('button', { name: 'Stop' }).click();
  await drawer.getByText('Stopped early · stopped by a member').waitFor();
  await drawer.getByText('Stopped early: stopped by a member · you').waitFor();
  await drawer.getByRole('button', { name: 'Stop', disabled: true }).waitFor();
  await drawer.getByText('The sequence has ended').waitFor({ state: 'attached' });
  await drawer.getByRole('button', { name: 'Close' }).click();
  await drawer.waitFor({ state: 'hidden' });
  expect(new URL(page.url()).search).toBe('');
});
