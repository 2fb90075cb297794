import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { TaskPage, TaskShown } from '../../src/api/shapes/tasks.ts';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { TUESDAY_1000 } from '../support/deeds.ts';
import { aCampaign, always, content, steps, type steps as stepsOf } from '../support/scenario.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite({ now: TUESDAY_1000 });

let campaigns = 0;

/** As many open tasks as there are leads, the oldest first. */
async function tasksOf(firsts: readonly string[], first: Parameters<typeof stepsOf>[number]) {
  const { commands, caller, memberId, seeded, call, forward } = site();
  const domain = `tasks${++campaigns}.example`;
  const { campaignId } = await aCampaign(
    commands,
    { ...seeded, workspaceId: caller.workspaceId, memberId },
    {
      content: content(steps(first, 'email'), { schedule: always }),
      leads: firsts.map((firstName) => ({ email: `${firstName}@${domain}`, firstName, company: 'Navy Example' })),
    },
  );
  await forward(TUESDAY_1000 + campaigns * HOUR_MS);
  const { items }: TaskPage = (await call('GET', `/v1/tasks?campaign_id=${campaignId}&status=OPEN`)).body;
  expect(items).toHaveLength(firsts.length);
  return items;
}

const statusOf = async (id: string) => (await site().call('GET', `/v1/sequences/${id}`)).body.status;
const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');

test('a task is completed by keys and its sequence goes on; one is snoozed and taken back; one of a stopped sequence stays until it is dismissed', async () => {
  const { newPage, call } = site();
  const [first, second, third] = await tasksOf(['Ada', 'Grace', 'Edsger'], 'manual_task');
  if (!first || !second || !third) throw new Error('there are fewer tasks than leads');
  const page = await newPage({ path: '/tasks' });
  const panel = page.getByRole('complementary', { name: 'The task in hand' });
  const row = ({ title }: TaskShown) => page.getByRole('table', { name: 'Tasks' }).getByRole('button', { name: title });
  await panel.getByRole('heading', { name: first.title }).waitFor();
  await panel.getByText('Waiting for user').waitFor();
  const dismiss = panel.getByRole('button', { name: 'Dismiss' });
  expect(await dismiss.getAttribute('aria-disabled')).toBe('true');
  await panel.getByText('Complete or skip it').waitFor({ state: 'attached' });
  await noSeriousAxe(page);

  await page.keyboard.press('j');
  expect(await focused(page)).toContain(first.title);
  await page.keyboard.press('c');
  const note = page.getByRole('dialog').getByLabel('Note');
  await note.fill('Spoke to her, writes again in May.');
  await noSeriousAxe(page);
  await note.press('Control+Enter');
  await page.getByText(`Completed “${first.title}”.`).first().waitFor();
  await row(first).waitFor({ state: 'detached' });
  await expect.poll(() => focused(page)).toContain(second.title); // the row that left passed the focus on
  expect((await call('GET', `/v1/tasks/${first.id}`)).body).toMatchObject({
    status: 'COMPLETED',
    note: 'Spoke to her, writes again in May.',
    sequence: { status: 'ACTIVE' },
  });

  await panel.getByRole('heading', { name: second.title }).waitFor();
  await page.keyboard.press('z');
  const snooze = page.getByRole('dialog', { name: `Snooze “${second.title}”` });
  await snooze.getByRole('button', { name: 'Tomorrow Wed 20 Mar, 09:00' }).waitFor();
  await noSeriousAxe(page);
  await snooze.getByRole('button', { name: 'In 3 days' }).click();
  await page
    .getByText(/^Snoozed “.*” until Fri 22 Mar, 09:00 /)
    .first()
    .waitFor();
  await row(second).waitFor({ state: 'detached' });
  expect(await statusOf(second.sequence.id)).toBe('WAITING_FOR_USER');
  await page.getByRole('button', { name: 'Snoozed 1' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row(second).waitFor();
  expect((await call('GET', `/v1/tasks/${second.id}`)).body.snoozed_until).toBe(null);

  await row(third).click();
  await panel.getByRole('heading', { name: third.title }).waitFor();
  await call('POST', `/v1/sequences/${third.sequence.id}/stop`);
  await panel.getByText('Stopped early').waitFor();
  await dismiss.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Dismiss' }).click();
  await page.getByText(`Dismissed “${third.title}”.`).first().waitFor();
  await row(third).waitFor({ state: 'detached' });
  expect((await call('GET', `/v1/tasks/${third.id}`)).body.status).toBe('DISMISSED');
});

test('copy that lacks a value is completed where the task stands, and goes out as it was written', async () => {
  const { newPage, call } = site();
  const [task] = await tasksOf(['Barbara'], { kind: 'email', body: 'You work as {{job_title}}' });
  if (!task) throw new Error('there is no task');
  const page = await newPage({ path: `/tasks?kind=complete_copy&task=${task.id}`, isPhone: true, theme: 'dark' });
  const panel = page.getByRole('complementary', { name: 'The task in hand' });
  const message = panel.getByLabel('Message');
  await message.waitFor();
  await panel.getByText('Missing: job_title').waitFor();
  await noSeriousAxe(page);
  await panel.getByText('Fill in what is missing', { exact: true }).waitFor({ state: 'attached' });
  await message.fill('You work as {{job_title}}.');
  await panel.getByRole('button', { name: 'Save and complete' }).click();
  await panel
    .getByText(/is not filled in/)
    .first()
    .waitFor();
  await message.fill('You work as a programmer.');
  await panel.getByRole('button', { name: 'Save and complete' }).click();
  await page.getByText(`Completed “${task.title}”.`).first().waitFor();
  expect((await call('GET', `/v1/tasks/${task.id}`)).body.status).toBe('COMPLETED');
  const { steps: written } = (await call('GET', `/v1/sequences/${task.sequence.id}`)).body;
  expect(written[0].content.body).toBe('You work as a programmer.');
});

test('a task is given to a colleague and taken back; who may not write is told why', async () => {
  const { newPage, call } = site();
  const [task] = await tasksOf(['Niklaus'], 'manual_task');
  if (!task) throw new Error('there is no task');
  const colleague = (await call('POST', '/app/api/members', { name: 'Kim Colleague', email: 'kim@northwind.example' }))
    .body;
  const page = await newPage({ path: `/tasks?task=${task.id}` });
  const panel = page.getByRole('complementary', { name: 'The task in hand' });
  await panel.getByRole('heading', { name: task.title }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('dialog').getByRole('button', { name: 'Kim Colleague' }).click();
  await page.getByText(`Gave “${task.title}” to Kim Colleague.`).first().waitFor();
  expect((await call('GET', `/v1/tasks/${task.id}`)).body.assignee.id).toBe(colleague.id);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone.').first().waitFor();
  expect((await call('GET', `/v1/tasks/${task.id}`)).body.assignee.id).toBe(task.assignee.id);

  const reader = await newPage({ path: `/tasks?task=${task.id}`, scopes: ['tasks:read'] });
  await reader.getByText('Your token lacks `tasks:write`').first().waitFor({ state: 'attached' });
  await reader.keyboard.press('c');
  await expect.poll(() => reader.getByRole('dialog').count()).toBe(0);
});
