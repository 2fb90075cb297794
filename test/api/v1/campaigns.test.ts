import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deactivateTemplate } from '../../../src/commands/templates/deactivate-template.ts';
import { newId } from '../../../src/db/new-id.ts';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const email = content(steps('email', 'email'), { schedule: always });
const draft = () => api.campaign({ content: email, leads: 0, start: false });

describe('a new campaign', () => {
  test('is a DRAFT with every connected account that its steps need, and nobody in it', async () => {
    const { templateId } = await draft();
    const { status, body } = await api.post('/v1/campaigns', { name: 'Autumn', template_id: templateId });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'Autumn',
      status: 'DRAFT',
      template: { id: templateId, name: 'Cold outreach', status: 'ACTIVE' },
      timezone: 'UTC',
      owner: { id: api.house.memberId, name: 'Sam Sender' },
      account_ids: [api.house.emailAccount], // the steps are emails: the LinkedIn account is not asked for
      leads: { PENDING_REVIEW: 0, APPROVED: 0, REJECTED: 0, ENROLLED: 0, FAILED: 0 },
      sequences: {
        ACTIVE: 0,
        WAITING_FOR_USER: 0,
        WAITING_FOR_LEAD: 0,
        SUCCEEDED: 0,
        COMPLETED: 0,
        STOPPED_EARLY: 0,
        FAILED: 0,
      },
      next_enrolment_at: null,
      next_enrolment_why: null,
      started_at: null,
      ended_at: null,
    });
    expect((await api.get(`/v1/campaigns/${body.id}`)).body).toEqual(body);
  });

  test('takes the accounts and the owner it is given', async () => {
    const { templateId } = await draft();
    const { body } = await api.post('/v1/campaigns', {
      name: 'Both',
      template_id: templateId,
      owner_id: api.house.memberId,
      account_ids: [api.house.emailAccount, api.house.linkedInAccount],
    });
    expect(body.account_ids).toHaveLength(2);
  });

  test('refuses what another workspace has, as if it were not there', async () => {
    const { templateId } = await draft();
    const other = await aHouse(api.db);
    const elsewhere = await api.campaign({ content: email, leads: 0, start: false }, other);
    const refused = async (body: object) =>
      (await api.post('/v1/campaigns', { name: 'X', template_id: templateId, ...body })).status;
    expect(await refused({ template_id: elsewhere.templateId })).toBe(404);
    expect(await refused({ owner_id: other.memberId })).toBe(404);
    expect(await refused({ account_ids: [other.emailAccount] })).toBe(404);
    expect((await api.get(`/v1/campaigns/${elsewhere.campaignId}`)).status).toBe(404);
    expect((await api.post(`/v1/campaigns/${elsewhere.campaignId}/pause`)).status).toBe(404);
    expect((await api.post(`/v1/campaigns/${elsewhere.campaignId}/end`)).status).toBe(404);
  });

  test('refuses a body with fields it does not know, and names them', async () => {
    const { status, body } = await api.post('/v1/campaigns', { name: '', template_id: 'x', colour: 'red' });
    expect(status).toBe(400);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['colour', 'name', 'template_id']);
  });
});

describe('controls', () => {
  test('start, pause, resume and end answer where the campaign stands', async () => {
    const { campaignId } = await draft();
    const control = async (verb: string) => (await api.post(`/v1/campaigns/${campaignId}/${verb}`)).body.status;
    expect(await control('start')).toBe('RUNNING');
    expect(await control('pause')).toBe('PAUSED');
    expect(await control('pause')).toBe('PAUSED');
    expect(await control('resume')).toBe('RUNNING');
    const { body } = await api.post(`/v1/campaigns/${campaignId}/end`);
    expect(body).toMatchObject({ status: 'ENDED', stopped_sequences: 0, next_enrolment_why: 'campaign_ended' });
    expect(body.ended_at).toMatch(/^2030-03-19T09:\d\d:\d\dZ$/);
  });

  test('tell the workflow', async () => {
    const { campaignId } = await draft();
    api.announced.length = 0;
    await api.post(`/v1/campaigns/${campaignId}/start`);
    expect(api.announced).toEqual([{ workspaceId: api.house.workspaceId, campaignId, epoch: 1, start: true }]);
  });

  test('a move that the table does not hold is a 409', async () => {
    const { campaignId } = await draft();
    const { status, body } = await api.post(`/v1/campaigns/${campaignId}/pause`);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'wrong_state',
      detail: `campaign ${campaignId} is DRAFT; from there it cannot become PAUSED`,
    });
    expect((await api.post(`/v1/campaigns/${campaignId}/resume`)).status).toBe(409);
  });

  test('an empty object is a body too; one with fields is not', async () => {
    const { campaignId } = await draft();
    expect((await api.post(`/v1/campaigns/${campaignId}/start`, {})).status).toBe(200);
    expect((await api.post(`/v1/campaigns/${campaignId}/pause`, { hard: true })).status).toBe(400);
  });

  test('starting on a template that is not active is refused with the reason', async () => {
    const { campaignId, templateId, caller } = await draft();
    await deactivateTemplate(api.commands, caller, templateId);
    const { status, body } = await api.post(`/v1/campaigns/${campaignId}/start`);
    expect([status, body.code]).toEqual([422, 'rule_refused']);
  });

  test('ending counts the sequences it stops', async () => {
    const { campaignId } = await api.campaign({
      content: email,
      leads: [{ email: 'ending@lead.example', firstName: 'E' }],
    });
    await api.enrol(campaignId);
    expect((await api.post(`/v1/campaigns/${campaignId}/end`)).body).toMatchObject({
      stopped_sequences: 1,
      leads: { ENROLLED: 1 },
      sequences: { STOPPED_EARLY: 1 },
    });
  });
});

describe('one campaign', () => {
  test('counts its leads and sequences, and says when it enrols next and why not sooner', async () => {
    const leads = ['a', 'b', 'c'].map((name) => ({ email: `${name}-counted@lead.example`, firstName: name }));
    const { campaignId } = await api.campaign({ content: email, leads, settings: { dailyLeadsTarget: 2 } });
    await api.enrol(campaignId);
    const { body } = await api.get(`/v1/campaigns/${campaignId}`);
    expect(body.leads).toMatchObject({ ENROLLED: 1, APPROVED: 2 });
    expect(body.sequences.ACTIVE).toBe(1);
    expect(body).toMatchObject({
      next_enrolment_at: '2030-03-19T12:00:00Z',
      next_enrolment_why: 'spread_over_the_day',
      next_enrolment_text: 'spread over the day; goes on Tue 19 Mar, 12:00 (UTC)',
    });
    await api.post(`/v1/campaigns/${campaignId}/pause`);
    expect((await api.get(`/v1/campaigns/${campaignId}`)).body.next_enrolment_text).toBe('campaign paused');
  });
});

describe('the list', () => {
  test('comes in pages with the totals of all that match, in the order of creation', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    const made = [];
    for (let n = 0; n < 3; n++) made.push(await api.campaign({ content: email, leads: 0, start: n > 0 }, house));
    const list = async (query: string) => (await api.get(`/v1/campaigns${query}`, token)).body;
    const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);
    const [first, second, third] = made.map(({ campaignId }) => campaignId);
    expect(await list('')).toMatchObject({ total_count: 3, total_pages: 1, has_more: false });
    expect(ids(await list('?size=2'))).toEqual([first, second]);
    const past = await list('?size=2&page=3');
    expect(past).toEqual({ items: [], total_count: 3, total_pages: 2, has_more: false });
    expect(ids(await list('?status=RUNNING'))).toEqual([second, third]);
    expect(ids(await list(`?template_id=${made[0]?.templateId}`))).toEqual([first]);
  });

  test.each(['status=running', 'size=0', 'size=101', 'page=0', 'colour=red', 'status=DRAFT&status=PAUSED'])(
    'refuses ?%s',
    async (query) => {
      expect((await api.get(`/v1/campaigns?${query}`)).status).toBe(400);
    },
  );
});

describe('scopes', () => {
  test('reading needs campaigns:read, everything else campaigns:write', async () => {
    const { campaignId, templateId } = await draft();
    const reader = await api.tokenOf(api.house, ['campaigns:read']);
    const writer = await api.tokenOf(api.house, ['campaigns:write']);
    expect((await api.get('/v1/campaigns', reader)).status).toBe(200);
    expect((await api.get('/v1/campaigns', writer)).status).toBe(403);
    expect((await api.post('/v1/campaigns', { name: 'X', template_id: templateId }, reader)).status).toBe(403);
    expect((await api.post(`/v1/campaigns/${campaignId}/start`, undefined, reader)).status).toBe(403);
    expect((await api.post(`/v1/campaigns/${campaignId}/start`, undefined, writer)).status).toBe(200);
  });

  test('an unknown id is a 404, a malformed one a 400', async () => {
    expect((await api.get(`/v1/campaigns/${newId()}`)).status).toBe(404);
    expect((await api.get('/v1/campaigns/42')).status).toBe(400);
  });
});
