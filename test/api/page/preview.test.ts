import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../../src/db/new-id.ts';
import { aToken } from '../../support/builders.ts';
import { aHouse, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed(); // Tuesday 19 March 2030, 10:00 in Paris
});
afterAll(() => api.close());

const PREVIEW = '/app/api/sequence-templates/preview';
const TEST_EMAIL = '/app/api/sequence-templates/test-email';
const example = (over: object = {}) => ({
  ...JSON.parse(readFileSync(fileURLToPath(new URL('../../../examples/template.json', import.meta.url)), 'utf8')),
  ...over,
});

describe('a preview', () => {
  test('of what the editor holds shows every step as it would read, and when', async () => {
    const { status, body } = await api.post(PREVIEW, { content: example(), start: '2026-11-24T08:00:00Z' });
    expect(status).toBe(200);
    expect(body.problems).toEqual([]);
    expect(body.steps).toHaveLength(5);
    expect(body.steps[0]).toMatchObject({
      number: 1,
      kind: 'email',
      content: { kind: 'email' },
      missing: [],
      planned: { day: 0, at: '2026-11-24T08:00:00Z', text: 'Day 0, Tue 24 Nov 09:00' },
    });
    expect(JSON.stringify(body.steps)).toContain('Alex');
    expect(JSON.stringify(body.steps)).not.toContain('{{');
  });

  test('of a half-written one tells its problems at their places in the file', async () => {
    const { status, body } = await api.post(PREVIEW, {
      content: example({ daily_leads_target: 0, steps: [{ kind: 'linkedin_message', body: '{{first_nam}}' }] }),
    });
    expect(status).toBe(200);
    expect(body.problems.map(({ path }: { path: string }) => path)).toEqual(['daily_leads_target', 'steps.0.body']);
    expect(body.steps).toMatchObject([{ missing: ['first_nam'] }]);
  });

  test('of a saved one may be for a real contact', async () => {
    const { templateId, campaignId } = await api.campaign({
      content: content(steps({ kind: 'linkedin_message', body: 'Hi {{first_name}}, {{opener}}' }), {
        aiVariables: [{ name: 'opener', prompt: 'An opener', fallback: 'well met' }],
      }),
      leads: [{ email: 'grace@preview.example', profile: 'in/grace-preview', firstName: 'Grace' }],
      start: false,
    });
    const lead = (await api.get(`/v1/campaigns/${campaignId}/leads`)).body.items[0];
    const { body } = await api.post(PREVIEW, { id: templateId, version: 1, contact_id: lead.contact.id });
    expect(body).toMatchObject({
      steps: [{ content: { kind: 'linkedin_message', body: 'Hi Grace, well met' } }],
      ai_values: [{ name: 'opener', value: 'well met', by: 'fallback' }],
    });
    const tried = await api.post(PREVIEW, { id: templateId, write: true });
    expect(tried.body.ai_values).toEqual([{ name: 'opener', value: 'well met', by: 'offline' }]);
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.post(PREVIEW, { id: templateId }, stranger)).status).toBe(404);
    expect((await api.post(PREVIEW, { id: templateId, contact_id: newId() })).status).toBe(404);
  });

  test.each([
    [{}, ''],
    [{ id: newId(), content: example() }, ''],
    [{ content: example(), version: 1 }, ''],
    [{ content: example(), start: '2026-11-24' }, 'start'],
    [{ content: example(), contact_id: 'ada' }, 'contact_id'],
    [{ content: example({ timezone: 'Paris' }) }, 'content.timezone'],
  ])('is a 400 where it is not said of what, or in a shape nobody reads (%#)', async (body, path) => {
    const answer = await api.post(PREVIEW, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([path]);
  });
});

describe('a test email', () => {
  const body = (over: object = {}) => ({ content: example(), step: 1, account_id: api.house.emailAccount, ...over });

  test('goes to whoever asks, and says where it went', async () => {
    const { status, body: answer } = await api.post(TEST_EMAIL, body());
    expect([status, answer]).toEqual([200, { sent_to: 'sam@acme.example' }]);
    const [mail, another] = api.world.accepted.filter(({ to }) => to === 'sam@acme.example');
    expect(another).toBeUndefined();
    expect(mail?.subject).toMatch(/^\[Test\] /);
  });

  test('cannot be sent to anybody else', async () => {
    expect((await api.post(TEST_EMAIL, body({ to: 'eve@example.com' }))).status).toBe(400);
  });

  test('is no email: 422; over an account that is not there: 404', async () => {
    const { steps } = example();
    const other = steps.findIndex(({ kind }: { kind: string }) => kind !== 'email') + 1;
    expect((await api.post(TEST_EMAIL, body({ step: other }))).status).toBe(422);
    expect((await api.post(TEST_EMAIL, body({ account_id: newId() }))).status).toBe(404);
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.post(TEST_EMAIL, body(), stranger)).status).toBe(404);
  });
});

test('a service’s token, and one without templates:write, get neither', async () => {
  const { token: service } = await aToken(api.db, api.house.workspaceId, { memberId: null });
  const reader = await api.tokenOf(api.house, ['sequences:read']);
  for (const [path, body] of [
    [PREVIEW, { content: example() }],
    [TEST_EMAIL, { content: example(), step: 1, account_id: api.house.emailAccount }],
  ] as const)
    for (const token of [service, reader]) expect((await api.post(path, body, token)).status).toBe(403);
});
