import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { deactivateTemplate } from '../../../src/commands/templates/deactivate-template.ts';
import { newId } from '../../../src/db/new-id.ts';
import { accounts, campaigns, contacts, sequences } from '../../../src/db/schema.ts';
import type { ContactId, SequenceId } from '../../../src/domain/ids.ts';
import { aLead } from '../../support/enrolled.ts';
import { aHouse, always, aMailServer, content, type RunningCampaign, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

/* What a person does to a campaign from its pages, and the figures they look at. */

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const twoEmails = content(steps('email', 'email'), { schedule: always });
const manual = { approvalMode: 'MANUAL_REVIEW' } as const;
const people = (count: number) => Array.from({ length: count }, () => aLead());

/** The clock moves to when the step is due, so that what follows comes after it. */
async function send(id: SequenceId): Promise<void> {
  const { next } = (await api.get(`/v1/sequences/${id}`)).body;
  await api.moveTo(Date.parse(next.at) + 60_000);
  await api.performStep(id);
}

describe('an edit', () => {
  const draft = () => api.campaign({ content: twoEmails, leads: 0, start: false });
  const patch = (id: string, body: object) => api.call('PATCH', `/v1/campaigns/${id}`, body);

  test('changes name and accounts, is told of once, and changes nothing when it says nothing new', async () => {
    const { campaignId } = await draft();
    const { body } = await patch(campaignId, { name: 'Autumn', account_ids: [api.house.emailAccount] });
    expect(body).toMatchObject({ name: 'Autumn', account_ids: [api.house.emailAccount] });
    await patch(campaignId, { name: 'Autumn', account_ids: [api.house.emailAccount] });
    const { items } = (await api.get(`/v1/events?campaign_id=${campaignId}&kind=campaign_edited`)).body;
    expect(items.map(({ data }: { data: object }) => data)).toEqual([{ renamed: true, accounts: true }]);
  });

  test('leaves no campaign that has started without an account for its steps', async () => {
    const { campaignId } = await api.campaign({ content: twoEmails, leads: 0 });
    const { status, body } = await patch(campaignId, { account_ids: [api.house.linkedInAccount] });
    expect([status, body.code]).toEqual([422, 'rule_refused']);
    expect((await api.get(`/v1/campaigns/${campaignId}`)).body.account_ids).toHaveLength(2);
    expect((await patch((await draft()).campaignId, { account_ids: [] })).status).toBe(200);
  });

  test('lets a running campaign send no real mail that it could not have started with', async () => {
    const { campaignId } = await api.campaign({ content: twoEmails, leads: 0 });
    const real = await anAccount({ ...aMailServer, smtp: { ...aMailServer.smtp, host: 'mail.example' } });
    const { status, body } = await patch(campaignId, { account_ids: [api.house.emailAccount, real] });
    expect([status, body.code]).toEqual([422, 'rule_refused']);
    expect(body.detail).toMatch(/sends real mail/);
  });

  test('of an ended campaign, with an account that is not here, or by a reader is refused', async () => {
    const { campaignId } = await draft();
    expect((await patch(campaignId, { account_ids: [newId()] })).status).toBe(404);
    expect((await patch(newId(), { name: 'x' })).status).toBe(404);
    expect((await patch(campaignId, { status: 'ENDED' })).status).toBe(400);
    await api.post(`/v1/campaigns/${campaignId}/end`);
    expect((await patch(campaignId, { name: 'x' })).status).toBe(409);
  });

  test('waits for a pause under way: both take the campaign alone', async () => {
    const { campaignId, caller } = await api.campaign({ content: twoEmails, leads: 0 });
    const order: string[] = [];
    await api.db.inWorkspace(caller.workspaceId, async (tx) => {
      const { lockCampaign } = await import('../../../src/db/locks.ts');
      await lockCampaign(tx, campaignId);
      const edited = patch(campaignId, { name: 'Later' }).then(() => order.push('edited'));
      await tx.select().from(campaigns).where(eq(campaigns.id, campaignId));
      order.push('paused');
      void edited;
    });
    await expect.poll(() => order).toEqual(['paused', 'edited']);
  });
});

async function anAccount(settings: typeof aMailServer) {
  const id = newId<typeof api.house.emailAccount>();
  const { workspaceId, memberId } = api.house;
  await api.db.asSystem((tx) =>
    tx.insert(accounts).values({
      id,
      workspaceId,
      memberId,
      channel: 'email',
      address: `${id}@acme.example`,
      status: 'CONNECTED',
      settings,
      createdAt: 0,
    }),
  );
  return id;
}

describe('the list of campaigns', () => {
  test('finds by name and by template, and sorts', async () => {
    const mine = `Zebra ${newId()}`;
    for (const name of [`${mine} b`, `${mine} A`]) {
      const { campaignId } = await api.campaign({ content: twoEmails, leads: 0, start: false });
      await api.call('PATCH', `/v1/campaigns/${campaignId}`, { name });
    }
    const namesOf = async (query: string) =>
      (await api.get(`/v1/campaigns?q=${encodeURIComponent(mine)}${query}`)).body.items.map(
        ({ name }: { name: string }) => name.at(-1),
      );
    expect(await namesOf('&sort_by=name')).toEqual(['A', 'b']);
    expect(await namesOf('&sort_by=created_at&sort_order=desc')).toEqual(['A', 'b']);
    expect(await namesOf('&sort_by=created_at')).toEqual(['b', 'A']);
    expect((await api.get('/v1/campaigns?q=%25')).body.total_count).toBe(0); // a sign, not a pattern
  });

  test('says when the next message is due, and nothing while it is paused', async () => {
    const { campaignId } = await api.campaign({ content: twoEmails, leads: people(2) });
    const read = async () => (await api.get(`/v1/campaigns/${campaignId}`)).body.next_send_at;
    expect(await read()).toBeNull();
    await api.enrol(campaignId);
    expect(await read()).toMatch(/^2030-03-/);
    await api.post(`/v1/campaigns/${campaignId}/pause`);
    expect(await read()).toBeNull();
  });
});

describe('figures', () => {
  const figuresOf = async (id: string) => (await api.get(`/v1/campaigns/${id}/figures`)).body;

  test('count the funnel, each step, the days, and what holds things up', async () => {
    const campaign = await api.campaign({ content: twoEmails, leads: people(4), settings: manual });
    const { items } = (await api.get(`/v1/campaigns/${campaign.campaignId}/leads`)).body;
    const [first, second, third] = items.map(({ id }: { id: string }) => id);
    for (const id of [first, second, third]) await api.post(`/v1/leads/${id}/approve`);
    const [one, two, three] = await api.enrol(campaign.campaignId);
    if (!one || !two || !three) throw new Error('not enrolled');
    await send(one);
    await send(two);
    await recordReply(api.commands, campaign.caller, { sequenceId: one, intent: 'positive', key: newId() });
    await recordReply(api.commands, campaign.caller, { sequenceId: two, intent: 'out_of_office', key: newId() });

    const figures = await figuresOf(campaign.campaignId);
    expect(figures.funnel).toEqual({ proposed: 4, approved: 3, enrolled: 3, contacted: 2, replied: 1, succeeded: 1 });
    expect(figures.steps).toMatchObject([
      { number: 1, kind: 'email', sent: 2, skipped: 0, failed: 0, unconfirmed: 0, replied: 1, bounced: 0 },
      { number: 2, kind: 'email', sent: 0, replied: 0 },
    ]);
    expect(figures.days).toHaveLength(22);
    expect(figures.days.find(({ day }: { day: string }) => day === figures.today)).toMatchObject({
      sent: 2,
      planned: 1,
    });
    expect(figures.hold_ups).toEqual([
      { hold_up: 'delay', count: 1 },
      { hold_up: 'out_of_office', count: 1 },
    ]);
    expect(figures.unready).toEqual([]);
    expect(figures.due).toBeLessThanOrEqual(1); // the third's first step, by the jitter of its address
  });

  test('of a draft say what keeps it from starting', async () => {
    const { campaignId, templateId, caller } = await api.campaign({ content: twoEmails, leads: 0, start: false });
    expect((await figuresOf(campaignId)).unready).toEqual([]);
    await deactivateTemplate(api.commands, caller, templateId);
    await api.call('PATCH', `/v1/campaigns/${campaignId}`, { account_ids: [] });
    const template = 'is INACTIVE: only an ACTIVE one enrols leads';
    const account = 'has no connected account for: email';
    expect((await figuresOf(campaignId)).unready).toEqual([
      { reason: 'template_not_active', detail: `template ${templateId} ${template}`, what: template },
      { reason: 'no_account', detail: `campaign ${campaignId} ${account}`, what: account },
    ]);
  });

  test('of another workspace are not there', async () => {
    const elsewhere = await api.campaign({ content: twoEmails, leads: 0 }, await aHouse(api.db));
    expect((await api.get(`/v1/campaigns/${elsewhere.campaignId}/figures`)).status).toBe(404);
  });
});

describe('reviewing many', () => {
  const proposed = async (count: number) => {
    const campaign = await api.campaign({ content: twoEmails, leads: people(count), settings: manual });
    const { items } = (await api.get(`/v1/campaigns/${campaign.campaignId}/leads?size=100`)).body;
    return { ...campaign, ids: items.map(({ id }: { id: string }) => id) };
  };
  const review = (id: string, body: object) => api.post(`/v1/campaigns/${id}/leads/review`, body);
  const counts = async (id: string) => (await api.get(`/v1/campaigns/${id}`)).body.leads;

  test('moves the ones that are named, answers whom, and undoes exactly those', async () => {
    const { campaignId, ids } = await proposed(3);
    await api.post(`/v1/leads/${ids[0]}/approve`);
    const { body } = await review(campaignId, { to: 'REJECTED', which: { lead_ids: ids } });
    expect(body.lead_ids.sort()).toEqual(ids.slice(1).sort()); // an approved one is not rejected
    expect(await counts(campaignId)).toMatchObject({ APPROVED: 1, REJECTED: 2, PENDING_REVIEW: 0 });
    await review(campaignId, { to: 'PENDING_REVIEW', which: { lead_ids: body.lead_ids } });
    expect(await counts(campaignId)).toMatchObject({ APPROVED: 1, REJECTED: 0, PENDING_REVIEW: 2 });
  });

  test('moves all that match, over more than one page', async () => {
    const { campaignId } = await proposed(201);
    const which = { all: { statuses: ['PENDING_REVIEW'], q: 'lead' } };
    expect((await review(campaignId, { to: 'APPROVED', which })).body.lead_ids).toHaveLength(201);
    expect(api.announced.at(-1)).toMatchObject({ campaignId });
    expect(await counts(campaignId)).toMatchObject({ APPROVED: 201 });
  });

  test('takes a decision back until somebody is enrolled on it', async () => {
    const { campaignId, ids } = await proposed(1);
    await api.post(`/v1/leads/${ids[0]}/approve`);
    expect((await api.post(`/v1/leads/${ids[0]}/reopen`)).body.status).toBe('PENDING_REVIEW');
    await api.post(`/v1/leads/${ids[0]}/approve`);
    await api.enrol(campaignId);
    expect((await api.post(`/v1/leads/${ids[0]}/reopen`)).status).toBe(409);
    expect((await review(campaignId, { to: 'PENDING_REVIEW', which: { lead_ids: ids } })).body.lead_ids).toEqual([]);
  });

  test('touches no other campaign, and approves nothing where nobody is enrolled any more', async () => {
    const [one, other] = [await proposed(1), await proposed(1)];
    expect((await review(one.campaignId, { to: 'APPROVED', which: { lead_ids: other.ids } })).body.lead_ids).toEqual(
      [],
    );
    expect((await review(newId(), { to: 'APPROVED', which: { all: {} } })).status).toBe(404);
    await api.post(`/v1/campaigns/${one.campaignId}/end`);
    expect((await review(one.campaignId, { to: 'APPROVED', which: { all: {} } })).status).toBe(409);
  });

  test('lists by several statuses, by what is typed, and in order', async () => {
    const campaign = await api.campaign({ content: twoEmails, leads: 0, settings: manual });
    const path = `/v1/campaigns/${campaign.campaignId}/leads`;
    const rows = ['Zoe', 'adam', 'Mia'].map((first_name) => ({
      ...idOfLead(),
      first_name,
      company: `${first_name} & Co`,
    }));
    await api.post(path, { rows });
    const namesOf = async (query: string) =>
      (await api.get(`${path}?${query}`)).body.items.map(
        ({ contact }: { contact: { first_name: string } }) => contact.first_name,
      );
    expect(await namesOf('sort_by=name')).toEqual(['adam', 'Mia', 'Zoe']);
    expect(await namesOf('sort_by=company&sort_order=desc')).toEqual(['Zoe', 'Mia', 'adam']);
    expect(await namesOf('q=MIA%20%26')).toEqual(['Mia']);
    expect(await namesOf('status=APPROVED,ENROLLED')).toEqual([]);
    expect(await namesOf('status=APPROVED,PENDING_REVIEW')).toHaveLength(3);
    expect((await api.get(`${path}?status=APPROVED,approved`)).status).toBe(400);
  });
});

const idOfLead = () => {
  const { email } = aLead();
  return { email };
};

test('a lead is shown what it would be told first, with a place for what is written at enrolment, and what later steps lack', async () => {
  const emails = steps(
    { kind: 'email', subject: 'Hi {{first_name}}', body: '{{opener}}\n\nYours {{job_title}}' },
    { kind: 'email', body: '{{custom.phone}} {{opener}} {{company}}' },
  );
  const template = content(emails, {
    schedule: always,
    aiVariables: [{ name: 'opener', prompt: 'Open', fallback: 'Hello', maxCharacters: 200 }],
  });
  const someone = { ...aLead(), company: 'KÃ¶ln AG' };
  const campaign = await api.campaign({ content: template, leads: [someone], settings: manual });
  const [lead] = (await api.get(`/v1/campaigns/${campaign.campaignId}/leads`)).body.items;
  expect((await api.get(`/app/api/leads/${lead.id}/preview`)).body).toEqual({
    step: {
      name: 'Step 1',
      kind: 'email',
      content: { kind: 'email', subject: 'Hi Ada', body: '{{opener}}\n\nYours ' },
      missing: ['job_title'],
      problems: [],
    },
    ai_variables: ['opener'],
    later: {
      missing: ['custom.phone'],
      problems: ['company: “KÃ¶ln AG” was read in the wrong encoding, it probably says “Köln AG”'],
    },
  });
});

describe('the sequences of a campaign', () => {
  let campaign: RunningCampaign;
  let ids: SequenceId[];
  beforeAll(async () => {
    campaign = await api.campaign({ content: twoEmails, leads: people(4) });
    ids = await api.enrol(campaign.campaignId);
  });
  const found = async (query: string) =>
    (await api.get(`/v1/sequences?campaign_id=${campaign.campaignId}&${query}`)).body.items.map(
      ({ id }: { id: string }) => id,
    );
  const contactOf = async (id: SequenceId): Promise<ContactId> => {
    const [row] = await api.db.asSystem((tx) => tx.select().from(sequences).where(eq(sequences.id, id)));
    if (!row) throw new Error('no sequence');
    return row.contactId;
  };

  test('are found by what holds them, what they wait for, how far they came and whom they are about', async () => {
    const [away, sent] = ids;
    if (!away || !sent) throw new Error('not enrolled');
    const contactId = await contactOf(away);
    await api.db.asSystem((tx) =>
      tx
        .update(contacts)
        .set({ awayUntil: Date.parse('2031-04-01T00:00:00Z'), lastName: 'Wayland' })
        .where(eq(contacts.id, contactId)),
    );
    await send(sent);
    expect(await found('hold=out_of_office')).toEqual([away]);
    expect(await found('hold_up=out_of_office')).toEqual([away]);
    expect(await found('hold=account_paused')).toEqual([]);
    expect(await found('reached=contacted')).toEqual([sent]);
    expect(await found('reached=replied')).toEqual([]);
    expect(await found('q=wayLAND')).toEqual([away]);
    expect((await found('sort_by=next_at&sort_order=desc'))[0]).toBe(sent); // its second step is days away
    expect((await found('sort_by=next_at')).at(-1)).toBe(sent);
    await api.post(`/v1/campaigns/${campaign.campaignId}/pause`);
    expect(await found('hold=campaign_paused')).toHaveLength(4);
    await api.post(`/v1/accounts/${api.house.emailAccount}/pause`);
    expect(await found('hold=account_paused')).toHaveLength(4);
    await api.post(`/v1/accounts/${api.house.emailAccount}/resume`);
  });

  test('are stopped by name, or all that match, and counted', async () => {
    const stop = (body: object) => api.post(`/v1/campaigns/${campaign.campaignId}/stop-sequences`, body);
    expect((await stop({ sequence_ids: [ids[0]] })).body).toEqual({ stopped: 1 });
    expect((await stop({ sequence_ids: [ids[0]] })).body).toEqual({ stopped: 0 });
    expect((await stop({ all: { reached: 'contacted' } })).body).toEqual({ stopped: 1 });
    expect((await stop({ all: {} })).body).toEqual({ stopped: 2 });
    expect(await found('status=STOPPED_EARLY')).toHaveLength(4);
    const other = await api.campaign({ content: twoEmails, leads: people(1) });
    const [stranger] = await api.enrol(other.campaignId);
    expect((await stop({ sequence_ids: [stranger] })).body).toEqual({ stopped: 0 });
    expect((await api.get(`/v1/sequences/${stranger}`)).body.status).toBe('ACTIVE');
  });
});
