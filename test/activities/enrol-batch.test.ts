import { asc, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCampaign } from '../../src/commands/campaigns/create-campaign.ts';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { startCampaign } from '../../src/commands/campaigns/start-campaign.ts';
import { suppress } from '../../src/commands/contacts/suppress.ts';
import { importLeads, type LeadRow } from '../../src/commands/leads/import-leads.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { deactivateTemplate } from '../../src/commands/templates/deactivate-template.ts';
import { editTemplate } from '../../src/commands/templates/edit-template.ts';
import { newId } from '../../src/db/new-id.ts';
import { accounts, campaignProgress, enrolmentDays, leads } from '../../src/db/schema.ts';
import type { AccountId, CampaignId, SequenceId, TemplateId } from '../../src/domain/ids.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
import { aLead, anEnrolled, as, changeAccount, clockOf, eventsOf, first, planned } from '../support/enrolled.ts';
import {
  aCampaign,
  aHouse,
  always,
  aMailServer,
  content,
  type House,
  type RunningCampaign,
  sequenceRow,
  sequencesOf,
  steps,
  weekdays,
} from '../support/scenario.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Tuesday, ahead of the clock: an attempt's now is the later of the two, so each test is at a time of its own. */
const at = (time: string, day = '2035-02-13') => Date.parse(`${day}T${time}+01:00`);

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => deeds?.stop());

const someLeads = (count: number) => Array.from({ length: count }, () => aLead());

/** A running campaign, on weekdays from 9 to 17 in Paris. */
async function aRunning(target: number, leads: number | LeadRow[], also: Partial<TemplateContent> = {}, house?: House) {
  return aCampaign(deeds.commands, house ?? (await aHouse(deeds.db)), {
    content: content(steps('email'), { schedule: weekdays, ...also }),
    settings: { dailyLeadsTarget: target },
    leads: typeof leads === 'number' ? someLeads(leads) : leads,
  });
}

/** Another running campaign on the same template. */
async function another({ caller, templateId, emailAccount }: RunningCampaign, rows: readonly LeadRow[]) {
  const campaignId = await createCampaign(deeds.commands, caller, {
    name: 'Summer',
    templateId,
    ownerId: null,
    accountIds: [emailAccount],
  });
  await importLeads(deeds.commands, caller, { campaignId, rows });
  await startCampaign(deeds.commands, caller, campaignId);
  return campaignId;
}

const enrol = ({ campaignId }: { campaignId: CampaignId }, now: number) => deeds.enrolBatch(campaignId, now);
const enrolledIn = async (...ids: CampaignId[]) =>
  (await Promise.all(ids.map((id) => sequencesOf(deeds.db, id)))).flat().length;
const standingOf = async (id: CampaignId) => {
  const rows = await deeds.db.asSystem((tx) =>
    tx.select().from(leads).where(eq(leads.campaignId, id)).orderBy(asc(leads.id)),
  );
  return rows.map(({ status, failure }) => (failure === null ? status : `${status} ${failure}`));
};
const countedOn = (id: TemplateId) =>
  deeds.db.asSystem((tx) =>
    tx
      .select({ day: enrolmentDays.day, enrolled: enrolmentDays.enrolled })
      .from(enrolmentDays)
      .where(eq(enrolmentDays.templateId, id))
      .orderBy(enrolmentDays.day),
  );
const progressOf = async (id: CampaignId) =>
  first(await deeds.db.asSystem((tx) => tx.select().from(campaignProgress).where(eq(campaignProgress.campaignId, id))));

describe('the daily leads target', () => {
  test('is a hard maximum per template and local day, over two campaigns and 8 batches at once', async () => {
    const one = await aRunning(13, 10);
    const two = await another(one, someLeads(10));
    const batches = (now: number) =>
      Promise.all([one.campaignId, two].flatMap((id) => Array.from({ length: 4 }, () => deeds.enrolBatch(id, now))));

    await batches(at('16:59'));
    expect(await enrolledIn(one.campaignId, two)).toBe(13);
    await batches(at('16:59'));
    expect(await enrolledIn(one.campaignId, two)).toBe(13);
    expect(await countedOn(one.templateId)).toEqual([{ day: '2035-02-13', enrolled: 13 }]);
    const waiting = [...(await standingOf(one.campaignId)), ...(await standingOf(two))];
    expect(waiting.filter((status) => status === 'APPROVED')).toHaveLength(7);

    await batches(at('16:59', '2035-02-14'));
    expect(await enrolledIn(one.campaignId, two)).toBe(20);
    expect(await countedOn(one.templateId)).toEqual([
      { day: '2035-02-13', enrolled: 13 },
      { day: '2035-02-14', enrolled: 7 },
    ]);
  });

  test('counts by the day of the template’s own zone', async () => {
    const campaign = await aRunning(1, 3, { schedule: { ...always, zone: 'Asia/Tokyo' } });
    const midnight = Date.parse('2035-02-13T15:00:00Z');
    await enrol(campaign, midnight - 1);
    expect(await enrol(campaign, midnight - 1)).toMatchObject({ why: 'daily_target_reached', nextAt: midnight });
    expect(await enrolledIn(campaign.campaignId)).toBe(1);
    await enrol(campaign, midnight);
    expect(await enrolledIn(campaign.campaignId)).toBe(2);
    expect(await countedOn(campaign.templateId)).toEqual([
      { day: '2035-02-13', enrolled: 1 },
      { day: '2035-02-14', enrolled: 1 },
    ]);
  });

  test('that is raised acts at once; one that is lowered below what was enrolled enrols nobody more that day', async () => {
    const campaign = await aRunning(2, 9);
    const target = async (madeOn: number, dailyLeadsTarget: number) =>
      editTemplate(deeds.commands, campaign.caller, {
        templateId: campaign.templateId,
        madeOn,
        settings: { name: 'Cold outreach', summary: null, approvalMode: 'AUTOPILOT', dailyLeadsTarget },
        content: content(steps('email'), { schedule: weekdays }),
      });
    await enrol(campaign, at('16:59'));
    expect(await enrolledIn(campaign.campaignId)).toBe(2);
    await target(1, 5);
    expect(await enrol(campaign, at('16:59'))).toMatchObject({ why: 'daily_target_reached' });
    expect(await enrolledIn(campaign.campaignId)).toBe(5);
    await target(2, 3);
    expect(await enrol(campaign, at('16:59'))).toMatchObject({ why: 'daily_target_reached' });
    expect(await enrolledIn(campaign.campaignId)).toBe(5);
    await enrol(campaign, at('16:59', '2035-02-14'));
    expect(await enrolledIn(campaign.campaignId)).toBe(8);
  });

  test('is not used up by leads that fail, and each says why it did', async () => {
    const house = await aHouse(deeds.db);
    const busy = await anEnrolled(deeds, { steps: steps('email'), house });
    const [good, noEmail, spared, elsewhere, fine] = [
      aLead(),
      aLead({ email: '' }),
      aLead(),
      aLead({ email: busy.email, profile: `in/${busy.profile}` }),
      aLead(),
    ];
    await stopSequence(deeds.commands, house.caller, busy.id);
    const campaign = await aRunning(2, [noEmail, spared, elsewhere, good, fine], {}, house);
    // What keeps them from it comes after the import.
    await suppress(deeds.commands, house.caller, [{ kind: 'address', value: spared.email, reason: 'asked_by_user' }]);
    const other = await aRunning(5, [elsewhere], {}, house);
    await enrol(other, at('09:00'));

    await enrol(campaign, at('16:59'));
    expect(await standingOf(campaign.campaignId)).toEqual([
      'FAILED no_email',
      'FAILED suppressed',
      'FAILED in_other_sequence',
      'ENROLLED',
      'ENROLLED',
    ]);
    expect(await countedOn(campaign.templateId)).toEqual([{ day: '2035-02-13', enrolled: 2 }]);
  });
});

describe('enrolment', () => {
  test('is spread over the day’s window, in at most 12 batches, and says when the next one falls due', async () => {
    const campaign = await aRunning(24, 40);
    // 8 hours in 12 batches: 2 leads every 40 minutes.
    for (const [time, enrolled, next] of [
      ['09:00', 2, '09:40'],
      ['09:39', 2, '09:40'],
      ['09:40', 4, '10:20'],
      ['12:30', 12, '13:00'],
      ['16:20', 24, null],
    ] as const) {
      const nextAt = next ? at(next) : at('09:00', '2035-02-14');
      const why = next ? 'spread_over_the_day' : 'daily_target_reached';
      expect(await enrol(campaign, at(time)), time).toMatchObject({ nextAt, why, ended: false });
      expect(await enrolledIn(campaign.campaignId), time).toBe(enrolled);
      expect(await progressOf(campaign.campaignId)).toMatchObject({ nextEnrolmentAt: nextAt, enrolmentWhy: why });
    }
  });

  test('pauses between the blocks of a day, whose length counts together', async () => {
    const blocks = [
      { start: '09:00', end: '11:00' },
      { start: '14:00', end: '16:00' },
    ];
    const campaign = await aRunning(4, 9, { schedule: { ...weekdays, blocks } });
    for (const [time, enrolled, next] of [
      ['10:00', 2, '14:00'],
      ['12:00', 2, '14:00'],
      ['14:00', 3, '15:00'],
      ['15:59', 4, null],
    ] as const) {
      const { nextAt } = await enrol(campaign, at(time));
      expect([await enrolledIn(campaign.campaignId), nextAt], time).toEqual([
        enrolled,
        next ? at(next) : at('09:00', '2035-02-14'),
      ]);
    }
  });

  test('happens only on permitted days inside the window, and says when that opens', async () => {
    const campaign = await aRunning(12, 3, { schedule: { ...weekdays, holidays: ['2035-02-19'] } });
    for (const [now, opening] of [
      [at('08:59'), at('09:00')],
      [at('17:00'), at('09:00', '2035-02-14')],
      [at('17:00', '2035-02-16'), at('09:00', '2035-02-20')], // Friday; Monday is a holiday
      [at('12:00', '2035-02-17'), at('09:00', '2035-02-20')],
      [at('12:00', '2035-02-19'), at('09:00', '2035-02-20')],
    ] as const)
      expect(await enrol(campaign, now)).toMatchObject({ nextAt: opening, why: 'sending_window' });
    expect(await enrolledIn(campaign.campaignId)).toBe(0);
    await enrol(campaign, at('09:00', '2035-02-20'));
    expect(await enrolledIn(campaign.campaignId)).toBe(1);
  });

  test('takes the oldest leads first', async () => {
    const campaign = await aRunning(1, 3);
    await enrol(campaign, at('12:00'));
    expect(await standingOf(campaign.campaignId)).toEqual(['ENROLLED', 'APPROVED', 'APPROVED']);
  });

  test('of an INACTIVE template, a paused or an ended campaign takes nobody and says why', async () => {
    const now = at('12:00');
    const inactive = await aRunning(5, 2);
    await deactivateTemplate(deeds.commands, inactive.caller, inactive.templateId);
    expect(await enrol(inactive, now)).toMatchObject({ nextAt: null, why: 'template_not_active', ended: false });
    expect((await progressOf(inactive.campaignId)).enrolmentWhy).toBe('template_not_active');

    const paused = await aRunning(5, 2);
    await pauseCampaign(deeds.commands, paused.caller, paused.campaignId);
    expect(await enrol(paused, now)).toMatchObject({
      nextAt: null,
      why: 'campaign_paused',
      behind: true,
      ended: false,
    });

    const ended = await aRunning(5, 2);
    await endCampaign(deeds.commands, ended.caller, ended.campaignId);
    expect(await enrol(ended, now)).toMatchObject({ nextAt: null, why: 'campaign_ended', behind: false, ended: true });
    expect(await enrolledIn(inactive.campaignId, paused.campaignId, ended.campaignId)).toBe(0);
  });

  test('waits for a signal where no lead is approved, and looks again in an hour where no account is connected', async () => {
    const nobody = await aRunning(5, 0);
    expect(await enrol(nobody, at('12:00'))).toMatchObject({ nextAt: null, why: 'no_approved_leads' });
    expect(await enrol(nobody, at('20:00'))).toMatchObject({ nextAt: null, why: 'no_approved_leads' });
    const campaign = await aRunning(5, 1);
    await changeAccount(deeds, campaign.emailAccount, { status: 'PAUSED' });
    expect(await enrol(campaign, at('12:00'))).toMatchObject({ nextAt: at('13:00'), why: 'no_account' });
    expect(await standingOf(campaign.campaignId)).toEqual(['APPROVED']);
  });

  test('does not take a lead that another attempt just holds for one that is not there', async () => {
    const campaign = await aRunning(5, 1);
    const { nextAt } = await deeds.db.asSystem(async (tx) => {
      await tx.select().from(leads).where(eq(leads.campaignId, campaign.campaignId)).for('update');
      return enrol(campaign, at('12:00'));
    });
    expect(nextAt).not.toBeNull();
    expect(nextAt).toBeLessThanOrEqual(at('12:05'));
    await enrol(campaign, nextAt ?? 0);
    expect(await standingOf(campaign.campaignId)).toEqual(['ENROLLED']);
  });

  test('of one contact in two campaigns at once is one sequence; the other lead fails', async () => {
    const house = await aHouse(deeds.db);
    const rows = someLeads(5);
    const [one, two] = [await aRunning(50, rows, {}, house), await aRunning(50, rows, {}, house)];
    await Promise.all([enrol(one, at('16:59')), enrol(two, at('16:59'))]);
    expect(await enrolledIn(one.campaignId, two.campaignId)).toBe(5);
    const all = [...(await standingOf(one.campaignId)), ...(await standingOf(two.campaignId))];
    expect(all.sort()).toEqual([...Array(5).fill('ENROLLED'), ...Array(5).fill('FAILED in_other_sequence')]);
  });

  test('that crashes between its commit and the start loses nobody and doubles nobody when it is repeated', async () => {
    const campaign = await aRunning(50, 4, { schedule: always });
    vi.spyOn(deeds.deps.walks, 'startSequence')
      .mockImplementationOnce(async (id) => void deeds.started.push(id))
      .mockRejectedValueOnce(new Error('Temporal is away'));
    await expect(enrol(campaign, 0)).rejects.toThrow('Temporal is away');
    await enrol(campaign, 0);
    const all = (await sequencesOf(deeds.db, campaign.campaignId)).map(({ id }) => id);
    expect(all).toHaveLength(4);
    const started = () => deeds.started.filter((id) => all.some((own) => own === id));
    expect(started()).toHaveLength(3);
    const lost = (await sequencesOf(deeds.db, campaign.campaignId)).filter(({ startedAt }) => startedAt === null);
    expect(lost).toHaveLength(1);

    await deeds.moveTo((await clockOf(deeds)) + MINUTE);
    await deeds.repair();
    expect(started().sort()).toEqual([...all].sort());
    await deeds.moveTo((await clockOf(deeds)) + HOUR);
    await deeds.repair();
    expect(started()).toHaveLength(4);
    expect(await countedOn(campaign.templateId)).toMatchObject([{ enrolled: 4 }]);
  });

  test('pins the version of that moment, with its steps', async () => {
    const campaign = await aRunning(50, 1);
    await enrol(campaign, at('16:59'));
    const edited = content(steps('email', 'email', 'manual_task'), { schedule: weekdays });
    await editTemplate(deeds.commands, campaign.caller, {
      templateId: campaign.templateId,
      madeOn: 1,
      settings: { name: 'Cold outreach', summary: null, approvalMode: 'AUTOPILOT', dailyLeadsTarget: 50 },
      content: edited,
    });
    await importLeads(deeds.commands, campaign.caller, { campaignId: campaign.campaignId, rows: someLeads(1) });
    await enrol(campaign, at('16:59'));
    const [one, two] = await sequencesOf(deeds.db, campaign.campaignId);
    if (!one || !two) throw new Error('not enrolled');
    expect([one.templateVersion, two.templateVersion]).toEqual([1, 2]);
    expect((await deeds.stepsOf(one.id)).map(({ kind }) => kind)).toEqual(['email']);
    expect(
      (await deeds.stepsOf(two.id)).map(({ stepId, kind, name, status }) => ({ id: stepId, kind, name, status })),
    ).toEqual(edited.steps.map(({ id, kind, name }) => ({ id, kind, name, status: 'PENDING' })));
  });
});

describe('a campaign’s accounts', () => {
  /** A second email account for the house's member, and a campaign that sends from both. */
  async function withTwo(leads: number) {
    const house = await aHouse(deeds.db);
    const second = newId<AccountId>();
    const { workspaceId, memberId } = house;
    await deeds.db.asSystem((tx) =>
      tx.insert(accounts).values({
        id: second,
        workspaceId,
        memberId,
        channel: 'email',
        address: 'sam@acme.test',
        settings: aMailServer,
        status: 'CONNECTED',
        createdAt: 0,
      }),
    );
    const { templateId } = await aRunning(50, 0, { schedule: always }, house);
    const campaignId = await createCampaign(deeds.commands, house.caller, {
      name: 'Two senders',
      templateId,
      ownerId: null,
      accountIds: [house.emailAccount, second],
    });
    await importLeads(deeds.commands, house.caller, { campaignId, rows: someLeads(leads) });
    await startCampaign(deeds.commands, house.caller, campaignId);
    return { ...house, campaignId, second };
  }
  const byAccount = async ({ campaignId, emailAccount, second }: Awaited<ReturnType<typeof withTwo>>) => {
    const all = await sequencesOf(deeds.db, campaignId);
    return [emailAccount, second].map((id) => all.filter(({ emailAccountId }) => emailAccountId === id).length);
  };

  test('share its sequences evenly, and one that is paused is given none', async () => {
    const campaign = await withTwo(6);
    await enrol(campaign, 0);
    expect(await byAccount(campaign)).toEqual([3, 3]);
    await changeAccount(deeds, campaign.second, { status: 'PAUSED' });
    await importLeads(deeds.commands, campaign.caller, { campaignId: campaign.campaignId, rows: someLeads(2) });
    await enrol(campaign, 0);
    expect(await byAccount(campaign)).toEqual([5, 3]);
    await changeAccount(deeds, campaign.second, { status: 'CONNECTED' });
    await importLeads(deeds.commands, campaign.caller, { campaignId: campaign.campaignId, rows: someLeads(2) });
    await enrol(campaign, 0);
    expect(await byAccount(campaign)).toEqual([5, 5]);
  });

  test('stay with their sequences: what one began it goes on with, whatever the other has to do', async () => {
    const campaign = await withTwo(2);
    await enrol(campaign, 0);
    for (const { id, emailAccountId } of await sequencesOf(deeds.db, campaign.campaignId)) {
      await deeds.personalise(id);
      as('done', await deeds.performStep(id, (await sequenceRow(deeds.db, id)).nextAt ?? 0));
      expect(await deeds.deliveriesOf(id)).toMatchObject([{ accountId: emailAccountId }]);
      expect((await sequenceRow(deeds.db, id)).emailAccountId).toBe(emailAccountId);
    }
  });
});

describe('personalising', () => {
  const aiVariables = [{ name: 'opener', prompt: 'An opener', fallback: 'Hello there.' }];
  const opening = (id: SequenceId) =>
    deeds.stepsOf(id).then((all) => all.map(({ content }) => (content?.kind === 'email' ? content.body : null)));

  test('writes every step’s copy once, however often it runs, also twice at once', async () => {
    let written = 0;
    vi.spyOn(deeds.deps.writer, 'write').mockImplementation(async () => ({
      values: new Map([['opener', { value: `Opener ${++written}.`, by: 'model' }]]),
      usage: null,
    }));
    const { id } = await anEnrolled(deeds, {
      steps: steps({ kind: 'email', body: '{{opener}} One' }, { kind: 'email', body: '{{opener}} {{job_title}}' }),
      template: { aiVariables },
      written: false,
    });
    const [one, two] = await Promise.all([deeds.personalise(id), deeds.personalise(id)]);
    expect(planned(one).next).toEqual(planned(two).next);
    const [said] = await opening(id);
    expect(said).toMatch(/^Opener [12]\. One$/);
    const before = await deeds.stepsOf(id);
    await deeds.personalise(id, (await clockOf(deeds)) + DAY);
    expect(await deeds.stepsOf(id)).toEqual(before);
    expect(before.map(({ contentVersion, missing }) => ({ contentVersion, missing }))).toEqual([
      { contentVersion: 1, missing: [] },
      { contentVersion: 1, missing: ['job_title'] },
    ]);
    expect(await eventsOf(deeds, id, 'sequence_personalised')).toHaveLength(1);
    expect(await deeds.tasksOf(id)).toMatchObject([{ kind: 'complete_copy' }]);
  });

  test('says every fact about the contact, the company and the sender', async () => {
    const { id } = await anEnrolled(deeds, {
      steps: steps({
        kind: 'email',
        body:
          '{{first_name}}|{{last_name}}|{{full_name}}|{{job_title}}|{{company}}|{{linkedin_headline}}|{{recent_activity}}|' +
          '{{company_news}}|{{custom.pet}}|{{sender_name}}|{{sender_first_name}}|{{sender_job_title}}|{{opener}}',
      }),
      template: { aiVariables },
      lead: {
        lastName: 'Lovelace',
        jobTitle: 'CTO',
        linkedinHeadline: 'Builds engines',
        recentActivity: 'spoke in Turin',
        companyContext: { company_news: '{{first_name}} moved' },
        custom: { pet: 'cat' },
      },
    });
    expect(await opening(id)).toEqual([
      'Ada|Lovelace|Ada Lovelace|CTO|Lead Ltd|Builds engines|spoke in Turin|{{first_name}} moved|cat|' +
        'Sam Sender|Sam|Account Executive|Hello there.',
    ]);
  });

  test('run again answers the current step wherever the sequence stands, and for one that has ended: now', async () => {
    const { id, caller, enrolledAt } = await anEnrolled(deeds, { steps: steps('email', 'manual_task', 'email') });
    const first = planned(await deeds.personalise(id));
    expect(first).toMatchObject({ next: { number: 1, kind: 'email' }, status: 'ACTIVE' });
    expect(first.next.at).toBeGreaterThanOrEqual(enrolledAt);
    const { next } = as('done', await deeds.performStep(id, first.next.at));
    expect(planned(await deeds.personalise(id)).next).toEqual(next);

    await deeds.performStep(id, next?.at ?? 0);
    const now = enrolledAt + 5 * DAY;
    expect(await deeds.personalise(id, now)).toMatchObject({
      next: { number: 2, kind: 'manual_task', at: now },
      status: 'WAITING_FOR_USER',
    });
    await stopSequence(deeds.commands, caller, id);
    expect(await deeds.personalise(id, now)).toMatchObject({ next: { at: now }, status: 'STOPPED_EARLY' });
    expect((await deeds.personalise(id, now)).steps.map(({ status }) => status)).toEqual([
      'SENT',
      'CANCELED',
      'CANCELED',
    ]);
  });
});

/** As after a restore from an older dump: retrying would find nothing, for ever. */
describe('of a workflow that this database has no row for,', () => {
  const ended = { kind: 'ended', end: { status: 'FAILED', reason: 'internal_error' }, status: 'FAILED', steps: [] };
  const ids = { sequenceId: newId<SequenceId>(), campaignId: newId<CampaignId>(), accountId: newId<AccountId>() };

  test.each<[string, () => Promise<unknown>, unknown, Partial<typeof ids>]>([
    ['personalise', () => deeds.personalise(ids.sequenceId), ended, { sequenceId: ids.sequenceId }],
    ['performStep', () => deeds.performStep(ids.sequenceId), ended, { sequenceId: ids.sequenceId }],
    [
      'enrolBatch',
      () => deeds.enrolBatch(ids.campaignId),
      { nextAt: null, why: 'campaign_ended', behind: false, ended: true },
      { campaignId: ids.campaignId },
    ],
    ['fanOut', () => deeds.fanOut(ids.campaignId), 'gone', { campaignId: ids.campaignId }],
    ['watchMailbox', () => deeds.watchMailbox(ids.accountId), 'gone', { accountId: ids.accountId }],
  ])('%s answers that it ends, and tells operators', async (_, deed, answer, fields) => {
    deeds.log.lines.length = 0;
    expect(await deed()).toEqual(answer);
    expect(deeds.log.lines).toEqual([{ level: 'error', line: expect.stringContaining('a workflow ends'), fields }]);
  });
});
