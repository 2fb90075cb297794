import { expect, test } from 'vitest';
import { importLeads } from '../../src/commands/leads/import-leads.ts';
import type { TemplateId } from '../../src/domain/ids.ts';
import { aCampaign, content, sequencesOf, steps } from '../support/scenario.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite({ now: Date.parse('2030-03-19T09:00:00Z') }); // a Tuesday, 10:00 in Paris: leads are enrolled at once

async function aRunningCampaign() {
  const { commands, caller, memberId, seeded } = site();
  const { emailAccount, linkedInAccount } = seeded;
  const house = { workspaceId: caller.workspaceId, memberId, emailAccount, linkedInAccount, caller };
  return aCampaign(commands, house, { content: content(steps('email', 'email')) });
}

/** What each of the campaign's sequences will say in its second step, in the order of enrolment. */
async function followUps(campaignId: Awaited<ReturnType<typeof aRunningCampaign>>['campaignId']): Promise<string[]> {
  const { db, call } = site();
  const details = [];
  for (const { id } of await sequencesOf(db, campaignId)) details.push((await call('GET', `/v1/sequences/${id}`)).body);
  return details.map(({ steps: [, second] }) => second?.content?.body ?? 'not written yet');
}

const pathOf = (id: TemplateId) => `/templates/${id}?step=2`;

test('an edit of a live template counts the open sequences that keep their copy; the next one enrolled gets the new', async () => {
  const { newPage, commands, caller } = site();
  const { templateId, campaignId } = await aRunningCampaign();
  await expect.poll(() => followUps(campaignId)).toEqual(['Mail 2 to Ada0']);

  const page = await newPage({ path: pathOf(templateId) });
  await page.getByText('Changes apply to future sequences only. 1 open one keeps its steps.').waitFor();
  await page.getByLabel('Message', { exact: true }).fill('Edited for {{first_name}}');
  await page.getByText('Edited for Alex').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('Saved.').first().waitFor();
  await noSeriousAxe(page);

  const rows = [{ email: 'grace@lead.example', firstName: 'Grace', company: 'Lead Ltd' }];
  await importLeads(commands, caller, { campaignId, rows });
  await expect.poll(() => followUps(campaignId)).toEqual(['Mail 2 to Ada0', 'Edited for Grace']);
  await page.getByText('Changes apply to future sequences only. 2 open ones keep their steps.').waitFor();

  await page.getByRole('button', { name: 'Finish this template' }).click();
  await page.getByText('No new leads. Archived when 2 open sequences end.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Archive this template' }).click();
  const question = page.getByRole('dialog', { name: 'Archive “Cold outreach”?' });
  const archive = question.getByRole('button', { name: 'Archive' });
  expect(await archive.isEnabled()).toBe(false); // not before it is ticked
  await question.getByLabel('Stop 2 open sequences').check();
  await archive.click();
  await page.getByText('Read-only: this template is archived. Duplicate it to use it again.').last().waitFor();
});

test('two who edit at once lose nothing: the second is told, keeps what they typed, and saves onto the first', async () => {
  const { newPage, call } = site();
  const { templateId } = await aRunningCampaign();
  const page = await newPage({ path: pathOf(templateId) });
  await page.getByLabel('Message', { exact: true }).fill('Typed here');

  const { version, template } = (await call('GET', `/app/api/templates/${templateId}`)).body;
  const [first, second] = template.steps;
  const theirs = { ...template, name: 'Renamed', steps: [{ ...first, body: 'Changed there' }, second] };
  expect((await call('PUT', `/app/api/templates/${templateId}`, { ...theirs, made_on: version })).status).toBe(200);

  await page.getByText('This changed meanwhile. Here is the latest. What you typed is kept').waitFor();
  await page.getByRole('heading', { name: 'Renamed', level: 1 }).waitFor();
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('Typed here');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').first().waitFor();
  const saved = (await call('GET', `/app/api/templates/${templateId}`)).body;
  expect([
    saved.version,
    saved.template.name,
    ...saved.template.steps.map(({ body }: { body: string }) => body),
  ]).toEqual([version + 2, 'Renamed', 'Changed there', 'Typed here']);
});
