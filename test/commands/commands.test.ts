import { asc, eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCampaign } from '../../src/commands/campaigns/create-campaign.ts';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../src/commands/campaigns/resume-campaign.ts';
import { startCampaign } from '../../src/commands/campaigns/start-campaign.ts';
import { suppress } from '../../src/commands/contacts/suppress.ts';
import { recordBounce } from '../../src/commands/inbound/record-bounce.ts';
import { recordConnectionAccepted } from '../../src/commands/inbound/record-connection-accepted.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { unsubscribe } from '../../src/commands/inbound/unsubscribe.ts';
import { approveLead } from '../../src/commands/leads/approve-lead.ts';
import { importLeads, type LeadRow } from '../../src/commands/leads/import-leads.ts';
import { rejectLead } from '../../src/commands/leads/reject-lead.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { completeTask } from '../../src/commands/tasks/complete-task.ts';
import { dismissTask } from '../../src/commands/tasks/dismiss-task.ts';
import { skipTask } from '../../src/commands/tasks/skip-task.ts';
import { snoozeTask } from '../../src/commands/tasks/snooze-task.ts';
import { activateTemplate } from '../../src/commands/templates/activate-template.ts';
import { archiveTemplate } from '../../src/commands/templates/archive-template.ts';
import { createTemplate } from '../../src/commands/templates/create-template.ts';
import { deactivateTemplate } from '../../src/commands/templates/deactivate-template.ts';
import { editTemplate } from '../../src/commands/templates/edit-template.ts';
import { finishTemplate } from '../../src/commands/templates/finish-template.ts';
import { lockTemplate } from '../../src/db/locks.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Tx } from '../../src/db/pool.ts';
import { campaigns, contacts, events, leads, sequenceSteps, sequences, tasks, templates } from '../../src/db/schema.ts';
import {
  type CampaignId,
  type ContactId,
  idOf,
  type LeadId,
  type SequenceId,
  type TaskId,
  type TemplateId,
} from '../../src/domain/ids.ts';
import { dotted, lineOf, problemText } from '../../src/domain/problem.ts';
import { Refusal, type RefusalCode } from '../../src/domain/refusal.ts';
import { callsForAnswer, type ReplyIntent, replyIntents, replyPolicy } from '../../src/domain/reply.ts';
import { canMove, isTerminal, openStatus, type SequenceEnd, type SequenceStatus } from '../../src/domain/sequence.ts';
import type { TaskKind } from '../../src/domain/task.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
import {
  aLead,
  anEnrolled,
  as,
  changeAccount,
  clockOf,
  contactOf,
  type Enrolled,
  type EnrolledSpec,
  eventsOf,
  first,
  publicName,
  suppressionsOf,
} from '../support/enrolled.ts';
import {
  aCampaign,
  aHouse,
  always,
  content,
  type House,
  sequenceRow,
  sequencesOf,
  steps,
} from '../support/scenario.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterAll(() => deeds?.stop());

const enrolled = (spec: EnrolledSpec) => anEnrolled(deeds, spec);
const row = (id: SequenceId) => sequenceRow(deeds.db, id);
const statuses = async (id: SequenceId) => (await deeds.stepsOf(id)).map(({ status }) => status);
const openTasks = async (id: SequenceId) => (await deeds.tasksOf(id)).filter(({ status }) => status === 'OPEN');
const perform = async (id: SequenceId) => deeds.performStep(id, (await row(id)).nextAt ?? 0);
const refused = (code: RefusalCode) => expect.objectContaining({ name: 'Refusal', code });

/** Why it was refused; fails the test when it was not. */
const refusalOf = (asked: Promise<unknown>): Promise<Refusal> =>
  asked.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof Refusal ? error : Promise.reject(error)),
  );

const templateOf = async (id: TemplateId) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(templates).where(eq(templates.id, id))));
const campaignOf = async (id: CampaignId) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(campaigns).where(eq(campaigns.id, id))));
const leadsOf = (id: CampaignId) =>
  deeds.db.asSystem((tx) => tx.select().from(leads).where(eq(leads.campaignId, id)).orderBy(asc(leads.id)));
const standingOf = async (id: CampaignId) =>
  (await leadsOf(id)).map(({ status, failure }) => (failure === null ? status : `${status} ${failure}`));
const contactsOf = ({ workspaceId }: House) =>
  deeds.db.asSystem((tx) =>
    tx.select().from(contacts).where(eq(contacts.workspaceId, workspaceId)).orderBy(contacts.id),
  );
const eventsOfCampaign = async (id: CampaignId) =>
  (
    await deeds.db.asSystem((tx) => tx.select().from(events).where(eq(events.campaignId, id)).orderBy(events.ordinal))
  ).map(({ kind }) => kind);

const settings = { name: 'Cold outreach', summary: null, dailyLeadsTarget: 1000, approvalMode: 'AUTOPILOT' } as const;
const plain = (body = 'Hello') => content(steps({ kind: 'email', body }), { schedule: always });
const aTemplate = (house: House, given: TemplateContent = plain()) =>
  createTemplate(deeds.commands, house.caller, { settings, content: given });

/** A sequence at its first step's task. */
async function atTask(spec: Partial<EnrolledSpec> = {}): Promise<Enrolled & { taskId: TaskId }> {
  const sequence = await enrolled({ steps: steps('manual_task', 'email'), ...spec });
  const { taskId } = as('waitingForUser', await perform(sequence.id));
  return { ...sequence, taskId };
}

/**
 * Further sequences that stand where this one does, each with a contact of its own: rows copied past the commands, for
 * tests that need many.
 */
async function copiesOf(
  of: Enrolled,
  count: number,
  emailOf: (name: string) => string = (name) => `${name}@lead.example`,
): Promise<Enrolled[]> {
  const walk = { sequence: await row(of.id), contact: await contactOf(deeds, of.id) };
  const [ownSteps, ownTasks] = [await deeds.stepsOf(of.id), await deeds.tasksOf(of.id)];
  const copies = Array.from({ length: count }, () => {
    const profile = publicName(aLead());
    const [id, contactId] = [newId<SequenceId>(), newId<ContactId>()];
    return { ...of, id, contactId, email: emailOf(profile), profile };
  });
  await deeds.db.asSystem(async (tx) => {
    await tx
      .insert(contacts)
      .values(copies.map(({ contactId, email, profile }) => ({ ...walk.contact, id: contactId, email, profile })));
    await tx.insert(sequences).values(copies.map(({ id, contactId }) => ({ ...walk.sequence, id, contactId })));
    await tx
      .insert(sequenceSteps)
      .values(copies.flatMap(({ id }) => ownSteps.map((step) => ({ ...step, sequenceId: id }))));
    if (ownTasks.length > 0)
      await tx
        .insert(tasks)
        .values(copies.flatMap(({ id }) => ownTasks.map((task) => ({ ...task, id: newId<TaskId>(), sequenceId: id }))));
  });
  return copies;
}

/** How many transactions queue up for a row of this database. */
async function waitingForRows(tx: Tx): Promise<number> {
  const { rows } = await tx.execute(
    sql`select 1 from pg_locks where not granted and locktype = 'tuple' and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.length;
}

describe('a template', () => {
  test('may be incomplete until it is activated; then every problem is listed with its place', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = steps({ kind: 'email', subject: '', body: 'Hi {{frist_name}}' }, 'linkedin_message');
    if (!one || !two) throw new Error('no steps');
    const templateId = await createTemplate(deeds.commands, house.caller, {
      settings: { ...settings, name: null, dailyLeadsTarget: 0 },
      content: {
        ...plain(),
        steps: [one, { ...two, name: 'Follow-up', delay: { value: -1, unit: 'days' } }],
        schedule: { ...always, weekdays: [] },
        linkedIn: { kind: 'DELAY', maxWaitDays: 0 },
        sender: { name: '', jobTitle: null },
        aiVariables: [{ name: 'company', prompt: 'A company', fallback: null }],
      },
    });
    const { code, problems } = await refusalOf(activateTemplate(deeds.commands, house.caller, templateId));
    expect(code).toBe('invalid');
    expect(problems.map(({ path }) => dotted(path))).toEqual([
      'name',
      'dailyLeadsTarget',
      'steps.0.subject',
      'steps.0.body',
      'steps.1.delay',
      'schedule.weekdays',
      'linkedIn.maxWaitDays',
      'sender.name',
      'aiVariables.0.name',
    ]);
    expect(problems.map(problemText)[4]).toBe("step 2 ('Follow-up'): wait must be 0–90 days, got -1");
    expect(await templateOf(templateId)).toMatchObject({ status: 'PENDING_SETUP', activatedAt: null, version: 1 });
  });

  test('is ACTIVE from the start where it is asked to be, or not there at all', async () => {
    const house = await aHouse(deeds.db);
    const create = (body: string) =>
      createTemplate(deeds.commands, house.caller, { settings, content: plain(body), activate: true });
    await expect(create('Hi {{frist_name}}')).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: ['steps', 0, 'body'] }],
    });
    const id = await create('Hi {{first_name}}');
    const ofHouse = eq(templates.workspaceId, house.workspaceId);
    expect(await deeds.db.asSystem((tx) => tx.select().from(templates).where(ofHouse))).toMatchObject([
      { id, status: 'ACTIVE', activatedAt: expect.any(Number), version: 1 },
    ]);
  });

  test('has its first activation’s date for good; updated_at moves with every change of status', async () => {
    const house = await aHouse(deeds.db);
    const templateId = await aTemplate(house);
    await activateTemplate(deeds.commands, house.caller, templateId);
    const { activatedAt, updatedAt } = await templateOf(templateId);
    expect(activatedAt).not.toBeNull();
    await activateTemplate(deeds.commands, house.caller, templateId);
    expect(await templateOf(templateId)).toMatchObject({ status: 'ACTIVE', activatedAt, updatedAt });
    await deeds.moveTo((await clockOf(deeds)) + DAY);
    await deactivateTemplate(deeds.commands, house.caller, templateId);
    await deactivateTemplate(deeds.commands, house.caller, templateId);
    expect((await templateOf(templateId)).status).toBe('INACTIVE');
    await activateTemplate(deeds.commands, house.caller, templateId);
    const again = await templateOf(templateId);
    expect(again).toMatchObject({ status: 'ACTIVE', activatedAt });
    expect(again.updatedAt).toBeGreaterThanOrEqual(updatedAt + DAY - 1000);
  });

  test('is edited on the version that was seen: a stale edit, and all but one of those at once, are refused', async () => {
    const house = await aHouse(deeds.db);
    const templateId = await aTemplate(house);
    const edit = (madeOn: number, body: string) =>
      editTemplate(deeds.commands, house.caller, { templateId, madeOn, settings, content: plain(body) });
    expect(await edit(1, 'one')).toBe(2);
    await expect(edit(1, 'stale')).rejects.toEqual(refused('version_conflict'));
    const { edits } = await deeds.db.asSystem(async (tx) => {
      await lockTemplate(tx, templateId);
      const edits = Promise.allSettled(Array.from({ length: 4 }, (_, n) => edit(2, `edit ${n}`)));
      // One waits for us, the rest for one another: all were made on what stands now.
      await until(async () => (await waitingForRows(tx)) === 3, 'the edits to wait');
      return { edits };
    });
    const all = await edits;
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toEqual(refused('version_conflict'));
    expect((await templateOf(templateId)).version).toBe(3);
  });

  test('stays valid while it is ACTIVE, and may be broken while it is not', async () => {
    const house = await aHouse(deeds.db);
    const templateId = await aTemplate(house);
    const broken = { templateId, settings, content: plain('Hi {{frist_name}}') };
    expect(await editTemplate(deeds.commands, house.caller, { ...broken, madeOn: 1 })).toBe(2);
    expect(await editTemplate(deeds.commands, house.caller, { ...broken, content: plain(), madeOn: 2 })).toBe(3);
    await activateTemplate(deeds.commands, house.caller, templateId);
    await expect(editTemplate(deeds.commands, house.caller, { ...broken, madeOn: 3 })).rejects.toMatchObject({
      code: 'invalid',
      problems: [{ path: ['steps', 0, 'body'] }],
    });
    expect((await templateOf(templateId)).version).toBe(3);
    await deactivateTemplate(deeds.commands, house.caller, templateId);
    expect(await editTemplate(deeds.commands, house.caller, { ...broken, madeOn: 3 })).toBe(4);
    await expect(activateTemplate(deeds.commands, house.caller, templateId)).rejects.toEqual(refused('invalid'));
  });

  test('that is winding down is edited no more', async () => {
    const { caller, templateId } = await enrolled({ steps: steps('email') });
    const edit = () =>
      editTemplate(deeds.commands, caller, { templateId, madeOn: 1, settings, content: plain('Anew') });
    await finishTemplate(deeds.commands, caller, templateId);
    expect((await templateOf(templateId)).status).toBe('FINISHING');
    await expect(edit()).rejects.toEqual(refused('wrong_state'));
    await archiveTemplate(deeds.commands, caller, { templateId, stopOpenSequences: true });
    expect((await templateOf(templateId)).status).toBe('ARCHIVED');
    await expect(edit()).rejects.toEqual(refused('wrong_state'));
  });

  test('that is edited changes no sequence that exists, written or not, only those that come', async () => {
    const house = await aHouse(deeds.db);
    const [early, unwritten, late] = [aLead(), aLead(), aLead()];
    const { campaignId, templateId, caller } = await aCampaign(deeds.commands, house, {
      content: content(steps({ kind: 'email', body: 'The old words' }, { kind: 'email', body: 'The old end' }), {
        schedule: always,
      }),
      leads: [early, unwritten],
    });
    await deeds.enrolBatch(campaignId);
    const [one, two] = (await sequencesOf(deeds.db, campaignId)).map(({ id }) => id);
    if (!one || !two) throw new Error('not enrolled');
    await deeds.personalise(one);
    const before = await deeds.stepsOf(one);
    await editTemplate(deeds.commands, caller, { templateId, madeOn: 1, settings, content: plain('The new words') });

    await deeds.personalise(one);
    await deeds.personalise(two);
    expect(await deeds.stepsOf(one)).toEqual(before);
    for (const id of [one, two]) {
      await perform(id);
      await perform(id);
    }
    await importLeads(deeds.commands, caller, { campaignId, rows: [late] });
    await deeds.enrolBatch(campaignId);
    const three = (await sequencesOf(deeds.db, campaignId)).at(-1)?.id;
    if (!three) throw new Error('not enrolled');
    await deeds.personalise(three);
    await perform(three);

    const textsTo = ({ email }: { email: string }) =>
      deeds.world.accepted.filter(({ to }) => to === email).map(({ text }) => text.split('\n')[0]);
    expect([early, unwritten, late].map(textsTo)).toEqual([
      ['The old words', 'The old end'],
      ['The old words', 'The old end'],
      ['The new words'],
    ]);
    expect((await sequencesOf(deeds.db, campaignId)).map(({ templateVersion }) => templateVersion)).toEqual([1, 1, 2]);
  });

  test('that finishes fails the leads that wait, of every campaign of its own, and lets open sequences go on', async () => {
    const house = await aHouse(deeds.db);
    const running = await aCampaign(deeds.commands, house, { content: plain(), leads: [aLead()] });
    const { templateId, caller } = running;
    await deeds.enrolBatch(running.campaignId);
    const waiting = await importLeads(deeds.commands, caller, { campaignId: running.campaignId, rows: [aLead()] });
    expect(waiting).toMatchObject([{ outcome: 'approved' }]);
    const draft = await createCampaign(deeds.commands, caller, {
      name: 'Later',
      templateId,
      ownerId: null,
      accountIds: [],
    });
    await importLeads(deeds.commands, caller, { campaignId: draft, rows: [aLead()] });

    await finishTemplate(deeds.commands, caller, templateId);
    await finishTemplate(deeds.commands, caller, templateId);
    expect((await templateOf(templateId)).status).toBe('FINISHING');
    expect(await standingOf(running.campaignId)).toEqual(['ENROLLED', 'FAILED template_finishing']);
    expect(await standingOf(draft)).toEqual(['FAILED template_finishing']);
    const [open] = await sequencesOf(deeds.db, running.campaignId);
    expect(open?.status).toBe('ACTIVE');
    await expect(
      importLeads(deeds.commands, caller, { campaignId: running.campaignId, rows: [aLead()] }),
    ).rejects.toEqual(refused('wrong_state'));

    // The last sequence ends by itself, and with it the template.
    await deeds.personalise(idOf(open?.id ?? ''));
    await perform(idOf(open?.id ?? ''));
    expect((await templateOf(templateId)).status).toBe('ARCHIVED');
  });

  test('that finishes with nothing open is archived at once', async () => {
    const house = await aHouse(deeds.db);
    const { templateId, caller } = await aCampaign(deeds.commands, house, { content: plain() });
    await finishTemplate(deeds.commands, caller, templateId);
    expect((await templateOf(templateId)).status).toBe('ARCHIVED');
  });

  test('that finishes is archived when its last sequence ends, and by the end of one of two it is not', async () => {
    const one = await enrolled({ steps: steps('email') });
    const two = first(await copiesOf(one, 1));
    await finishTemplate(deeds.commands, one.caller, one.templateId);
    await stopSequence(deeds.commands, one.caller, one.id);
    expect((await templateOf(one.templateId)).status).toBe('FINISHING');
    await recordReply(deeds.commands, one.caller, { sequenceId: two.id, intent: 'positive', key: 'last' });
    expect((await templateOf(one.templateId)).status).toBe('ARCHIVED');
  });

  test('that finishes is archived also when its last sequences end at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await enrolled({ steps: steps('email') });
      const last = [one, ...(await copiesOf(one, 3))];
      await finishTemplate(deeds.commands, one.caller, one.templateId);
      await Promise.all(last.map(({ id }) => stopSequence(deeds.commands, one.caller, id)));
      expect((await templateOf(one.templateId)).status).toBe('ARCHIVED');
      const told = await deeds.db.asSystem((tx) =>
        tx.select().from(events).where(eq(events.templateId, one.templateId)),
      );
      expect(told.filter(({ kind }) => kind === 'template_archived')).toHaveLength(1);
    }
  });

  test('is archived over open sequences only when they are to be stopped, and its campaigns end with it', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, templateId, caller } = await aCampaign(deeds.commands, house, {
      content: plain(),
      leads: [aLead()],
    });
    await deeds.enrolBatch(campaignId);
    await importLeads(deeds.commands, caller, { campaignId, rows: [aLead()] });
    const draft = await createCampaign(deeds.commands, caller, {
      name: 'Later',
      templateId,
      ownerId: null,
      accountIds: [],
    });
    await importLeads(deeds.commands, caller, { campaignId: draft, rows: [aLead()] });
    await expect(archiveTemplate(deeds.commands, caller, { templateId, stopOpenSequences: false })).rejects.toEqual(
      refused('rule_refused'),
    );
    expect((await templateOf(templateId)).status).toBe('ACTIVE');

    const archive = () => archiveTemplate(deeds.commands, caller, { templateId, stopOpenSequences: true });
    expect(await archive()).toEqual({ stopped: 1 });
    expect((await templateOf(templateId)).status).toBe('ARCHIVED');
    expect((await sequencesOf(deeds.db, campaignId)).map(({ status, endReason }) => [status, endReason])).toEqual([
      ['STOPPED_EARLY', 'template_archived'],
    ]);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED', 'FAILED template_archived']);
    expect(await standingOf(draft)).toEqual(['FAILED template_archived']);
    expect([(await campaignOf(campaignId)).status, (await campaignOf(draft)).status]).toEqual(['ENDED', 'ENDED']);
    expect(await archive()).toEqual({ stopped: 0 });
  });

  test('makes no move that its table does not hold', async () => {
    const house = await aHouse(deeds.db);
    const templateId = await aTemplate(house);
    const { caller } = house;
    await expect(deactivateTemplate(deeds.commands, caller, templateId)).rejects.toEqual(refused('wrong_state'));
    await expect(finishTemplate(deeds.commands, caller, templateId)).rejects.toEqual(refused('wrong_state'));
    await archiveTemplate(deeds.commands, caller, { templateId, stopOpenSequences: false });
    await expect(activateTemplate(deeds.commands, caller, templateId)).rejects.toEqual(refused('wrong_state'));
    await expect(finishTemplate(deeds.commands, caller, templateId)).rejects.toEqual(refused('wrong_state'));
    expect((await templateOf(templateId)).status).toBe('ARCHIVED');
  });
});

describe('a campaign', () => {
  test('starts on an ACTIVE template, with a connected account for every kind of step', async () => {
    const house = await aHouse(deeds.db);
    const { caller, emailAccount, linkedInAccount } = house;
    const templateId = await aTemplate(house, content(steps('email', 'linkedin_message', 'manual_task')));
    const aDraft = (accountIds: House['emailAccount'][]) =>
      createCampaign(deeds.commands, caller, { name: 'Spring', templateId, ownerId: null, accountIds });
    const start = (id: CampaignId) => startCampaign(deeds.commands, caller, id);
    const ready = await aDraft([emailAccount, linkedInAccount]);
    expect(await campaignOf(ready)).toMatchObject({ status: 'DRAFT', ownerId: house.memberId, controlEpoch: 0 });

    await expect(start(ready)).rejects.toThrow(/PENDING_SETUP/);
    await activateTemplate(deeds.commands, caller, templateId);
    await expect(start(await aDraft([]))).rejects.toThrow(/email, linkedin/);
    await expect(start(await aDraft([emailAccount]))).rejects.toThrow(/linkedin/);
    await changeAccount(deeds, linkedInAccount, { status: 'PAUSED' });
    await expect(start(ready)).rejects.toEqual(refused('rule_refused'));
    await changeAccount(deeds, linkedInAccount, { status: 'CONNECTED' });
    await start(ready);
    const started = await campaignOf(ready);
    expect(started).toMatchObject({ status: 'RUNNING', controlEpoch: 1 });
    expect(started.startedAt).not.toBeNull();
    await start(ready);
    expect(await campaignOf(ready)).toEqual(started);
  });

  test('that is paused twice, or by two at once, is paused once: one epoch', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, caller } = await aCampaign(deeds.commands, house, { content: plain() });
    const pause = () => pauseCampaign(deeds.commands, caller, campaignId);
    const resume = () => resumeCampaign(deeds.commands, caller, campaignId);
    await Promise.all([pause(), pause()]);
    await pause();
    expect(await campaignOf(campaignId)).toMatchObject({ status: 'PAUSED', controlEpoch: 2 });
    await Promise.all([resume(), resume()]);
    await resume();
    expect(await campaignOf(campaignId)).toMatchObject({ status: 'RUNNING', controlEpoch: 3 });
    expect(await eventsOfCampaign(campaignId)).toEqual(
      expect.arrayContaining(['campaign_created', 'campaign_started', 'campaign_paused', 'campaign_resumed']),
    );
    expect((await eventsOfCampaign(campaignId)).filter((kind) => kind === 'campaign_paused')).toHaveLength(1);
  });

  test('that ends stops its open sequences, leaves their tasks open, and fails the leads that wait', async () => {
    const one = await atTask();
    const { campaignId, caller } = one;
    await importLeads(deeds.commands, caller, { campaignId, rows: [aLead()] });
    await recordReply(deeds.commands, caller, { sequenceId: one.id, intent: 'unclear', key: one.id });
    expect(await endCampaign(deeds.commands, caller, campaignId)).toEqual({ stopped: 1 });
    expect(await campaignOf(campaignId)).toMatchObject({ status: 'ENDED' });
    expect(await row(one.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'campaign_ended' });
    expect(await statuses(one.id)).toEqual(['CANCELED', 'CANCELED']);
    expect((await openTasks(one.id)).map(({ kind }) => kind).sort()).toEqual(['manual_step', 'read_reply']);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED', 'FAILED campaign_ended']);
    expect(await endCampaign(deeds.commands, caller, campaignId)).toEqual({ stopped: 0 });
    await expect(importLeads(deeds.commands, caller, { campaignId, rows: [aLead()] })).rejects.toEqual(
      refused('wrong_state'),
    );
  });

  test('makes no move that its table does not hold', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, caller } = await aCampaign(deeds.commands, house, { content: plain(), start: false });
    const moves = { start: startCampaign, pause: pauseCampaign, resume: resumeCampaign };
    const refuses = async (...names: (keyof typeof moves)[]) => {
      const before = await campaignOf(campaignId);
      for (const name of names)
        await expect(moves[name](deeds.commands, caller, campaignId), name).rejects.toEqual(refused('wrong_state'));
      expect(await campaignOf(campaignId)).toEqual(before);
    };
    await refuses('pause', 'resume');
    await startCampaign(deeds.commands, caller, campaignId);
    await pauseCampaign(deeds.commands, caller, campaignId);
    await refuses('start');
    await endCampaign(deeds.commands, caller, campaignId);
    await refuses('start', 'pause', 'resume');
  });

  test('of another workspace does not exist', async () => {
    const { campaignId } = await aCampaign(deeds.commands, await aHouse(deeds.db), { content: plain() });
    const { caller } = await aHouse(deeds.db);
    await expect(pauseCampaign(deeds.commands, caller, campaignId)).rejects.toEqual(refused('not_found'));
    await expect(importLeads(deeds.commands, caller, { campaignId, rows: [] })).rejects.toEqual(refused('not_found'));
    expect((await campaignOf(campaignId)).status).toBe('RUNNING');
  });
});

describe('an import of leads', () => {
  /** A running campaign without leads. */
  const aRunning = async (house?: House, approvalMode: 'AUTOPILOT' | 'MANUAL_REVIEW' = 'AUTOPILOT') =>
    aCampaign(deeds.commands, house ?? (await aHouse(deeds.db)), {
      content: plain(),
      settings: { approvalMode },
      leads: [],
    });
  const pointsOf = async (house: House) => (await contactsOf(house)).map(({ email, profile }) => [email, profile]);
  const outcomes = async ({ caller, campaignId }: House & { campaignId: CampaignId }, ...rows: LeadRow[]) =>
    (await importLeads(deeds.commands, caller, { campaignId, rows })).map(({ outcome }) => outcome);

  test('says for every row what became of it, and a bad row does not stop the rest', async () => {
    const campaign = await aRunning();
    const elsewhere = await enrolled({ steps: steps('email'), house: campaign });
    const [fresh, spared] = [aLead(), aLead()];
    await suppress(deeds.commands, campaign.caller, [
      { kind: 'address', value: spared.email, reason: 'asked_by_user' },
    ]);
    const told = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [
        fresh,
        { email: ` ${fresh.email.toUpperCase()} ` },
        { email: 'nobody@nowhere' },
        { profile: 'https://example.com/in/ada' },
        { firstName: 'Ada' },
        { email: elsewhere.email },
        spared,
        aLead(),
      ],
    });
    expect(told.map(({ outcome }) => outcome)).toEqual([
      'approved',
      'duplicate_in_request',
      'invalid',
      'invalid',
      'invalid',
      'in_other_sequence',
      'suppressed',
      'approved',
    ]);
    expect(told.map(({ problem }) => problem && lineOf(problem)).slice(2, 5)).toEqual([
      expect.stringMatching(/^email: "nobody@nowhere" has the domain "nowhere"/),
      expect.stringMatching(/^profile: "https:\/\/example.com\/in\/ada"/),
      expect.stringMatching(/neither/),
    ]);
    expect(await standingOf(campaign.campaignId)).toEqual(['APPROVED', 'APPROVED']);
    expect((await leadsOf(campaign.campaignId)).map(({ id }) => id)).toEqual([told[0]?.leadId, told[7]?.leadId]);
  });

  test('puts leads before a person where the template wants them reviewed', async () => {
    const campaign = await aRunning(undefined, 'MANUAL_REVIEW');
    expect(await outcomes(campaign, aLead())).toEqual(['pending_review']);
    expect(await standingOf(campaign.campaignId)).toEqual(['PENDING_REVIEW']);
  });

  test('that is repeated adds nothing; new values win over old ones, and blanks change nothing', async () => {
    const campaign = await aRunning();
    const lead = aLead({ jobTitle: 'Engineer', companyContext: { company_size: '10' }, custom: { pet: 'cat' } });
    expect(await outcomes(campaign, lead)).toEqual(['approved']);
    const again = { ...lead, firstName: ' ', jobTitle: 'CTO', companyContext: { company_news: 'moved' }, custom: {} };
    expect(await outcomes(campaign, again)).toEqual(['already_in_campaign']);
    expect(await outcomes(campaign, again)).toEqual(['already_in_campaign']);
    expect(await leadsOf(campaign.campaignId)).toHaveLength(1);
    expect(await contactsOf(campaign)).toMatchObject([
      {
        firstName: 'Ada',
        jobTitle: 'CTO',
        companyContext: { company_size: '10', company_news: 'moved' },
        custom: { pet: 'cat' },
      },
    ]);
  });

  test('of one new contact, several at once into two campaigns, makes one contact and one lead in each', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = [await aRunning(house), await aRunning(house)];
    const rows = Array.from({ length: 5 }, () => aLead());
    const told = await Promise.all([one, two, one, two].map((campaign) => outcomes(campaign, ...rows)));
    for (const n of rows.keys())
      expect(told.map((of) => of[n]).sort()).toEqual([
        'already_in_campaign',
        'already_in_campaign',
        'approved',
        'approved',
      ]);
    expect(await contactsOf(house)).toHaveLength(5);
    expect([await leadsOf(one.campaignId), await leadsOf(two.campaignId)]).toMatchObject([
      { length: 5 },
      { length: 5 },
    ]);
  });

  test('knows a contact by address or by profile, and merges no two of them', async () => {
    const campaign = await aRunning();
    const [ada, bob] = [aLead(), aLead()];
    expect(await outcomes(campaign, { email: ada.email }, { profile: bob.profile })).toEqual(['approved', 'approved']);
    // The same Ada and Bob, by what was not known of them yet.
    expect(
      await outcomes(campaign, { email: ada.email, profile: `https://www.linkedin.com/${ada.profile}/` }, bob),
    ).toEqual(['already_in_campaign', 'already_in_campaign']);
    expect(await outcomes(campaign, { profile: ada.profile.toUpperCase() })).toEqual(['already_in_campaign']);
    const [told] = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [{ email: ada.email, profile: bob.profile }],
    });
    expect(told).toMatchObject({ outcome: 'conflict', leadId: null });
    expect(told?.problem?.what).toContain(`${ada.email} and ${bob.profile} belong to two different contacts`);
    expect(await pointsOf(campaign)).toEqual([ada, bob].map((lead) => [lead.email, publicName(lead)]));
  });

  test('gives no running sequence to somebody else: what follows goes to whom it was begun with', async () => {
    const house = await aHouse(deeds.db);
    const ada = await enrolled({ house, steps: steps('email', 'email', 'linkedin_invitation') });
    const another = await aRunning(house);
    as('done', await perform(ada.id));
    const bob = aLead({ firstName: 'Bob' });
    const rows = [
      { ...bob, profile: `in/${ada.profile}` },
      { ...bob, email: ada.email },
    ];
    for (const row of rows) {
      const [told] = await importLeads(deeds.commands, house.caller, { campaignId: another.campaignId, rows: [row] });
      expect(told).toMatchObject({ outcome: 'conflict', leadId: null });
      for (const way of [row.email, publicName(row)]) expect(told?.problem?.what).toContain(way);
    }
    expect(await contactsOf(house)).toMatchObject([{ email: ada.email, profile: ada.profile, firstName: 'Ada' }]);

    as('done', await perform(ada.id));
    as('done', await perform(ada.id));
    expect((await deeds.deliveriesOf(ada.id)).map(({ recipient }) => recipient).sort()).toEqual(
      [ada.email, ada.email, ada.profile].sort(),
    );
  });

  test('of one profile with several addresses at once keeps the first, and the others contradict it', async () => {
    const campaign = await aRunning();
    const rows = Array.from({ length: 4 }, () => aLead({ profile: 'in/one-of-many' }));
    const told = await Promise.all(rows.map((row) => outcomes(campaign, row)));
    const [kept] = rows.filter((_, n) => told[n]?.[0] === 'approved');
    expect(told.flat().sort()).toEqual(['approved', 'conflict', 'conflict', 'conflict']);
    expect(await pointsOf(campaign)).toEqual([[kept?.email, 'one-of-many']]);
  });

  test('changes no address that is known already, whether or not anybody is being written to', async () => {
    const campaign = await aRunning();
    const ada = aLead();
    await outcomes(campaign, ada);
    const moved = { ...ada, email: aLead().email, jobTitle: 'CTO' };
    const [told] = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [moved],
    });
    expect(told).toMatchObject({
      outcome: 'conflict',
      problem: {
        path: [],
        what: `${ada.profile} is known with the address ${ada.email}, not ${moved.email}: nothing was changed; leave one of the two out to say who is meant`,
      },
    });
    expect(await contactsOf(campaign)).toMatchObject([{ email: ada.email, jobTitle: null }]);
  });

  test('keeps a suppressed address, so that its person stays suppressed', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = [await aRunning(house), await aRunning(house)];
    const [ada, linked] = [aLead(), aLead({ email: '' })];
    await outcomes(one, ada, linked);
    await suppress(deeds.commands, house.caller, [
      { kind: 'address', value: ada.email, reason: 'asked_by_user' },
      { kind: 'profile', value: publicName(linked), reason: 'asked_by_user' },
    ]);
    for (const { campaignId } of [one, two]) {
      const rows = [{ ...ada, email: aLead().email }];
      expect(await importLeads(deeds.commands, house.caller, { campaignId, rows })).toMatchObject([
        {
          outcome: 'suppressed',
          problem: { what: expect.stringContaining(`${ada.profile} is known with the address ${ada.email}`) },
        },
      ]);
    }
    // What was not known of somebody is learnt, and they are suppressed by that name too.
    const { email } = aLead();
    expect(await outcomes(two, { ...linked, email })).toEqual(['suppressed']);
    expect(await outcomes(two, { email }, { profile: ada.profile })).toEqual(['suppressed', 'suppressed']);
    expect(await pointsOf(house)).toEqual([
      [ada.email, publicName(ada)],
      [email, publicName(linked)],
    ]);
  });

  test('takes no bare word for a profile: the rest of the row is kept, and the two remain two', async () => {
    const campaign = await aRunning();
    const people = [aLead({ profile: 'none' }), aLead({ profile: 'none' }), aLead({ profile: 'N/A' })];
    const told = await importLeads(deeds.commands, campaign.caller, {
      campaignId: campaign.campaignId,
      rows: [...people, { profile: '12345', firstName: 'Ada' }],
    });
    expect(told.map(({ outcome }) => outcome)).toEqual(['approved', 'approved', 'approved', 'invalid']);
    expect(told[0]?.problem).toEqual({
      path: ['profile'],
      what: '"none" is not the address of a person\'s LinkedIn profile, expected "https://www.linkedin.com/in/ada-lovelace"; the cell was left out',
    });
    expect(told[3]?.problem).toEqual({
      path: ['profile'],
      what: expect.stringMatching(/^"12345" is not the address .*lovelace"$/),
    });
    expect(await pointsOf(campaign)).toEqual(people.map(({ email }) => [email, null]));
  });

  test('knows a suppressed contact also by what the row leaves out', async () => {
    const house = await aHouse(deeds.db);
    const [one, two] = [await aRunning(house), await aRunning(house)];
    const lead = aLead();
    await outcomes(one, lead);
    await suppress(deeds.commands, house.caller, [{ kind: 'address', value: lead.email, reason: 'asked_by_user' }]);
    expect(await outcomes(two, { profile: lead.profile })).toEqual(['suppressed']);
  });
});

describe('a lead', () => {
  test('is approved or rejected by a person, the same decision twice is one, and another one is refused', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, caller } = await aCampaign(deeds.commands, house, {
      content: plain(),
      settings: { approvalMode: 'MANUAL_REVIEW' },
      leads: [aLead(), aLead()],
    });
    const [one, two] = (await leadsOf(campaignId)).map(({ id }) => id);
    if (!one || !two) throw new Error('no leads');
    const approve = (id: LeadId) => approveLead(deeds.commands, caller, id);
    const reject = (id: LeadId) => rejectLead(deeds.commands, caller, id);
    await Promise.all([approve(one), approve(one)]);
    await reject(two);
    await reject(two);
    expect(await standingOf(campaignId)).toEqual(['APPROVED', 'REJECTED']);
    await expect(reject(one)).rejects.toEqual(refused('wrong_state'));
    await expect(approve(two)).rejects.toEqual(refused('wrong_state'));
    await deeds.enrolBatch(campaignId);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED', 'REJECTED']);
    await expect(approve(one)).rejects.toEqual(refused('wrong_state'));
    const kinds = await eventsOfCampaign(campaignId);
    expect(kinds.filter((kind) => kind === 'lead_approved' || kind === 'lead_rejected')).toHaveLength(2);
    await expect(approve(newId<LeadId>())).rejects.toEqual(refused('not_found'));
  });

  test('that failed is tried again once what was wrong is put right', async () => {
    const house = await aHouse(deeds.db);
    const lead = aLead({ email: '' });
    const { campaignId, caller } = await aCampaign(deeds.commands, house, { content: plain(), leads: [lead] });
    await deeds.enrolBatch(campaignId);
    expect(await standingOf(campaignId)).toEqual(['FAILED no_email']);
    await importLeads(deeds.commands, caller, {
      campaignId,
      rows: [{ profile: lead.profile, email: `${publicName(lead)}@lead.example` }],
    });
    await approveLead(deeds.commands, caller, first(await leadsOf(campaignId)).id);
    await deeds.enrolBatch(campaignId);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED']);
  });
});

describe('a task', () => {
  const complete = ({ caller, taskId }: { caller: House['caller']; taskId: TaskId }, also: object = {}) =>
    completeTask(deeds.commands, caller, { taskId, ...also });
  /** A sequence with a reply to read. */
  async function withReply(spec: Partial<EnrolledSpec> = {}) {
    const sequence = await enrolled({ steps: steps('email', 'email'), ...spec });
    const { id: sequenceId, caller } = sequence;
    await recordReply(deeds.commands, caller, { sequenceId, intent: 'unclear', key: sequenceId, text: 'Who are you?' });
    const task = first(await openTasks(sequenceId));
    return { ...sequence, task, taskId: task.id };
  }

  test('completed twice is completed once', async () => {
    const at = await atTask();
    await complete(at);
    const after = await row(at.id);
    await complete(at);
    expect(await row(at.id)).toEqual(after);
    expect(after).toMatchObject({ position: 1, status: 'ACTIVE' });
    expect(await eventsOf(deeds, at.id, 'step_done')).toHaveLength(1);
    expect(await eventsOf(deeds, at.id, 'task_completed')).toMatchObject([{ actor: at.caller.actor }]);
  });

  test('settled otherwise than it was is refused', async () => {
    const at = await atTask();
    await complete(at);
    await expect(skipTask(deeds.commands, at.caller, at)).rejects.toEqual(refused('wrong_state'));
    const read = await withReply();
    await complete(read, { outcome: 'go_on' });
    await expect(complete(read, { outcome: 'positive' })).rejects.toEqual(refused('wrong_state'));
    expect((await row(read.id)).status).toBe('ACTIVE');
  });

  test('settled by two people at once is settled by one of them', async () => {
    for (let round = 0; round < 4; round++) {
      const at = await withReply();
      const both = await Promise.allSettled([
        complete(at, { outcome: 'positive' }),
        complete(at, { outcome: 'negative' }),
      ]);
      const won = both.findIndex(({ status }) => status === 'fulfilled');
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(both[1 - won]).toMatchObject({ reason: refused('wrong_state') });
      expect((await row(at.id)).endReason).toBe(won === 0 ? 'positive_reply' : 'negative_reply');
      expect(await eventsOf(deeds, at.id, 'sequence_ended')).toHaveLength(1);
    }
  });

  test('takes an outcome where its kind has several, and none where it has not', async () => {
    const [at, read] = [await atTask(), await withReply()];
    await expect(complete(at, { outcome: 'positive' })).rejects.toEqual(refused('invalid'));
    await expect(complete(read)).rejects.toEqual(refused('invalid'));
    await expect(complete(read, { outcome: 'sent' })).rejects.toEqual(refused('invalid'));
    await expect(skipTask(deeds.commands, read.caller, read)).rejects.toEqual(refused('rule_refused'));
    expect([(await openTasks(at.id)).length, (await openTasks(read.id)).length]).toEqual([1, 1]);
    await expect(complete({ ...at, taskId: newId<TaskId>() })).rejects.toEqual(refused('not_found'));
    const { caller } = await aHouse(deeds.db);
    await expect(complete({ ...at, caller })).rejects.toEqual(refused('not_found'));
  });

  test('is dismissed only once its sequence has ended', async () => {
    const at = await atTask();
    const dismiss = () => dismissTask(deeds.commands, at.caller, at.taskId);
    await expect(dismiss()).rejects.toEqual(refused('rule_refused'));
    await stopSequence(deeds.commands, at.caller, at.id);
    expect(await openTasks(at.id)).toHaveLength(1);
    await dismiss();
    await dismiss();
    expect(await deeds.tasksOf(at.id)).toMatchObject([{ status: 'DISMISSED' }]);
    await expect(complete(at)).rejects.toEqual(refused('wrong_state'));
  });

  test('completed after a stop changes nothing else; a good reply is still to answer', async () => {
    for (const at of [await atTask(), await withReply()]) {
      await stopSequence(deeds.commands, at.caller, at.id);
      const [before, stepsBefore] = [await row(at.id), await deeds.stepsOf(at.id)];
      await complete(at, 'task' in at ? { outcome: 'positive' } : {});
      const answer = { kind: 'answer_reply', status: 'OPEN' };
      expect(await deeds.tasksOf(at.id)).toMatchObject([{ status: 'COMPLETED' }, ...('task' in at ? [answer] : [])]);
      expect(await row(at.id)).toEqual(before);
      expect(await deeds.stepsOf(at.id)).toEqual(stepsBefore);
    }
  });

  test.each([
    ['positive', 'SUCCEEDED', 'positive_reply'],
    ['meeting_booked', 'SUCCEEDED', 'meeting_booked'],
    ['referral', 'SUCCEEDED', 'referral'],
    ['negative', 'STOPPED_EARLY', 'negative_reply'],
    ['neutral', 'STOPPED_EARLY', 'neutral_reply'],
    ['unsubscribe', 'FAILED', 'unsubscribed'],
    ['out_of_office', 'WAITING_FOR_LEAD', null],
    ['go_on', 'ACTIVE', null],
  ] as const)('to read a reply keeps the sequence until a person says %s', async (outcome, status, endReason) => {
    const read = await withReply();
    expect(read.task).toMatchObject({ kind: 'read_reply', instructions: 'Who are you?', assigneeId: read.memberId });
    expect((await row(read.id)).status).toBe('WAITING_FOR_USER');
    await complete(read, { outcome });
    expect(await row(read.id)).toMatchObject({ status, endReason });
    expect((await suppressionsOf(deeds, read.workspaceId)).length).toBe(outcome === 'unsubscribe' ? 2 : 0);
    // Whoever read it is not always who has to answer.
    const answer = {
      kind: 'answer_reply',
      title: 'Answer Ada',
      instructions: 'Who are you?',
      assigneeId: read.memberId,
    };
    expect(await openTasks(read.id)).toMatchObject(status === 'SUCCEEDED' ? [answer] : []);
  });
});

describe('a reply', () => {
  const told = ({ id, caller }: Enrolled, intent: ReplyIntent, key: string = intent, returnsOn: string | null = null) =>
    recordReply(deeds.commands, caller, { sequenceId: id, intent, key: `${id}/${key}`, returnsOn });
  const expected: Record<ReplyIntent, [SequenceStatus, string | null]> = {
    positive: ['SUCCEEDED', 'positive_reply'],
    meeting_booked: ['SUCCEEDED', 'meeting_booked'],
    referral: ['SUCCEEDED', 'referral'],
    negative: ['STOPPED_EARLY', 'negative_reply'],
    neutral: ['STOPPED_EARLY', 'neutral_reply'],
    unsubscribe: ['FAILED', 'unsubscribed'],
    out_of_office: ['WAITING_FOR_LEAD', null],
    auto_reply: ['ACTIVE', null],
    unclear: ['WAITING_FOR_USER', null],
  };

  const asks: Partial<Record<ReplyIntent, TaskKind[]>> = {
    positive: ['answer_reply'],
    meeting_booked: ['answer_reply'],
    referral: ['answer_reply'],
    unclear: ['read_reply'],
  };

  test.each(replyIntents)('that is %s acts once, however often it is told', async (intent) => {
    const sequence = await enrolled({ steps: steps('email', 'email') });
    await told(sequence, intent);
    const after = await row(sequence.id);
    expect([after.status, after.endReason]).toEqual(expected[intent]);
    await Promise.all([told(sequence, intent), told(sequence, intent)]);
    expect(await row(sequence.id)).toEqual(after);
    expect(await eventsOf(deeds, sequence.id, 'reply_received')).toMatchObject([
      { actor: 'contact', data: { intent } },
    ]);
    expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(asks[intent] ?? []);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toHaveLength(intent === 'unsubscribe' ? 2 : 0);
    if (after.endReason) expect(await statuses(sequence.id)).toEqual(['CANCELED', 'CANCELED']);
  });

  test.each(replyIntents)(
    'that is %s after the end is recorded, and changes no status; a good one is to answer',
    async (intent) => {
      const sequence = await enrolled({ steps: steps('email', 'email') });
      await stopSequence(deeds.commands, sequence.caller, sequence.id);
      await told(sequence, intent);
      expect(await row(sequence.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user' });
      expect(await eventsOf(deeds, sequence.id, 'reply_received')).toHaveLength(1);
      expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(
        intent === 'unclear' ? [] : (asks[intent] ?? []),
      );
      expect(await suppressionsOf(deeds, sequence.workspaceId)).toHaveLength(intent === 'unsubscribe' ? 2 : 0);
    },
  );

  test.each(replyIntents)('that is %s to the last message', async (intent) => {
    const sequence = await enrolled({ steps: steps('email') });
    await perform(sequence.id);
    const completed = await row(sequence.id);
    expect(completed.status).toBe('COMPLETED');
    await told(sequence, intent);
    const [status, endReason] = expected[intent];
    const late = status === 'SUCCEEDED' ? { status, endReason } : { status: 'COMPLETED', endReason: 'no_more_steps' };
    expect(await row(sequence.id)).toMatchObject({ ...late, endedAt: completed.endedAt });
    expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(asks[intent] ?? []);
    // A second good answer of another kind does not change the first.
    await told(sequence, intent === 'referral' ? 'positive' : 'referral', 'second');
    if (status === 'SUCCEEDED') expect(await row(sequence.id)).toMatchObject(late);
    expect((await openTasks(sequence.id)).filter(({ kind }) => kind === 'answer_reply')).toHaveLength(1);
  });

  describe('that is good', () => {
    const writes = ({ id, caller }: Enrolled, intent: ReplyIntent, text: string) =>
      recordReply(deeds.commands, caller, { sequenceId: id, intent, key: `${id}/${text}`, text });
    const answersTo = async ({ id }: Enrolled) =>
      (await deeds.tasksOf(id)).filter(({ kind }) => kind === 'answer_reply');

    test('asks the owner of the campaign for an answer, whom it tells of as of every task; it holds nothing up', async () => {
      const sequence = await enrolled({ steps: steps('email', 'email') });
      await writes(sequence, 'positive', 'Yes, call me on Friday.');
      const [task] = await answersTo(sequence);
      expect(task).toMatchObject({
        title: 'Answer Ada',
        instructions: 'Yes, call me on Friday.',
        assigneeId: sequence.memberId,
        status: 'OPEN',
        stepId: null,
      });
      const [opened, another] = await eventsOf(deeds, sequence.id, 'task_opened');
      expect(opened).toMatchObject({ at: task?.createdAt, data: { task: task?.id, taskKind: 'answer_reply' } });
      expect(another).toBeUndefined();
      expect((await eventsOf(deeds, sequence.id, 'sequence_ended')).map(({ at }) => at)).toEqual([task?.createdAt]);
    });

    test('is answered for as long as the contact writes: what follows is added, and brings a snoozed task back', async () => {
      const sequence = await enrolled({ steps: steps('email') });
      await writes(sequence, 'positive', 'Yes, call me.');
      const { id: taskId } = first(await answersTo(sequence));
      await snoozeTask(deeds.commands, sequence.caller, { taskId, until: { at: (await clockOf(deeds)) + DAY } });
      await writes(sequence, 'auto_reply', 'Ticket 12 was opened.');
      await writes(sequence, 'out_of_office', 'I am away.');
      expect(first(await answersTo(sequence)).snoozedUntil).not.toBeNull();
      await Promise.all([writes(sequence, 'unclear', 'When?'), writes(sequence, 'unclear', 'When?')]);
      expect(await answersTo(sequence)).toMatchObject([
        { id: taskId, status: 'OPEN', snoozedUntil: null, instructions: 'Yes, call me.\n\n---\n\nWhen?' },
      ]);
      expect((await openTasks(sequence.id)).map(({ kind }) => kind)).toEqual(['answer_reply']);

      await completeTask(deeds.commands, sequence.caller, { taskId, note: 'Called her.' });
      await writes(sequence, 'neutral', 'Thanks. And next week?');
      await writes(sequence, 'unsubscribe', 'Remove me.');
      expect((await answersTo(sequence)).map(({ status, instructions }) => [status, instructions])).toEqual([
        ['COMPLETED', 'Yes, call me.\n\n---\n\nWhen?'],
        ['OPEN', 'Thanks. And next week?'],
      ]);
    });

    test('is completed without an outcome or dismissed, and not skipped: there is no step', async () => {
      const [one, two] = [await enrolled({ steps: steps('email') }), await enrolled({ steps: steps('email') })];
      for (const sequence of [one, two]) await writes(sequence, 'referral', 'Ask my colleague.');
      const before = await row(one.id);
      const answer = { taskId: first(await answersTo(one)).id };
      await expect(skipTask(deeds.commands, one.caller, answer)).rejects.toEqual(refused('rule_refused'));
      await expect(completeTask(deeds.commands, one.caller, { ...answer, outcome: 'positive' })).rejects.toEqual(
        refused('invalid'),
      );
      await completeTask(deeds.commands, one.caller, answer);
      await dismissTask(deeds.commands, two.caller, first(await answersTo(two)).id);
      expect((await answersTo(one)).map(({ status }) => status)).toEqual(['COMPLETED']);
      expect((await answersTo(two)).map(({ status }) => status)).toEqual(['DISMISSED']);
      expect(await row(one.id)).toEqual(before);
    });
  });

  test('that says out of office holds until its date plus one working day, 14 days where it has no use', async () => {
    const date = (days: number, now: number) => new Date(now + days * DAY).toISOString().slice(0, 10);
    const now = await clockOf(deeds);
    for (const [stated, days] of [
      [null, 14],
      [date(-1, now), 14],
      [date(100, now), 14],
      [date(0, now), 1],
      [date(99, now), 100],
    ] as const) {
      const sequence = await enrolled({ steps: steps('email') });
      await told(sequence, 'out_of_office', 'away', stated);
      const { awayUntil } = await contactOf(deeds, sequence.id);
      const midnight = Date.parse(date(days, now));
      expect((awayUntil ?? 0) - midnight, `${stated}`).toBeLessThan(DAY);
      expect((awayUntil ?? 0) - midnight, `${stated}`).toBeGreaterThanOrEqual(0);
      if (stated !== null && days !== 14) expect(awayUntil).toBe(midnight);
    }
  });

  test('that corrects the date of an absence moves it', async () => {
    const sequence = await enrolled({ steps: steps('email') });
    const now = await clockOf(deeds);
    const date = (days: number) => new Date(now + days * DAY).toISOString().slice(0, 10);
    await told(sequence, 'out_of_office', 'one', date(30));
    await told(sequence, 'out_of_office', 'two', date(5));
    expect((await contactOf(deeds, sequence.id)).awayUntil).toBe(Date.parse(date(6)));
    expect((await row(sequence.id)).tellSeq).toBe(2);
  });
});

describe('a bounce', () => {
  test('that is hard suppresses the address and fails the sequence, once', async () => {
    const sequence = await enrolled({ steps: steps('email', 'email') });
    await perform(sequence.id);
    const bounce = { sequenceId: sequence.id, kind: 'hard', key: `${sequence.id}/dsn` } as const;
    await recordBounce(deeds.commands, sequence.caller, bounce);
    await recordBounce(deeds.commands, sequence.caller, bounce);
    expect(await row(sequence.id)).toMatchObject({ status: 'FAILED', endReason: 'hard_bounce' });
    expect(await statuses(sequence.id)).toEqual(['SENT', 'CANCELED']);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([
      { kind: 'address', value: sequence.email, reason: 'hard_bounce' },
    ]);
    expect(await eventsOf(deeds, sequence.id, 'bounce_received')).toHaveLength(1);
  });

  test('that is soft is only noted', async () => {
    const sequence = await enrolled({ steps: steps('email', 'email') });
    const before = await row(sequence.id);
    await recordBounce(deeds.commands, sequence.caller, { sequenceId: sequence.id, kind: 'soft', key: sequence.id });
    expect(await row(sequence.id)).toEqual(before);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([]);
    expect(await eventsOf(deeds, sequence.id, 'bounce_received')).toMatchObject([{ data: { bounce: 'soft' } }]);
  });

  test('after the end still suppresses the address', async () => {
    const sequence = await enrolled({ steps: steps('email') });
    await perform(sequence.id);
    await recordBounce(deeds.commands, sequence.caller, { sequenceId: sequence.id, kind: 'hard', key: sequence.id });
    expect((await row(sequence.id)).status).toBe('COMPLETED');
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toHaveLength(1);
  });
});

describe('an unsubscribe', () => {
  test('suppresses address and profile and fails the sequence; a second time, or twice at once, changes nothing', async () => {
    const sequence = await enrolled({ steps: steps('email', 'linkedin_message') });
    const leave = () => unsubscribe(deeds.commands, sequence.caller, sequence.id);
    await Promise.all([leave(), leave()]);
    const after = await row(sequence.id);
    expect(after).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    await leave();
    expect(await row(sequence.id)).toEqual(after);
    expect(await suppressionsOf(deeds, sequence.workspaceId)).toEqual([
      { kind: 'profile', value: sequence.profile, reason: 'unsubscribed' },
      { kind: 'address', value: sequence.email, reason: 'unsubscribed' },
    ]);
    expect(await eventsOf(deeds, sequence.id, 'unsubscribed')).toHaveLength(1);
    expect(await eventsOf(deeds, sequence.id, 'sequence_ended')).toHaveLength(1);
  });
});

describe('a suppression', () => {
  test('of a domain ends every open sequence of it and its subdomains, in pages, and of no look-alike', async () => {
    const one = await enrolled({ steps: steps('email') });
    const hosts = ['gone.example', 'mail.gone.example', 'a.b.gone.example'];
    const gone = await copiesOf(one, 205, (name) => `${name}@${hosts[Number(name.split('-').at(-1)) % 3]}`);
    const others = [
      ...(await copiesOf(one, 1, (name) => `${name}@notgone.example`)),
      ...(await copiesOf(one, 1, (name) => `${name}@gone.example.org`)),
    ];
    await stopSequence(deeds.commands, one.caller, first(gone).id);
    const entry = { kind: 'domain', value: '@Gone.Example', reason: 'asked_by_user' } as const;
    expect(await suppress(deeds.commands, one.caller, [entry])).toEqual({ ended: 204 });
    expect(await suppress(deeds.commands, one.caller, [entry])).toEqual({ ended: 0 });
    const all = await sequencesOf(deeds.db, one.campaignId);
    const count = (is: (sequence: (typeof all)[number]) => boolean) => all.filter(is).length;
    expect(count(({ status, endReason }) => status === 'STOPPED_EARLY' && endReason === 'suppressed')).toBe(204);
    expect(count(({ endReason }) => endReason === 'stopped_by_user')).toBe(1);
    for (const { id } of [one, ...others]) expect((await row(id)).status).toBe('ACTIVE');
    expect(await suppressionsOf(deeds, one.workspaceId)).toEqual([
      { kind: 'domain', value: 'gone.example', reason: 'asked_by_user' },
    ]);
  });

  test.each([
    ['unsubscribed', 'FAILED', 'unsubscribed'],
    ['hard_bounce', 'FAILED', 'hard_bounce'],
    ['complained', 'FAILED', 'complained'],
    ['asked_by_user', 'STOPPED_EARLY', 'suppressed'],
  ] as const)('because of %s ends a sequence %s', async (reason, status, endReason) => {
    const { id, caller, profile } = await enrolled({ steps: steps('email') });
    await suppress(deeds.commands, caller, [{ kind: 'profile', value: profile, reason }]);
    expect(await row(id)).toMatchObject({ status, endReason });
  });

  test('of what is no address is refused, and nothing of the request is done', async () => {
    const { id, caller, email, workspaceId } = await enrolled({ steps: steps('email') });
    const reason = 'asked_by_user';
    await expect(
      suppress(deeds.commands, caller, [
        { kind: 'address', value: email, reason },
        { kind: 'address', value: 'nobody', reason },
      ]),
    ).rejects.toEqual(refused('invalid'));
    expect((await row(id)).status).toBe('ACTIVE');
    expect(await suppressionsOf(deeds, workspaceId)).toEqual([]);
  });
});

describe('a stop', () => {
  test('ends the sequence once; one that has ended otherwise is refused', async () => {
    const one = await atTask();
    await Promise.all([
      stopSequence(deeds.commands, one.caller, one.id),
      stopSequence(deeds.commands, one.caller, one.id),
    ]);
    expect(await row(one.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user', nextAt: null });
    expect(await statuses(one.id)).toEqual(['CANCELED', 'CANCELED']);
    expect(await eventsOf(deeds, one.id, 'sequence_ended')).toMatchObject([{ actor: one.caller.actor }]);
    expect(await openTasks(one.id)).toHaveLength(1);

    const other = await enrolled({ steps: steps('email') });
    await perform(other.id);
    await expect(stopSequence(deeds.commands, other.caller, other.id)).rejects.toEqual(refused('wrong_state'));
    await expect(stopSequence(deeds.commands, one.caller, other.id)).rejects.toEqual(refused('not_found'));
  });
});

/** Where a sequence stands when things come in. */
const starts = ['at a task', 'at its last task', 'waiting for a connection'] as const;
type Start = (typeof starts)[number];

type Happening =
  | { kind: 'reply'; intent: ReplyIntent; nth: number }
  | { kind: 'read'; outcome: 'positive' | 'negative' | 'go_on' }
  | { kind: 'bounce'; bounce: 'hard' | 'soft' }
  | { kind: 'complete' | 'skip' | 'unsubscribe' | 'stop' | 'accept' };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reply'),
      intent: fc.constantFrom(...replyIntents),
      nth: fc.constantFrom(1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('read'), outcome: fc.constantFrom('positive', 'negative', 'go_on') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bounce'), bounce: fc.constantFrom('hard', 'soft') }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('complete', 'complete', 'skip', 'unsubscribe', 'stop', 'accept') }),
  },
);

/** What the design says becomes of a sequence, in a few lines: no rows, no locks. */
class Model {
  status: SequenceStatus = 'ACTIVE';
  reason: string | null = null;
  task: 'OPEN' | 'COMPLETED' | 'SKIPPED' | null;
  waiting: boolean;
  away = false;
  unread = 0;
  toAnswer = 0;
  current: string;
  /** Effects that must be there once each. */
  readonly seen = { replies: new Set<string>(), ends: 0, steps: 0, unsubscribed: 0 };
  readonly suppressed = new Map<string, string>();
  readonly #start: Start;

  constructor(start: Start) {
    this.#start = start;
    this.waiting = start === 'waiting for a connection';
    this.task = this.waiting ? null : 'OPEN';
    this.current = 'WAITING';
    this.#derive();
  }

  get isOver(): boolean {
    return isTerminal(this.status);
  }

  /** The steps' statuses. */
  get steps(): string[] {
    if (this.#start === 'at its last task') return [this.current];
    return [this.current, this.isOver ? 'CANCELED' : 'PENDING'];
  }

  /** False: the command refuses it. */
  happens(what: Happening): boolean {
    const accepted = this.#apply(what);
    this.#derive();
    return accepted;
  }

  #apply(what: Happening): boolean {
    switch (what.kind) {
      case 'reply': {
        const key = `${what.intent}/${what.nth}`;
        const isNew = !this.seen.replies.has(key);
        this.seen.replies.add(key);
        if (isNew) this.#mean(what.intent);
        if (what.intent === 'unsubscribe') this.#unsubscribe();
        return true;
      }
      case 'read':
        if (this.unread === 0) return true;
        this.unread--;
        if (what.outcome !== 'go_on') this.#mean(what.outcome);
        return true;
      case 'bounce':
        if (what.bounce === 'hard') this.#suppress('hard_bounce', 'address');
        return true;
      case 'complete':
        return this.#settle('COMPLETED', 'DONE');
      case 'skip':
        return this.#settle('SKIPPED', 'SKIPPED');
      case 'unsubscribe':
        this.#unsubscribe();
        return true;
      case 'stop':
        if (this.isOver) return this.status === 'STOPPED_EARLY';
        this.#end({ status: 'STOPPED_EARLY', reason: 'stopped_by_user' });
        return true;
      case 'accept':
        if (this.waiting && !this.isOver) this.current = 'PENDING';
        this.waiting = false;
        return true;
    }
  }

  #derive(): void {
    const blockingTask = this.task === 'OPEN' || this.unread > 0;
    const waitForContact = this.waiting || this.away;
    if (!this.isOver) this.status = openStatus({ blockingTask, waitForContact });
  }

  #end({ status, reason }: SequenceEnd): void {
    if (!canMove(this.status, status)) return;
    if (this.current === 'WAITING' || this.current === 'PENDING') this.current = 'CANCELED';
    Object.assign(this, { status, reason });
    this.seen.ends++;
  }

  #mean(intent: ReplyIntent): void {
    const effect = replyPolicy[intent];
    // One task, however many good replies there are: the contact waits for one answer.
    if (callsForAnswer(intent, this.status)) this.toAnswer = 1;
    if (effect.kind === 'end') this.#end(effect.end);
    if (effect.kind === 'hold') this.away = true;
    // The answer to the last message comes after the end, and may make it a success.
    if (effect.kind === 'ask' && (!this.isOver || this.status === 'COMPLETED')) this.unread++;
  }

  #unsubscribe(): void {
    this.seen.unsubscribed = 1;
    this.#suppress('unsubscribed', 'address', 'profile');
  }

  #suppress(reason: 'unsubscribed' | 'hard_bounce', ...kinds: ('address' | 'profile')[]): void {
    for (const kind of kinds) if (!this.suppressed.has(kind)) this.suppressed.set(kind, reason);
    this.#end({ status: 'FAILED', reason });
  }

  #settle(to: 'COMPLETED' | 'SKIPPED', step: 'DONE' | 'SKIPPED'): boolean {
    if (this.task !== 'OPEN') return this.task === null || this.task === to;
    this.task = to;
    if (this.isOver) return true;
    this.current = step;
    this.seen.steps++;
    if (this.#start === 'at its last task') this.#end({ status: 'COMPLETED', reason: 'no_more_steps' });
    return true;
  }
}

describe('whatever comes in, in any order and however often,', () => {
  const originals = new Map<Start, Enrolled>();
  const spare = new Map<Start, Enrolled[]>();

  beforeAll(async () => {
    originals.set('at a task', await atTask());
    originals.set('at its last task', await atTask({ steps: steps('manual_task') }));
    const waiting = await enrolled({ steps: steps('linkedin_message', 'email') });
    as('waitingForLead', await perform(waiting.id));
    originals.set('waiting for a connection', waiting);
  });

  /** A sequence that stands at `start` and has met nothing yet. */
  async function fresh(start: Start): Promise<Enrolled> {
    const left = spare.get(start) ?? [];
    const original = originals.get(start);
    if (left.length === 0 && original) left.push(...(await copiesOf(original, 30)));
    spare.set(start, left);
    const sequence = left.pop();
    if (!sequence) throw new Error(`nothing stands ${start}`);
    return sequence;
  }

  async function happen({ id, caller, linkedInAccount, profile }: Enrolled, what: Happening): Promise<unknown> {
    const taskOf = async (kind: string) => (await deeds.tasksOf(id)).find((task) => task.kind === kind)?.id;
    switch (what.kind) {
      case 'reply': {
        const { intent, nth } = what;
        return recordReply(deeds.commands, caller, { sequenceId: id, intent, key: `${id}/${intent}/${nth}` });
      }
      case 'read': {
        const task = (await openTasks(id)).find(({ kind }) => kind === 'read_reply');
        return task && completeTask(deeds.commands, caller, { taskId: task.id, outcome: what.outcome });
      }
      case 'bounce':
        return recordBounce(deeds.commands, caller, { sequenceId: id, kind: what.bounce, key: `${id}/${what.bounce}` });
      case 'complete': {
        const taskId = await taskOf('manual_step');
        return taskId && completeTask(deeds.commands, caller, { taskId });
      }
      case 'skip': {
        const taskId = await taskOf('manual_step');
        return taskId && skipTask(deeds.commands, caller, { taskId });
      }
      case 'unsubscribe':
        return unsubscribe(deeds.commands, caller, id);
      case 'stop':
        return stopSequence(deeds.commands, caller, id);
      case 'accept':
        return recordConnectionAccepted(deeds.commands, caller, { accountId: linkedInAccount, profile });
    }
  }

  /** What the rows say, in the model's words. */
  async function standing({ id, workspaceId, email, profile }: Enrolled) {
    const { status, endReason, endedAt } = await row(id);
    const all = await deeds.tasksOf(id);
    const kinds = (await eventsOf(deeds, id)).map(({ kind }) => kind);
    const count = (...of: string[]) => kinds.filter((kind) => of.includes(kind)).length;
    const entries = (await suppressionsOf(deeds, workspaceId)).filter(({ value }) => [email, profile].includes(value));
    expect(endedAt !== null).toBe(isTerminal(status));
    return {
      status,
      reason: endReason,
      steps: await statuses(id),
      task: all.find(({ kind }) => kind === 'manual_step')?.status ?? null,
      unread: all.filter((task) => task.kind === 'read_reply' && task.status === 'OPEN').length,
      toAnswer: all.filter((task) => task.kind === 'answer_reply').length,
      away: (await contactOf(deeds, id)).awayUntil !== null,
      replies: count('reply_received'),
      ends: count('sequence_ended'),
      stepsDone: count('step_done', 'step_skipped'),
      unsubscribed: count('unsubscribed'),
      suppressed: Object.fromEntries(entries.map(({ kind, reason }) => [kind, reason])),
    };
  }

  const standingOfModel = (model: Model) => ({
    status: model.status,
    reason: model.reason,
    steps: model.steps,
    task: model.task,
    unread: model.unread,
    toAnswer: model.toAnswer,
    away: model.away,
    replies: model.seen.replies.size,
    ends: model.seen.ends,
    stepsDone: model.seen.steps,
    unsubscribed: model.seen.unsubscribed,
    suppressed: Object.fromEntries(model.suppressed),
  });

  test('a sequence stands where the model does, with every effect once', async () => {
    const runs = fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.array(happenings, { maxLength: 6 }),
      async (start, all) => {
        const [model, sequence] = [new Model(start), await fresh(start)];
        for (const what of all) {
          const accepted = await happen(sequence, what).then(
            () => true,
            (error: unknown) => {
              expect(error).toEqual(refused('wrong_state'));
              return false;
            },
          );
          expect(accepted, `${what.kind} accepted`).toBe(model.happens(what));
        }
        expect(await standing(sequence)).toEqual(standingOfModel(model));
      },
    );
    await fc.assert(runs, { numRuns: 80 });
  });
});
