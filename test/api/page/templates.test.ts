import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EditedFile, EditedStep, TemplateLineShown } from '../../../src/api/shapes/templates.ts';
import { newId } from '../../../src/db/new-id.ts';
import type { TemplateStatus } from '../../../src/domain/template.ts';
import { aTemplate, aToken } from '../../support/builders.ts';
import { aHouse, content, steps } from '../../support/scenario.ts';
import { type Served, startServed } from '../../support/served.ts';

let api: Served;
beforeAll(async () => {
  api = await startServed();
});
afterAll(() => api.close());

const ROOT = '/app/api/templates';
const example = (over: object = {}) => ({
  ...JSON.parse(readFileSync(fileURLToPath(new URL('../../../examples/template.json', import.meta.url)), 'utf8')),
  ...over,
});
const create = async (over: object = {}) => (await api.post(ROOT, example(over))).body;
const put = (id: string, body: object) => api.call('PUT', `${ROOT}/${id}`, body);

describe('a new template', () => {
  test('is PENDING_SETUP, version 1, and comes back as the file that would make it', async () => {
    const { status, body } = await api.post(ROOT, example());
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'PENDING_SETUP', version: 1, problems: [], template: example() });
    expect((await api.get(`${ROOT}/${body.id}`)).body).toEqual(body);
    expect((await api.get(`/v1/sequence-templates/${body.id}`)).body).toMatchObject({
      step_count: 5,
      timezone: 'Europe/Paris',
      status: 'PENDING_SETUP',
    });
  });

  test('is activated at once when the file says so', async () => {
    expect(await create({ activate: true })).toMatchObject({ status: 'ACTIVE', version: 1 });
  });

  test('that cannot be activated is not saved, and every problem is told at its place in the file', async () => {
    const before = (await api.get('/v1/sequence-templates')).body.total_count;
    const schedule = { days: [], hours: [{ start: '17:00', end: '09:00' }] };
    const { status, body } = await api.post(
      ROOT,
      example({ name: null, schedule, daily_leads_target: 0, activate: true }),
    );
    expect(status).toBe(422);
    expect(body.detail).toBe('the template cannot be activated, nothing was saved');
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'name',
      'daily_leads_target',
      'schedule.days',
      'schedule.hours.0.end',
    ]);
    expect((await api.get('/v1/sequence-templates')).body.total_count).toBe(before);
  });

  test('may be incomplete as a draft, and says what it lacks', async () => {
    const body = await create({ name: null, steps: [] });
    expect(body.problems).toEqual([
      {
        path: 'name',
        problem: 'name: a template needs a name before it is activated',
        what: ['a template needs a name before it is activated'],
      },
      {
        path: 'steps',
        problem: 'steps: a template needs at least one step',
        what: ['a template needs at least one step'],
      },
    ]);
  });

  test('names its steps as they are named, and beside that says what is wrong with the field alone', async () => {
    const steps = [
      { kind: 'email', subject: 'Hi', body: 'Hello' },
      { kind: 'email', name: "Reply ('warm'): second", delay: { value: 3, unit: 'days' }, body: '' },
    ];
    expect((await create({ steps, ai_variables: [] })).problems).toEqual([
      {
        path: 'steps.1.body',
        problem: "step 2 ('Reply ('warm'): second'): body is empty",
        what: [{ field: 'body' }, ' is empty'],
      },
    ]);
  });

  test('may bound what a model writes, by 500 characters unless it says otherwise', async () => {
    const { body } = await api.post(
      ROOT,
      example({
        ai_variables: [
          { name: 'opener', prompt: 'An opener' },
          { name: 'closer', prompt: 'A closer', max_characters: 80 },
          { name: 'endless', prompt: 'A novel', max_characters: 2_001 },
        ],
        steps: [{ kind: 'email', subject: 'Hi', body: '{{opener}}' }],
      }),
    );
    expect(body.template.ai_variables.map((each: { max_characters: number }) => each.max_characters)).toEqual([
      500, 80, 2_001,
    ]);
    expect(body.problems).toContainEqual({
      path: 'ai_variables.2.max_characters',
      problem: "AI variable 'endless': the longest value must have 1–2000 characters, got 2001",
      what: ['the longest value must have 1–2000 characters, got 2001'],
    });
  });

  test('with a variable that does not exist is refused, also as a draft', async () => {
    const { status, body } = await api.post(
      ROOT,
      example({ steps: [{ kind: 'email', subject: 'Hi', body: 'Hi {{first_nam}}' }] }),
    );
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        path: 'steps.0.body',
        problem: 'unknown variable "first_nam" (did you mean "first_name"?)',
        what: ['unknown variable ', { variable: 'first_nam' }, ' (did you mean ', { variable: 'first_name' }, '?)'],
      },
    ]);
  });

  test('with a task for somebody who is no member is refused', async () => {
    const other = await aHouse(api.db);
    const task = { kind: 'manual_task', task: 'call', title: 'Call', assignee_id: other.memberId };
    const { status, body } = await api.post(ROOT, example({ steps: [task] }));
    expect([status, body.errors[0].path]).toEqual([422, 'steps.0.assignee_id']);
    expect((await api.post(ROOT, example({ steps: [{ ...task, assignee_id: api.house.memberId }] }))).status).toBe(201);
  });

  test('of another shape is a 400 that names every place', async () => {
    const { status, body } = await api.post(
      ROOT,
      example({ colour: 'red', steps: [{ kind: 'email', subject: 'Hi', body: 5 }] }),
    );
    expect(status).toBe(400);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['colour', 'steps.0.body']);
  });
});

describe('an edit', () => {
  test('is the next version and keeps the ids of its steps', async () => {
    const { id, template } = await create();
    const { status, body } = await put(id, { ...template, name: 'Renamed', made_on: 1 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 2, template: { name: 'Renamed', steps: template.steps } });
  });

  test('made on another version is a 409: nobody overwrites anybody', async () => {
    const { id, template } = await create();
    const answers = await Promise.all([1, 2].map((n) => put(id, { ...template, name: `Edit ${n}`, made_on: 1 })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('version_conflict');
  });

  test('must leave an ACTIVE template valid', async () => {
    const { id, template } = await create({ activate: true });
    const steps = template.steps.map((step: object, index: number) =>
      index === 2 ? { ...step, delay: { value: -1, unit: 'days' } } : step,
    );
    const { status, body } = await put(id, { ...template, steps, made_on: 1 });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        path: 'steps.2.delay',
        problem: "step 3 ('Follow-up'): wait must be 0–90 days, got -1",
        what: ['wait must be 0–90 days, got -1'],
      },
    ]);
  });

  test('needs the version it was made on', async () => {
    const { id, template } = await create();
    expect((await put(id, template)).body.errors).toMatchObject([{ path: 'made_on' }]);
  });
});

describe('its life', () => {
  test('goes from PENDING_SETUP over ACTIVE and INACTIVE to ARCHIVED', async () => {
    const { id } = await create();
    const move = async (verb: string) => (await api.post(`${ROOT}/${id}/${verb}`)).body.status;
    expect(await move('activate')).toBe('ACTIVE');
    expect(await move('deactivate')).toBe('INACTIVE');
    expect(await move('activate')).toBe('ACTIVE');
    expect(await move('finish')).toBe('ARCHIVED'); // nothing was open
    expect((await api.post(`${ROOT}/${id}/activate`)).status).toBe(409);
  });

  test('activation lists what is missing at its place in the file', async () => {
    const { id } = await create({ linkedin_behaviour: { kind: 'DELAY', max_wait_days: 0 } });
    const { status, body } = await api.post(`${ROOT}/${id}/activate`);
    expect([status, body.errors[0].path]).toEqual([422, 'linkedin_behaviour.max_wait_days']);
  });

  test('archiving with sequences open needs the word, and stops them', async () => {
    const { id } = await create({ activate: true, approval_mode: 'AUTOPILOT' });
    const campaign = (await api.post('/v1/campaigns', { name: 'X', template_id: id })).body;
    await api.post(`/v1/campaigns/${campaign.id}/leads`, { rows: [{ email: 'open@lead.example', first_name: 'O' }] });
    await api.post(`/v1/campaigns/${campaign.id}/start`);
    await api.moveTo(Date.parse('2030-03-20T08:30:00Z'));
    expect(await api.enrol(campaign.id)).toHaveLength(1);
    expect((await api.get(`${ROOT}/${id}`)).body.open_sequences).toBe(1);
    expect((await api.post(`${ROOT}/${id}/archive`)).status).toBe(422);
    const { body } = await api.post(`${ROOT}/${id}/archive`, { stop_open_sequences: true });
    expect(body).toMatchObject({ status: 'ARCHIVED', stopped_sequences: 1 });
    expect((await api.get(`/v1/campaigns/${campaign.id}`)).body).toMatchObject({
      status: 'ENDED',
      sequences: { STOPPED_EARLY: 1 },
    });
  });
});

describe('the list', () => {
  test('shows what was edited last first and the archived at the end, each with how many sequences are open on it', async () => {
    const house = await aHouse(api.db);
    const token = await api.tokenOf(house);
    const row = (name: string, updatedAt: string, status: TemplateStatus = 'INACTIVE') =>
      aTemplate(api.db, house.workspaceId, { name, updatedAt, status, summary: `About ${name}` });
    await row('Gone', '2032-01-03T00:00:00Z', 'ARCHIVED');
    await row('Old', '2029-01-01T00:00:00Z');
    await row('Young', '2032-01-02T00:00:00Z');
    const { campaignId } = await api.campaign({ content: content(steps('email', 'email')), leads: 2 }, house);
    await api.enrol(campaignId);

    const list = async (query = '') => (await api.get(`${ROOT}${query}`, token)).body;
    const { items, total_count } = await list();
    expect(items.map((each: TemplateLineShown) => [each.name, each.open_sequences])).toEqual([
      ['Young', 0],
      ['Cold outreach', 2],
      ['Old', 0],
      ['Gone', 0],
    ]);
    expect(items[1]).toMatchObject({ status: 'ACTIVE', step_count: 2, timezone: 'Europe/Paris' });
    expect(total_count).toBe(4);
    expect((await list('?status=ARCHIVED')).items).toMatchObject([{ name: 'Gone' }]);
    expect((await list('?q=about%20you')).items).toMatchObject([{ name: 'Young' }]);
    expect(await list('?page=2&size=3')).toMatchObject({ items: [{ name: 'Gone' }], total_count: 4 });
  });

  test('and one template are open to who may read sequences, and to them alone', async () => {
    const { id } = await create();
    const reader = await api.tokenOf(api.house, ['sequences:read']);
    const other = await api.tokenOf(api.house, ['tasks:read']);
    for (const path of [ROOT, `${ROOT}/${id}`]) {
      expect((await api.get(path, reader)).status).toBe(200);
      expect((await api.get(path, other)).status).toBe(403);
    }
  });
});

describe('a duplicate', () => {
  test('is a template of its own, PENDING_SETUP, that says the same with steps of its own', async () => {
    const { id, template } = await create({ activate: true });
    const { status, body } = await api.post(`${ROOT}/${id}/duplicate`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'PENDING_SETUP', version: 1, open_sequences: 0 });
    const withoutIds = ({ steps }: EditedFile) => steps.map((step) => ({ ...step, id: null }));
    expect({ ...body.template, steps: withoutIds(body.template) }).toEqual({
      ...template,
      name: `${template.name} (copy)`,
      steps: withoutIds(template),
    });
    const ids = new Set([...template.steps, ...body.template.steps].map((step: EditedStep) => step.id));
    expect(ids.size).toBe(10);
    expect((await api.get(`${ROOT}/${id}`)).body.template).toEqual(template);
  });

  test('keeps its name within what a name may have', async () => {
    const { id } = await create({ name: '😀'.repeat(100) });
    const { name } = (await api.post(`${ROOT}/${id}/duplicate`)).body.template;
    expect(name).toBe(`${'😀'.repeat(96)} (copy)`);
  });
});

describe('the door', () => {
  test('is closed to tokens of services, and to those without the scope', async () => {
    const service = (await aToken(api.db, api.house.workspaceId)).token;
    const reader = await api.tokenOf(api.house, ['sequences:read']);
    expect((await api.post(ROOT, example(), service)).body).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await api.post(ROOT, example(), reader)).body).toMatchObject({
      status: 403,
      detail: 'this needs the scope templates:write',
    });
  });

  test('shows nothing of another workspace', async () => {
    const { id, template } = await create();
    const stranger = await api.tokenOf(await aHouse(api.db));
    expect((await api.get(`${ROOT}/${id}`, stranger)).status).toBe(404);
    expect((await api.call('PUT', `${ROOT}/${id}`, { ...template, made_on: 1 }, stranger)).status).toBe(404);
    for (const verb of ['activate', 'deactivate', 'finish', 'archive', 'duplicate'])
      expect((await api.post(`${ROOT}/${id}/${verb}`, undefined, stranger)).status).toBe(404);
    expect((await api.get(`${ROOT}/${newId()}`)).status).toBe(404);
  });
});
