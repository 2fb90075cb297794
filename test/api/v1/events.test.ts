import { afterAll, beforeAll, expect, test } from 'vitest';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const feed = async (query = '', as?: string) => (await api.get(`/v1/events${query}`, as)).body;
const kinds = (body: { items: { kind: string }[] }) => body.items.map(({ kind }) => kind);

test('the feed is read on from the last ordinal seen, without a gap', async () => {
  const { campaignId } = await api.campaign({
    content: content(steps('email'), { schedule: always }),
    leads: 3,
    start: false,
  });
  const whole = await feed('?size=1000');
  expect(kinds(whole)).toEqual([
    'template_created',
    'template_activated',
    'campaign_created',
    'lead_imported',
    'lead_imported',
    'lead_imported',
  ]);
  expect(whole.has_more).toBe(false);
  expect(whole.newest_ordinal).toBe(whole.items.at(-1).ordinal);

  const read = [];
  for (let since = 0, more = true; more; ) {
    const page = await feed(`?since_ordinal=${since}&size=2`);
    read.push(...page.items);
    since = page.items.at(-1)?.ordinal ?? since;
    more = page.has_more;
  }
  expect(read).toEqual(whole.items);
  await api.post(`/v1/campaigns/${campaignId}/start`);
  expect(kinds(await feed(`?since_ordinal=${whole.newest_ordinal}`))).toEqual(['campaign_started']);
});

test('an event says when, who, what and about whom', async () => {
  const { campaignId, templateId } = await api.campaign({ content: content(steps('email')), leads: 0 });
  const { items } = await feed(`?campaign_id=${campaignId}&kind=campaign_created`);
  expect(items).toEqual([
    {
      id: expect.any(String),
      ordinal: expect.any(Number),
      kind: 'campaign_created',
      at: expect.stringMatching(/^2030-03-19T09:\d\d:\d\dZ$/),
      actor: `member:${api.house.memberId}`,
      template_id: templateId,
      campaign_id: campaignId,
      contact_id: null,
      sequence_id: null,
      data: {},
    },
  ]);
});

test('the newest ordinal can be asked for alone, and is 0 where nothing happened', async () => {
  const stranger = await api.tokenOf(await aHouse(api.db));
  expect(await feed(`?since_ordinal=${Number.MAX_SAFE_INTEGER}&size=1`, stranger)).toEqual({
    items: [],
    has_more: false,
    newest_ordinal: 0,
  });
});

test.each(['since_ordinal=-1', 'since_ordinal=x', 'size=0', 'size=1001', 'kind=party'])(
  'refuses ?%s',
  async (query) => {
    expect((await api.get(`/v1/events?${query}`)).status).toBe(400);
  },
);
