import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createCampaign } from '../../../src/commands/campaigns/create-campaign.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { importLeads } from '../../../src/commands/leads/import-leads.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { activateTemplate } from '../../../src/commands/templates/activate-template.ts';
import { archiveTemplate } from '../../../src/commands/templates/archive-template.ts';
import { createTemplate } from '../../../src/commands/templates/create-template.ts';
import { deactivateTemplate } from '../../../src/commands/templates/deactivate-template.ts';
import { editTemplate } from '../../../src/commands/templates/edit-template.ts';
import { finishTemplate } from '../../../src/commands/templates/finish-template.ts';
import { lockTemplate } from '../../../src/db/locks.ts';
import { events, templates } from '../../../src/db/schema.ts';
import { DAY_MS as DAY } from '../../../src/domain/durations.ts';
import { idOf, type TemplateId } from '../../../src/domain/ids.ts';
import { dotted, problemText } from '../../../src/domain/problem.ts';
import { commandsForFile, refusalOf, refused } from '../../support/commanded.ts';
import { aLead, clockOf, copiesOf, first } from '../../support/enrolled.ts';
import { waitingForLocks } from '../../support/lock-waits.ts';
import { aCampaign, aHouse, always, content, plain, sequencesOf, settings, steps } from '../../support/scenario.ts';
import { until } from '../../support/until.ts';

const { deeds, enrolled, perform, campaignOf, standingOf, aTemplate } = commandsForFile();

const templateOf = async (id: TemplateId) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(templates).where(eq(templates.id, id))));

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
      await until(async () => (await waitingForLocks(tx)) === 4, 'the edits to wait');
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
    const two = first(await copiesOf(deeds, one, 1));
    await finishTemplate(deeds.commands, one.caller, one.templateId);
    await stopSequence(deeds.commands, one.caller, one.id);
    expect((await templateOf(one.templateId)).status).toBe('FINISHING');
    await recordReply(deeds.commands, one.caller, { sequenceId: two.id, intent: 'positive', key: 'last' });
    expect((await templateOf(one.templateId)).status).toBe('ARCHIVED');
  });

  test('that finishes is archived also when its last sequences end at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await enrolled({ steps: steps('email') });
      const last = [one, ...(await copiesOf(deeds, one, 3))];
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
