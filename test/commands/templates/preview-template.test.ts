import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Writer, WriterUnavailable } from '../../../src/adapters/writer.ts';
import { pauseAccount } from '../../../src/commands/accounts/pause-account.ts';
import { createTemplate } from '../../../src/commands/templates/create-template.ts';
import { editTemplate } from '../../../src/commands/templates/edit-template.ts';
import { type PreviewInput, previewTemplate } from '../../../src/commands/templates/preview-template.ts';
import { sendTestEmail } from '../../../src/commands/templates/send-test-email.ts';
import { newId } from '../../../src/db/new-id.ts';
import {
  accounts,
  contacts,
  deliveries,
  events,
  generations,
  members,
  sequences,
  tasks,
  workspaces,
} from '../../../src/db/schema.ts';
import type { AiValue } from '../../../src/domain/copy/generation.ts';
import type { ContactId } from '../../../src/domain/ids.ts';
import { STANDARD_VARIABLES } from '../../../src/domain/message.ts';
import { dotted } from '../../../src/domain/problem.ts';
import { Refusal } from '../../../src/domain/refusal.ts';
import type { TemplateContent, TemplateSettings } from '../../../src/domain/template.ts';
import { insertContacts } from '../../support/contact-rows.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import { changeAccount } from '../../support/enrolled.ts';
import { aHouse, content, type House, steps } from '../../support/scenario.ts';

let deeds: Deeds;
let house: House;
beforeAll(async () => {
  deeds = await startDeeds(); // Tuesday 19 March 2030, 10:00 in Paris
});
beforeEach(async () => {
  house = await aHouse(deeds.db);
});
afterAll(() => deeds.stop());

const settings: TemplateSettings = {
  name: 'Cold outreach',
  summary: null,
  dailyLeadsTarget: 20,
  approvalMode: 'AUTOPILOT',
};
const unsaved = (content: TemplateContent) => ({ content, settings });
const preview = (template: PreviewInput['template'], also: Partial<PreviewInput> = {}, writer?: Writer) =>
  previewTemplate({ ...deeds.commands, writer: writer ?? deeds.deps.writer }, house.caller, {
    template,
    contactId: null,
    start: null,
    write: false,
    ...also,
  });
const usage = { provider: 'test', model: 'scripted', inputTokens: 10, outputTokens: 5, costMicros: 1, milliseconds: 1 };
const saying = (value: string): Writer => ({
  write: async ({ variables }) => ({
    values: new Map(variables.map(({ name }): [string, AiValue] => [name, { value, by: 'model' }])),
    usage,
  }),
});

async function aContact(also: Partial<typeof contacts.$inferInsert> = {}): Promise<ContactId> {
  const id = newId<ContactId>();
  const { workspaceId } = house;
  const contact = { id, workspaceId, email: `${id}@lead.example`, firstName: 'Ada', createdAt: 0, ...also };
  await deeds.db.asSystem((tx) => insertContacts(tx, [contact]));
  return id;
}
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => new Error('was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof Refusal)) throw error;
  return error;
};

describe('a preview', () => {
  test('for Alex Sample at Example Works has a value for every standard variable', async () => {
    const body = STANDARD_VARIABLES.map((name) => `{{${name}}}`).join('\n');
    const subject = '{{full_name}} at {{company}}';
    const answer = await preview(unsaved(content(steps({ kind: 'email', subject, body }))));
    expect(answer.steps).toMatchObject([
      { content: { kind: 'email', subject: 'Alex Sample at Example Works' }, missing: [], problems: [] },
    ]);
    expect(JSON.stringify(answer.steps[0]?.content)).not.toContain('{{');
  });

  test('for a real contact says what is known of them, and what the sequence would wait for', async () => {
    const contactId = await aContact({ company: 'Analytical Engines' });
    const body = '{{first_name}} of {{company}}, {{job_title}}';
    const { steps: shown } = await preview(unsaved(content(steps({ kind: 'linkedin_message', body }))), { contactId });
    expect(shown).toMatchObject([{ content: { body: 'Ada of Analytical Engines, ' }, missing: ['job_title'] }]);
  });

  test('of a saved template is its newest version, unless one is named', async () => {
    const saved = (body: string) => unsaved(content(steps({ kind: 'linkedin_message', body })));
    const id = await createTemplate(deeds.commands, house.caller, saved('First'));
    await editTemplate(deeds.commands, house.caller, { templateId: id, madeOn: 1, ...saved('Second') });
    const said = async (version: number | null) => (await preview({ id, version })).steps[0]?.content;
    expect(await said(null)).toMatchObject({ body: 'Second' });
    expect(await said(1)).toMatchObject({ body: 'First' });
    expect((await refusal(said(3))).code).toBe('not_found');
  });

  test('says on which day and at which hour each step would go, from the chosen start', async () => {
    const wait = (value: number, unit: 'days' | 'business_days') => ({ delay: { value, unit } });
    const template = content(
      steps('email', { kind: 'email', ...wait(3, 'business_days') }, { kind: 'email', ...wait(2, 'days') }),
    );
    const planned = async (start: number | null) => {
      const { steps } = await preview(unsaved(template), { start });
      return steps.map(({ planned }) => planned?.text);
    };
    expect(await planned(Date.parse('2026-11-20T19:00:00Z'))).toEqual([
      'Day 0, Mon 23 Nov 09:00',
      'Day 3, Thu 26 Nov 09:00',
      'Day 7, Mon 30 Nov 09:00',
    ]);
    expect(await planned(null)).toEqual([
      'Day 0, Tue 19 Mar 10:00',
      'Day 3, Fri 22 Mar 10:00',
      'Day 6, Mon 25 Mar 09:00',
    ]);
  });

  test('of a half-written template comes with its problems, and without days where delays or hours are wrong', async () => {
    const template = content(steps({ kind: 'email', subject: '', body: '{{first_nam}}' }, 'email'));
    const wrongWait = { ...template, steps: template.steps.map((step) => ({ ...step, delay: null })) };
    const { problems, steps: shown } = await preview(unsaved(wrongWait));
    expect(problems.map(({ path }) => dotted(path))).toEqual(['steps.0.subject', 'steps.0.body', 'steps.1.delay']);
    expect(shown.map(({ planned, missing }) => [planned, missing])).toEqual([
      [null, ['first_nam']],
      [null, []],
    ]);
    const closed = { ...template, schedule: { ...template.schedule, weekdays: [] } };
    expect((await preview(unsaved(closed))).steps[0]?.planned).toBeNull();
  });

  test('shows AI variables as their fallbacks, and asks nobody', async () => {
    const aiVariables = [
      { name: 'opener', prompt: 'An opener', fallback: 'Hope you are well.' },
      { name: 'pain', prompt: 'Their pain', fallback: null },
    ];
    const template = content(steps({ kind: 'linkedin_message', body: '{{opener}} {{pain}}' }), { aiVariables });
    const answer = await preview(unsaved(template), {}, { write: () => Promise.reject(new Error('was asked')) });
    expect(answer.ai).toEqual({
      opener: { value: 'Hope you are well.', by: 'fallback' },
      pain: { value: null, by: 'fallback' },
    });
    expect(answer.steps).toMatchObject([{ content: { body: 'Hope you are well. ' }, missing: ['pain'] }]);
  });

  test('of a contact or template of another workspace, or of an erased contact, is refused', async () => {
    const template = unsaved(content(steps('linkedin_message')));
    const [stranger, erased] = [await aContact(), await aContact({ email: null, erasedAt: 1 })];
    const id = await createTemplate(deeds.commands, house.caller, template);
    expect((await refusal(preview(template, { contactId: erased }))).code).toBe('not_found');
    house = await aHouse(deeds.db);
    expect((await refusal(preview(template, { contactId: stranger }))).code).toBe('not_found');
    expect((await refusal(preview({ id, version: null }))).code).toBe('not_found');
  });
});

/** Every row of a workspace that a preview might leave behind. */
async function rowsOf({ workspaceId }: House): Promise<Record<string, unknown[]>> {
  return deeds.db.asSystem(async (tx) => {
    const rows: Record<string, unknown[]> = {};
    for (const [name, table] of Object.entries({ sequences, tasks, deliveries, events, contacts, generations }))
      rows[name] = (await tx.execute(sql`select * from ${table} where workspace_id = ${workspaceId}`)).rows;
    return rows;
  });
}

describe('a trial of the language model', () => {
  const template = () =>
    unsaved(
      content(steps({ kind: 'email', body: '{{opener}}' }), {
        aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: 'Well.' }],
      }),
    );

  test('shows what it wrote, and leaves nothing behind but what that cost', async () => {
    const contactId = await aContact();
    const before = await rowsOf(house);
    const answer = await preview(template(), { contactId, write: true }, saying('Congratulations on the plant.'));
    expect(answer.steps).toMatchObject([{ content: { body: 'Congratulations on the plant.' }, problems: [] }]);
    expect(answer.ai).toEqual({ opener: { value: 'Congratulations on the plant.', by: 'model' } });
    const after = await rowsOf(house);
    expect(after).toEqual({
      ...before,
      generations: [expect.objectContaining({ purpose: 'trial', sequence_id: null })],
    });
  });

  test('shows what the checks find, and that it could not be sent', async () => {
    const answer = await preview(template(), { write: true }, saying('Look at http://evil.example now.'));
    expect(answer.steps[0]?.problems).toHaveLength(1);
  });

  test('that does not answer shows the fallbacks, and who wrote them', async () => {
    const away: Writer = { write: () => Promise.reject(new WriterUnavailable('provider 500', false, usage)) };
    expect((await preview(template(), { write: true }, away)).ai).toEqual({
      opener: { value: 'Well.', by: 'fallback' },
    });
    expect((await preview(template(), { write: true })).ai).toEqual({ opener: { value: 'Well.', by: 'offline' } });
  });
});

test('a preview without a trial leaves nothing behind at all', async () => {
  const contactId = await aContact();
  const before = await rowsOf(house);
  await preview(unsaved(content(steps('email', 'manual_task'))), { contactId });
  expect(await rowsOf(house)).toEqual(before);
});

describe('a test email', () => {
  /** To an address that only this test has. */
  async function send(given: TemplateContent, step = 1, also: { contactId?: ContactId } = {}) {
    const email = `${house.memberId}@acme.example`;
    await deeds.db.asSystem((tx) => tx.update(members).set({ email }).where(eq(members.id, house.memberId)));
    const { contactId = null } = also;
    const input = { memberId: house.memberId, content: given, step, contactId, accountId: house.emailAccount };
    const to = await sendTestEmail({ ...deeds.deps, ...deeds.commands }, house.caller, input);
    expect(to).toBe(email);
    return deeds.world.accepted.filter((mail) => mail.to === email);
  }

  test('goes once, to the member who asks, as the contact would read it', async () => {
    const contactId = await aContact({ firstName: 'Grace' });
    const before = await rowsOf(house);
    const mails = await send(content(steps('email')), 1, { contactId });
    expect(mails).toMatchObject([{ subject: '[Test] Hello Grace', inReplyTo: null }]);
    expect(mails[0]?.text).toMatch(/^Mail 1 to Grace\n\nSam Sender\nAccount Executive\n\n-- \nAcme SAS/);
    expect(await rowsOf(house)).toEqual(before); // no ledger, no timeline
  });

  test('of a reply in the thread bears the thread’s subject', async () => {
    const mails = await send(content(steps('email', 'manual_task', { kind: 'email', subject: '' })), 3);
    expect(mails).toMatchObject([{ subject: '[Test] Re: Hello Alex' }]);
  });

  test('shows by its name what is missing', async () => {
    const [mail] = await send(content(steps({ kind: 'email', body: 'About {{custom.topic}}' })));
    expect(mail?.text).toMatch(/^About \[custom\.topic\]/);
  });

  test('is from the account’s person, as the mail itself will be', async () => {
    await changeAccount(deeds, house.emailAccount, { senderName: 'Kim Other', senderJobTitle: null });
    const [mail] = await send(content(steps({ kind: 'email', body: 'I am {{sender_name}}' })));
    expect(mail?.text).toMatch(/^I am Kim Other\n\nKim Other\n/);
  });

  test.each([
    ['PAUSED', 'wrong_state'],
    ['DISCONNECTED', 'wrong_state'],
    ['REMOVED', 'wrong_state'],
  ] as const)('goes not over an account that is %s', async (status, code) => {
    await changeAccount(deeds, house.emailAccount, { status, disconnectedAt: 1 });
    expect((await refusal(send(content(steps('email'))))).code).toBe(code);
  });

  test('goes not where sending is switched off, nor over LinkedIn, nor of a step that is no email', async () => {
    const template = content(steps('email', 'manual_task'));
    expect((await refusal(send(template, 2))).message).toBe('step 2 is no email: only emails can be tried');
    expect((await refusal(send(template, 3))).code).toBe('rule_refused');
    const { emailAccount } = house;
    house.emailAccount = house.linkedInAccount;
    expect((await refusal(send(template))).code).toBe('rule_refused');
    house.emailAccount = emailAccount;
    await deeds.db.asSystem((tx) =>
      tx.update(workspaces).set({ sendingStopped: true }).where(eq(workspaces.id, house.workspaceId)),
    );
    expect((await refusal(send(template))).message).toBe('sending is switched off');
  });

  test('of a pause that comes while the server is asked, no body is started', async () => {
    const email = `${house.memberId}@acme.example`;
    deeds.world.react(email, { meanwhile: () => pauseAccount(deeds.commands, house.caller, house.emailAccount) });
    const { message } = await refusal(send(content(steps('email'))));
    expect(message).toBe('the test email was not sent: the account was stopped meanwhile');
    expect(deeds.world.accepted.filter(({ to }) => to === email)).toEqual([]);
  });

  test('that the server refuses says what the server said', async () => {
    const outcome = { kind: 'answered', stage: 'rcpt', code: 550, enhanced: '5.1.1', text: 'no such user' } as const;
    deeds.world.react(`${house.memberId}@acme.example`, { outcome });
    expect((await refusal(send(content(steps('email'))))).message).toContain('550 no such user');
  });

  test('over a real server goes not to a domain kept for examples', async () => {
    const [row] = await deeds.db.asSystem((tx) =>
      tx.select().from(accounts).where(eq(accounts.id, house.emailAccount)),
    );
    if (row?.settings.channel !== 'email') throw new Error('no email account');
    const settings = { ...row.settings, smtp: { ...row.settings.smtp, host: 'smtp.provider.net' } };
    await changeAccount(deeds, house.emailAccount, { settings });
    expect((await refusal(send(content(steps('email'))))).message).toContain('kept for examples');
  });
});
