import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, inject, test } from 'vitest';
import { enrolNext } from '../../src/db/enrolments.ts';
import { contacts } from '../../src/db/schema.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

const MANY = 30;

/** Rows of every fate, and more. */
const csv = [
  'Work Email,First name,LinkedIn,Favourite Tool,Internal note',
  'ada@import.example,Ada,,Notion,x',
  'known@import.example,Known,,,',
  'elsewhere@import.example,Elsewhere,,,',
  'never@import.example,Never,,,',
  'ADA@import.example,Ada again,,,',
  'not an address,Bad,,,',
  ',Linked,https://www.linkedin.com/in/linked-example,,',
  'bare@import.example,Bare,12345,,',
  'clash@import.example,Clash,https://www.linkedin.com/in/clash-example,,',
  ...Array.from({ length: MANY }, (_, n) => `many${n}@import.example,Many${n},,,`),
].join('\r\n');
const ROWS = 9 + MANY;

const file = { name: 'leads.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };

test('a file is mapped and imported; its progress survives a reload, every row has its outcome, and a repetition adds nobody', async () => {
  const { newPage, call, seeded, caller, db } = site();
  const id = seeded.campaignId;
  await call('POST', `/v1/campaigns/${id}/leads`, {
    rows: [
      { email: 'known@import.example' },
      { email: 'clash@elsewhere.example', linkedin_url: 'linkedin.com/in/clash-example' },
    ],
  });
  await call('POST', '/v1/suppressions', { entries: [{ kind: 'address', value: 'never@import.example' }] });
  await enrolElsewhere('elsewhere@import.example');

  const page = await newPage({ path: `/campaigns/${id}/leads` });
  await page.getByRole('link', { name: 'Import' }).first().click();
  await page.getByLabel('CSV file').setInputFiles(file);

  // What the columns mean is guessed, and can be said.
  const meaning = (column: string) => page.getByRole('combobox', { name: `What “${column}” means` });
  await expect.poll(() => meaning('Work Email').inputValue()).toBe('Email');
  expect(await meaning('LinkedIn').inputValue()).toBe('LinkedIn URL');
  expect(await meaning('Favourite Tool').inputValue()).toBe('{{custom.favourite_tool}}');
  await page.getByText('Notion').waitFor();
  await noSeriousAxe(page);
  const start = page.getByRole('button', { name: `Import ${ROWS} rows` });
  await meaning('First name').click();
  await page.getByRole('option', { name: 'Email' }).click();
  await start.hover();
  await page.getByRole('tooltip').getByText('Two columns mean Email').waitFor();
  await meaning('First name').click();
  await page.getByRole('option', { name: 'First name' }).click();
  await meaning('Internal note').click();
  await page.getByRole('option', { name: 'Leave out' }).click();
  const release = await holdContact('known@import.example');
  await start.click();

  const progress = page.getByRole('progressbar', { name: 'Import of leads.csv' });
  await progress.waitFor();
  await page.getByText(`2 of ${ROWS} rows`).waitFor(); // the first, and the one that the file alone decides
  await page.reload();
  await progress.waitFor();
  await page.getByText(`2 of ${ROWS} rows`).waitFor();
  await noSeriousAxe(page);
  await release();
  const outcomes = page.getByRole('group', { name: 'Outcome' });
  await page.getByText('Finished', { exact: true }).waitFor();
  for (const chip of [
    `All ${ROWS}`,
    `Added ${MANY + 3}`,
    'Already here 1',
    'In another sequence 1',
    'Duplicate 1',
    'Suppressed 1',
    'Conflict 1',
    'Invalid 1',
  ])
    await outcomes.getByRole('button', { name: chip }).waitFor();
  const row = (name: RegExp) => page.getByRole('table', { name: 'Rows' }).getByRole('row', { name }).first();
  await expect.poll(() => row(/ada@import/).textContent()).toMatch(/^2ada@import\.exampleAdaAdded/);
  await expect.poll(() => row(/known@/).textContent()).toMatch(/Already here/);
  await expect.poll(() => row(/elsewhere@/).textContent()).toMatch(/In another sequence/);
  await expect.poll(() => row(/never@/).textContent()).toMatch(/Suppressed/);
  await expect.poll(() => row(/Ada again/).textContent()).toMatch(/Duplicatethe same person as in row 2/);
  await expect.poll(() => row(/linked-example/).textContent()).toMatch(/Added/);
  await expect.poll(() => row(/bare@/).textContent()).toMatch(/Addedlinkedin_url: "12345" is not .* left out$/);
  await expect
    .poll(() => row(/clash@/).textContent())
    .toMatch(/Conflictin\/clash-example is known with the address clash@elsewhere\.example, not clash@import\.example/);
  await noSeriousAxe(page);
  await outcomes.getByRole('button', { name: 'Invalid 1' }).click();
  await expect
    .poll(() => row(/not an address/).textContent())
    .toMatch(/Invalidemail: "not an address" is not one plain address/);

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download the outcomes' }).click();
  expect((await download).suggestedFilename()).toBe('leads-outcomes.csv');

  await page.getByRole('link', { name: 'Import another file' }).click();
  await page.getByLabel('CSV file').setInputFiles(file);
  await page.getByRole('button', { name: `Import ${ROWS} rows` }).click();
  await page.getByText('Finished', { exact: true }).waitFor();
  await page.getByText(`0 of ${ROWS} rows added.`).waitFor();
  await outcomes.getByRole('button', { name: `Already here ${MANY + 4}` }).waitFor();

  /** Until the returned function is called the import cannot get past this contact: it stands midway. */
  async function holdContact(email: string): Promise<() => Promise<void>> {
    let letGo: (() => void) | undefined;
    let held: Promise<void> | undefined;
    await new Promise<void>((isHeld) => {
      held = db.asSystem(async (tx) => {
        await tx.select().from(contacts).where(eq(contacts.email, email)).for('update');
        isHeld();
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
      });
    });
    return async () => {
      letGo?.();
      await held;
    };
  }

  /** Into an open sequence of another campaign. */
  async function enrolElsewhere(email: string) {
    const { items } = (await call('GET', '/v1/sequence-templates?size=10')).body;
    const template = items.find(({ name }: { name: string }) => name.startsWith('Operations'));
    const { body } = await call('POST', '/v1/campaigns', { name: 'Elsewhere', template_id: template.id });
    await call('POST', `/v1/campaigns/${body.id}/leads`, { rows: [{ email, first_name: 'Else' }], approve: true });
    await call('POST', `/v1/campaigns/${body.id}/start`);
    const duringHours = Date.parse('2030-03-18T15:30:00Z');
    const enrolment = await db.inWorkspace(caller.workspaceId, (tx) => enrolNext(tx, body.id, duringHours));
    expect(enrolment.kind).toBe('enrolled');
  }
});

test('a file that cannot be read says why, and one that is too long is not even sent', async () => {
  const { newPage, seeded } = site();
  const page = await newPage({ path: `/campaigns/${seeded.campaignId}/leads/import/new`, theme: 'dark' });
  await page.getByLabel('CSV file').setInputFiles({ ...file, buffer: Buffer.from('') });
  await page.getByRole('alert').getByText('the file is empty: its first line names the columns').waitFor();
  await noSeriousAxe(page);
  const long = join(mkdtempSync(join(inject('scratchFolder'), 'long-')), 'long.csv');
  writeFileSync(long, Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
  await page.getByLabel('CSV file').setInputFiles(long);
  await page.getByRole('alert').getByText('The file has 11 MB, at most 10 MB are read. Split it.').waitFor();
});
