import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditGroups, groupOf } from '../../../src/domain/audit.ts';
import { eventKinds } from '../../../src/domain/event.ts';
import { aMember } from '../../support/builders.ts';
import { aHouse, always, content, sequenceRow, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const lastEvent = async (kind: string) => (await api.get(`/v1/events?kind=${kind}&size=1000`)).body.items.at(-1);
const errorsOf = ({ body }: { body: { errors?: { path: string }[] } }) => (body.errors ?? []).map(({ path }) => path);

describe('the workspace', () => {
  test('only what is given changes, and the timeline says what', async () => {
    const { status, body } = await api.call('PATCH', '/app/api/workspace', {
      timezone: 'America/New_York',
      legal_name: ' Acme Ltd ',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Acme', timezone: 'America/New_York', legal_name: 'Acme Ltd' });
    expect(await lastEvent('workspace_edited')).toMatchObject({ data: { changed: 'zone, legalName' } });
  });

  test('what is so already changes nothing, and the timeline is silent', async () => {
    await api.call('PATCH', '/app/api/workspace', { postal_address: '1 Example Street' });
    const { body } = await api.get('/app/api/workspace');
    for (const change of [{}, { name: body.name, timezone: body.timezone, legal_name: body.legal_name }])
      expect(await api.call('PATCH', '/app/api/workspace', change)).toMatchObject({ status: 200, body });
    expect(await lastEvent('workspace_edited')).toMatchObject({ data: { changed: 'postalAddress' } });
  });

  test('every field that is wrong is named', async () => {
    const refused = await api.call('PATCH', '/app/api/workspace', {
      name: ' ',
      timezone: 'Mars/Base',
      legal_name: 'a\nb',
    });
    expect(refused.status).toBe(422);
    expect(errorsOf(refused)).toEqual(['name', 'timezone', 'legal_name']);
  });

  test('its context is kept as it was written, blank texts are none', async () => {
    const words = { ideal_customer: ' Heads of sales ', value_proposition: '', competitors: 'Others', tone: 'Plain' };
    expect((await api.call('PUT', '/app/api/context', words)).status).toBe(200);
    expect((await api.get('/app/api/context')).body).toEqual({ ...words, ideal_customer: 'Heads of sales' });
    expect(await lastEvent('context_edited')).toMatchObject({ data: { texts: 3 } });
  });
});

describe('members', () => {
  const add = (name: string, email: string) => api.post('/app/api/members', { name, email });

  test('are added once per address, in any spelling', async () => {
    const { status, body } = await add('Kim Keeper', ' Kim@Acme.example ');
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Kim Keeper', email: 'kim@acme.example' });
    expect((await add('Kim', 'kim@acme.example')).status).toBe(409);
    expect(errorsOf(await add(' ', 'nobody'))).toEqual(['name', 'email']);
  });

  test('who goes hands open tasks, campaigns and accounts to whom is named, and their tokens are dead at once', async () => {
    const house = await aHouse(api.db);
    const admin = await aMember(api.db, house.workspaceId, { name: 'Ann Admin' });
    const as = await api.tokenOf({ ...house, memberId: admin });
    const theirs = await api.tokenOf(house);
    const { campaignId } = await api.campaign(
      { content: content(steps({ kind: 'manual_task' }), { schedule: always }), leads: 1 },
      house,
    );
    const [id] = await api.enrol(campaignId);
    if (!id) throw new Error('nobody was enrolled');
    await api.performStep(id, (await sequenceRow(api.db, id)).nextAt ?? 0);
    expect((await api.get('/v1/tasks', theirs)).body.items).toMatchObject([{ assignee: { name: 'Sam Sender' } }]);

    const path = `/app/api/members/${house.memberId}`;
    expect((await api.get(`${path}/holdings`, as)).body).toEqual({ open_tasks: 1, campaigns: 1, accounts: 2 });
    const refused = await api.post(`${path}/remove`, {}, as);
    expect([refused.status, errorsOf(refused)]).toEqual([422, ['successor_id']]);
    expect(errorsOf(await api.post(`${path}/remove`, { successor_id: house.memberId }, as))).toEqual(['successor_id']);

    const { status, body } = await api.post(`${path}/remove`, { successor_id: admin }, as);
    expect([status, body]).toEqual([200, { open_tasks: 1, campaigns: 1, accounts: 2 }]);
    expect((await api.get('/v1/tasks', as)).body.items).toMatchObject([{ assignee: { id: admin } }]);
    expect((await api.get('/v1/accounts', as)).body.items).toMatchObject([
      { owner: { id: admin } },
      { owner: { id: admin } },
    ]);
    expect((await api.get('/app/api/members', as)).body.items).toMatchObject([{ id: admin }]);
    const tokens = (await api.get('/app/api/tokens', as)).body.items;
    expect(tokens.map(({ member }: { member: { id: string } }) => member.id)).toEqual([admin]);
  });

  test('a step that names somebody who has left goes to the campaign’s owner', async () => {
    const house = await aHouse(api.db);
    const gone = await aMember(api.db, house.workspaceId);
    const as = await api.tokenOf(house);
    const [call] = steps({ kind: 'manual_task' });
    if (call?.kind !== 'manual_task') throw new Error('no call');
    const { campaignId } = await api.campaign(
      { content: content([{ ...call, assignee: gone }], { schedule: always }), leads: 1 },
      house,
    );
    const [id] = await api.enrol(campaignId);
    if (!id) throw new Error('nobody was enrolled');
    expect((await api.post(`/app/api/members/${gone}/remove`, {}, as)).status).toBe(200);
    await api.performStep(id, (await sequenceRow(api.db, id)).nextAt ?? 0);
    expect((await api.get('/v1/tasks', as)).body.items).toMatchObject([{ assignee: { id: house.memberId } }]);
  });

  test('nobody removes themselves; whoever comes back is the same person', async () => {
    expect((await api.post(`/app/api/members/${api.house.memberId}/remove`, {})).status).toBe(422);
    const { body: first } = await add('Bea Back', 'bea@acme.example');
    expect((await api.post(`/app/api/members/${first.id}/remove`, {})).status).toBe(200);
    expect((await api.get(`/app/api/members/${first.id}/holdings`)).status).toBe(404);
    const { body: again } = await add('Bea Again', 'bea@acme.example');
    expect(again).toMatchObject({ id: first.id, name: 'Bea Again' });
  });
});

describe('tokens', () => {
  const create = (also: object = {}, as?: string) =>
    api.post(
      '/app/api/tokens',
      { name: 'Import', member_id: api.house.memberId, scopes: ['campaigns:read'], ...also },
      as,
    );

  test('a new one works, and is shown in that answer only', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect((await api.get('/v1/campaigns', body.token)).status).toBe(200);
    expect((await api.get('/v1/tasks', body.token)).status).toBe(403);
    const listed = (await api.get('/app/api/tokens')).body.items;
    expect(JSON.stringify(listed)).not.toContain(body.token);
    expect(listed[0]).toMatchObject({
      id: body.id,
      name: 'Import',
      shown: expect.stringMatching(/^topo_….{4}$/),
      is_own: false,
    });
    expect(JSON.stringify(await lastEvent('token_created'))).not.toContain(body.token);
  });

  test('a revoked one is no more, and revoking twice is one revocation', async () => {
    const { body } = await create();
    const revoke = () =>
      api.app.inject({
        method: 'DELETE',
        url: `/app/api/tokens/${body.id}`,
        headers: { authorization: `Bearer ${api.token}` },
      });
    expect((await revoke()).statusCode).toBe(204);
    expect((await revoke()).statusCode).toBe(204);
    expect((await api.get('/v1/campaigns', body.token)).status).toBe(401);
    const told = (await api.get('/v1/events?kind=token_revoked')).body.items;
    expect(told.filter(({ data }: { data: { token: string } }) => data.token === body.id)).toHaveLength(1);
  });

  test('nobody hands on a scope they do not have, and a token for nobody is refused', async () => {
    const clerk = await api.tokenOf(api.house, ['settings:write', 'tasks:read']);
    expect((await create({ scopes: ['tasks:read'] }, clerk)).status).toBe(201);
    const refused = await create({ scopes: ['tasks:read', 'contacts:write'] }, clerk);
    expect([refused.status, refused.body.detail]).toEqual([403, 'your own token lacks contacts:write']);
    expect(errorsOf(await create({ scopes: [], name: '' }))).toEqual(['name', 'scopes']);
    const stranger = await aHouse(api.db);
    expect(errorsOf(await create({ member_id: stranger.memberId }))).toEqual(['member_id']);
  });
});

describe('the audit trail', () => {
  test('is read from the newest back, with the names of whom and what it concerns', async () => {
    const { campaignId } = await api.campaign({
      content: content(steps('email')),
      leads: [{ email: 'ivy@one.example' }],
    });
    const { items } = (await api.get('/app/api/audit?about=campaigns&size=2')).body;
    expect(items).toMatchObject([
      { kind: 'campaign_started', campaign_id: campaignId, campaign_name: 'Spring', actor_name: 'Sam Sender' },
      { kind: 'campaign_created' },
    ]);
    const whole = (await api.get('/app/api/audit?size=200')).body.items;
    const [first, second] = [(await api.get('/app/api/audit?size=3')).body, whole.slice(3, 6)];
    expect(first.has_more).toBe(true);
    expect((await api.get(`/app/api/audit?size=3&before=${first.items.at(-1).ordinal}`)).body.items).toEqual(second);
    expect(whole.find(({ kind }: { kind: string }) => kind === 'lead_imported')).toMatchObject({
      contact_name: 'ivy@one.example',
    });
  });

  test('can be looked through for one person', async () => {
    const other = await aMember(api.db, api.house.workspaceId, { name: 'Otto Other' });
    const as = await api.tokenOf({ ...api.house, memberId: other });
    await api.call('PATCH', '/app/api/workspace', { name: 'Otto & Co' }, as);
    const { items } = (await api.get(`/app/api/audit?member_id=${other}`)).body;
    expect(items).toMatchObject([{ kind: 'workspace_edited', actor_name: 'Otto Other' }]);
  });

  test('every kind of event can be found under one heading', () => {
    expect(new Set(eventKinds.map((kind) => groupOf[kind]))).toEqual(new Set(auditGroups));
  });
});

test('without the scope nothing of it is open, and another workspace sees nothing of ours', async () => {
  const reader = await api.tokenOf(api.house, ['tasks:read']);
  for (const path of ['workspace', 'context', 'tokens', 'audit'])
    expect((await api.get(`/app/api/${path}`, reader)).body.detail, path).toBe('this needs the scope settings:read');
  expect((await api.get('/app/api/members', reader)).status).toBe(200);
  const stranger = await api.tokenOf(await aHouse(api.db));
  expect((await api.get('/app/api/members', stranger)).body.items).toHaveLength(1);
  expect((await api.get('/app/api/audit', stranger)).body.items).toEqual([]);
});
