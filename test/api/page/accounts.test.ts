import { afterAll, beforeAll, expect, test } from 'vitest';
import { aHouse, always, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

test('what is said before an account is removed is what then happens', async () => {
  const house = await aHouse(api.db);
  const as = await api.tokenOf(house);
  const of = { content: content(steps('email', 'email'), { schedule: always }), leads: 3 };
  const { campaignId } = await api.campaign(of, house);
  const [first] = await api.enrol(campaignId);
  await api.post(`/v1/sequences/${first}/stop`, undefined, as);
  const needed = (id: string) => api.get(`/app/api/accounts/${id}/needed`, as);
  expect((await needed(house.emailAccount)).body).toEqual({ sequences: 2 });
  expect((await needed(house.linkedInAccount)).body).toEqual({ sequences: 0 });
  expect((await api.call('DELETE', `/v1/accounts/${house.emailAccount}`, undefined, as)).body.ended_sequences).toBe(2);
  expect((await needed(house.emailAccount)).body).toEqual({ sequences: 0 });
  expect((await api.get(`/app/api/accounts/${house.emailAccount}/needed`)).status).toBe(404);
});
