import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newId } from '../../../src/db/new-id.ts';
import { idOf, type TemplateId, type WorkspaceId } from '../../../src/domain/ids.ts';
import { templateStatuses } from '../../../src/domain/template.ts';
import { startApi, type TestApi } from '../../support/api.ts';
import { aTemplate, aToken, aWorkspace, type TemplateSpec } from '../../support/builders.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** A workspace with these templates, and somebody who may read them. */
async function aReader(...templates: Partial<TemplateSpec>[]) {
  const workspaceId: WorkspaceId = await aWorkspace(api.db);
  const { bearer } = await aToken(api.db, workspaceId, { scopes: ['sequences:read'] });
  const ids: TemplateId[] = [];
  for (const spec of templates) ids.push(await aTemplate(api.db, workspaceId, spec));
  const get = async (path: string, method: 'GET' | 'HEAD' = 'GET') => {
    const answer = await api.app.inject({ method, url: `/v1/sequence-templates${path}`, headers: bearer });
    return { status: answer.statusCode, body: answer.body, headers: answer.headers, json: () => answer.json() };
  };
  const list = async (query: Record<string, string | number> = {}) => {
    const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const answer = await get(`?${text.join('&')}`);
    expect(answer.status, answer.body).toBe(200);
    return answer.json();
  };
  const idsOf = async (query: Record<string, string | number> = {}): Promise<string[]> =>
    (await list(query)).items.map(({ id }: { id: string }) => id);
  const namesOf = async (query: Record<string, string | number> = {}): Promise<(string | null)[]> =>
    (await list(query)).items.map(({ name }: { name: string | null }) => name);
  return { workspaceId, bearer, ids, get, list, idsOf, namesOf };
}

type Reader = Awaited<ReturnType<typeof aReader>>;

async function expectRefusal({ get }: Reader, path: string, ...fields: string[]) {
  const answer = await get(path);
  expect(answer.status, `${path}: ${answer.body}`).toBe(400);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.json()).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(answer.json().errors.map(({ path: field }: { path: string }) => field)).toEqual(fields);
}

const coldOutreach = {
  id: idOf<TemplateId>('018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5'),
  name: 'Cold Outreach — VP Sales, SaaS',
  summary: '7-step sequence targeting VP Sales at B2B SaaS companies with 50–500 employees.',
  status: 'ACTIVE',
  steps: 7,
  language: 'en',
  timezone: 'America/New_York',
  activatedAt: '2025-01-08T10:30:00Z',
  createdAt: '2025-01-07T14:22:00Z',
  updatedAt: '2025-02-14T09:45:00Z',
} as const;

const inboundFollowUp = {
  id: idOf<TemplateId>('019c3d4e-5f6a-7b81-9283-c4d5e6f7a8b9'),
  name: 'Inbound Follow-Up — Trial Signups',
  summary: "3-step warm follow-up for contacts who signed up for a trial but haven't booked a demo.",
  status: 'ACTIVE',
  steps: 3,
  language: 'en',
  timezone: 'Europe/London',
  activatedAt: '2025-02-01T08:00:00Z',
  createdAt: '2025-01-31T17:10:00Z',
  updatedAt: '2025-02-01T08:00:00Z',
} as const;

/** As the documentation prints it. */
const coldOutreachPrinted = `{
  "id": "018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5",
  "name": "Cold Outreach — VP Sales, SaaS",
  "summary": "7-step sequence targeting VP Sales at B2B SaaS companies with 50–500 employees.",
  "status": "ACTIVE",
  "step_count": 7,
  "language": "en",
  "timezone": "America/New_York",
  "activated_at": "2025-01-08T10:30:00Z",
  "created_at": "2025-01-07T14:22:00Z",
  "updated_at": "2025-02-14T09:45:00Z"
}`;

const listPrinted = `{
  "items": [
    ${coldOutreachPrinted},
    {
      "id": "019c3d4e-5f6a-7b81-9283-c4d5e6f7a8b9",
      "name": "Inbound Follow-Up — Trial Signups",
      "summary": "3-step warm follow-up for contacts who signed up for a trial but haven't booked a demo.",
      "status": "ACTIVE",
      "step_count": 3,
      "language": "en",
      "timezone": "Europe/London",
      "activated_at": "2025-02-01T08:00:00Z",
      "created_at": "2025-01-31T17:10:00Z",
      "updated_at": "2025-02-01T08:00:00Z"
    }
  ],
  "total_count": 2,
  "total_pages": 1,
  "has_more": false
}`;

const withoutSpace = (json: string) => JSON.stringify(JSON.parse(json));

let documented: Reader;
let another: Reader;
beforeAll(async () => {
  const archived = { name: 'Old playbook', status: 'ARCHIVED', createdAt: '2024-01-01T00:00:00Z' } as const;
  documented = await aReader(coldOutreach, inboundFollowUp, archived);
  another = await aReader({ name: 'Another workspace’s' });
});

describe('the documentation', () => {
  test('its list of active templates is answered byte for byte', async () => {
    const answer = await documented.get('?status=ACTIVE&sort_by=name&sort_order=asc');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.body).toBe(withoutSpace(listPrinted));
  });

  test('its single template is answered byte for byte', async () => {
    const answer = await documented.get('/018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5');
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(withoutSpace(coldOutreachPrinted));
  });

  test('its example token is refused', async () => {
    const headers = { authorization: 'Bearer topo_xxxxxxxxxxxx' };
    expect((await api.app.inject({ url: '/v1/sequence-templates', headers })).statusCode).toBe(401);
  });
});

describe('a template', () => {
  test('shows all ten fields also when it has nothing to say', async () => {
    const bare = { name: null, summary: null, language: null, status: 'PENDING_SETUP', steps: 0 } as const;
    const { get, ids } = await aReader({ ...bare, createdAt: '2025-03-01T00:00:00Z' });
    expect((await get(`/${ids[0]}`)).json()).toEqual({
      id: ids[0],
      name: null,
      summary: null,
      status: 'PENDING_SETUP',
      step_count: 0,
      language: null,
      timezone: 'Europe/Paris',
      activated_at: null,
      created_at: '2025-03-01T00:00:00Z',
      updated_at: '2025-03-01T00:00:00Z',
    });
  });

  test('shows the steps, language and zone of its current version', async () => {
    const { get, ids } = await aReader({ version: 3, steps: 5, language: 'fr', timezone: 'Asia/Tokyo' });
    expect((await get(`/${ids[0]}`)).json()).toMatchObject({ step_count: 5, language: 'fr', timezone: 'Asia/Tokyo' });
  });

  test('is found by its id in any letter case', async () => {
    expect((await documented.get(`/${coldOutreach.id.toUpperCase()}`)).body).toBe(withoutSpace(coldOutreachPrinted));
  });

  test('of another workspace is answered as one that never was, byte for byte but for the request’s id', async () => {
    const strip = (body: string) => body.replace(/"request_id":"[^"]+"/, '');
    const foreign = await another.get(`/${coldOutreach.id}`);
    const unknown = await another.get(`/${newId<TemplateId>()}`);
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect(strip(foreign.body)).toBe(strip(unknown.body));
    expect(Object.keys(foreign.headers)).toEqual(Object.keys(unknown.headers));
    expect(foreign.headers['content-length']).toBe(unknown.headers['content-length']);
  });

  test.each([
    'abc',
    '1',
    '018d7e6f',
    '018d7e6f5c4b7a398281c0d1e2f3a4b5',
    `${coldOutreach.id}x`,
    '%00',
    `'%20or%201=1--`,
    'x'.repeat(5_000),
  ])('has no id like %.40s: 400', async (id) => {
    await expectRefusal(documented, `/${id}`, 'id');
  });

  test('takes no parameters', async () => {
    await expectRefusal(documented, `/${coldOutreach.id}?fields=id`, 'fields');
  });
});

describe('a list', () => {
  test('holds the workspace’s own templates and counts no others', async () => {
    expect(await another.namesOf()).toEqual(['Another workspace’s']);
    expect((await another.list()).total_count).toBe(1);
    expect(await another.idsOf({ name: coldOutreach.name })).toEqual([]);
  });

  test('of nothing has no pages', async () => {
    const { list } = await aReader();
    expect(await list()).toEqual({ items: [], total_count: 0, total_pages: 0, has_more: false });
    expect(await list({ page: 9 })).toEqual({ items: [], total_count: 0, total_pages: 0, has_more: false });
  });

  test('shows ten, oldest first, unless asked otherwise', async () => {
    const reader = await aReader(
      ...Array.from({ length: 11 }, (_, day) => ({ createdAt: `2025-01-${String(20 - day)}T00:00:00Z` })),
    );
    const { items, ...totals } = await reader.list();
    expect(totals).toEqual({ total_count: 11, total_pages: 2, has_more: true });
    expect(items.map(({ id }: { id: string }) => id)).toEqual(reader.ids.toReversed().slice(0, 10));
  });

  test('in pages holds everything once, and says whether more is to come', async () => {
    const reader = await aReader(...Array.from({ length: 7 }, () => ({})));
    const pages = [
      await reader.list({ size: 3 }),
      await reader.list({ size: 3, page: 2 }),
      await reader.list({ size: 3, page: 3 }),
    ];
    expect(pages.map(({ has_more }) => has_more)).toEqual([true, true, false]);
    expect(pages.map(({ total_count, total_pages }) => [total_count, total_pages])).toEqual([[7, 3], [7, 3], [7, 3]]); // biome-ignore format: one row
    expect(pages.flatMap(({ items }) => items.map(({ id }: { id: string }) => id))).toEqual(reader.ids);
  });

  test('past its end is empty, with true totals', async () => {
    const reader = await aReader({}, {}, {});
    for (const page of [3, 1_000, 2 ** 31 - 1])
      expect(await reader.list({ size: 2, page })).toEqual({
        items: [],
        total_count: 3,
        total_pages: 2,
        has_more: false,
      });
  });

  test('takes a size of 1 and of 100', async () => {
    expect((await documented.list({ size: 1 })).total_pages).toBe(3);
    expect((await documented.list({ size: 100 })).total_pages).toBe(1);
  });

  test.each([
    '0',
    '101',
    '-1',
    '1.5',
    '1.0',
    'abc',
    '',
    '1e1',
    '0x10',
    '010',
    '+5',
    '%2B5',
    ' 5',
    '5%20',
    'NaN',
    '1000000000',
    '99999999999999999999',
    '１０',
  ])('takes no size like %j', async (size) => {
    await expectRefusal(documented, `?size=${size}`, 'size');
  });

  test.each(['0', '-1', '1.5', 'abc', '', '2147483648', '99999999999999999999', 'Infinity'])(
    'takes no page like %j',
    async (page) => {
      await expectRefusal(documented, `?page=${page}`, 'page');
    },
  );
});

describe('filters', () => {
  test('a name matches byte for byte or not at all', async () => {
    const names = [
      'Q3 Launch',
      'q3 launch',
      'Q3 Launch ',
      'Q3 Launch%',
      'Caf\u00e9',
      'Cafe\u0301',
      'a+b & c',
      "O'Brien",
    ];
    const reader = await aReader(...names.map((name) => ({ name })), { name: null });
    for (const name of names) expect(await reader.namesOf({ name })).toEqual([name]);
    expect(await reader.namesOf({ name: 'Q3' })).toEqual([]);
    expect(await reader.namesOf({ name: '%' })).toEqual([]);
    expect(await reader.namesOf({ name: '' })).toEqual([]);
  });

  test('every status is one of five, in capitals', async () => {
    const reader = await aReader(...templateStatuses.map((status) => ({ status, name: status })));
    for (const status of templateStatuses) expect(await reader.namesOf({ status })).toEqual([status]);
    for (const status of ['active', 'Active', 'LIVE', '', 'ACTIVE,INACTIVE', 'ACTIVE%00'])
      await expectRefusal(reader, `?status=${status}`, 'status');
  });

  test('after and before exclude the bound itself', async () => {
    const [first, second, third] = ['2025-01-07T14:21:59Z', '2025-01-07T14:22:00Z', '2025-01-07T14:22:01Z'] as const;
    const reader = await aReader(
      { createdAt: first, name: '1' },
      { createdAt: second, name: '2' },
      { createdAt: third, name: '3' },
    );
    expect(await reader.namesOf({ created_at_after: second })).toEqual(['3']);
    expect(await reader.namesOf({ created_at_before: second })).toEqual(['1']);
    expect(await reader.namesOf({ created_at_after: first, created_at_before: third })).toEqual(['2']);
    expect(await reader.namesOf({ created_at_after: third, created_at_before: first })).toEqual([]);
    expect(await reader.namesOf({ created_at_after: '2025-01-07T14:21:59.5Z' })).toEqual(['2', '3']);
    expect(await reader.namesOf({ created_at_before: '2025-01-07T14:22:00.000000001Z' })).toEqual(['1', '2']);
  });

  test('what an item shows as its creation, asked for as a bound, leaves out just that item', async () => {
    const reader = await aReader(
      { createdAt: '2025-01-07T14:22:00.999Z', name: 'old' },
      { createdAt: '2025-01-07T14:22:01.000Z', name: 'new' },
    );
    const [old] = (await reader.list()).items;
    expect(old.created_at).toBe('2025-01-07T14:22:00Z');
    expect(await reader.namesOf({ created_at_after: old.created_at })).toEqual(['new']);
  });

  test('a bound may be in any zone; a + that was not escaped is one', async () => {
    const reader = await aReader({ createdAt: '2025-01-07T14:22:00Z', name: 'it' });
    const found = async (bound: string) => (await reader.get(`?created_at_after=${bound}`)).json().total_count;
    expect(await found('2025-01-07T15:21:59%2B01:00')).toBe(1);
    expect(await found('2025-01-07T15:22:00%2B01:00')).toBe(0);
    expect(await found('2025-01-07T15:21:59+01:00')).toBe(1);
    expect(await found('2025-01-07T15:22:00+01:00')).toBe(0);
    expect(await found('2025-01-07T09:21:59-05:00')).toBe(1);
    expect(await found('0001-01-01T00:00:00Z')).toBe(1);
    expect(await found('9999-12-31T23:59:59Z')).toBe(0);
  });

  test.each([
    '2025-01-07',
    '2025-01-07T14:22:00',
    '1736259720',
    'now',
    '',
    '2025-02-30T00:00:00Z',
    "2025-01-07T14:22:00Z'--",
  ])('%j is no bound', async (bound) => {
    await expectRefusal(documented, `?created_at_after=${encodeURIComponent(bound)}`, 'created_at_after');
    await expectRefusal(documented, `?created_at_before=${encodeURIComponent(bound)}`, 'created_at_before');
  });

  test('all of them hold at once, and the totals are those of the match', async () => {
    const day = (n: number) => `2025-01-0${n}T00:00:00Z`;
    const reader = await aReader(
      { name: 'A', createdAt: day(1) },
      { name: 'A', createdAt: day(2) },
      { name: 'A', createdAt: day(3) },
      { name: 'B', createdAt: day(2) },
      { name: 'A', createdAt: day(2), status: 'INACTIVE' },
    );
    const search = { name: 'A', status: 'ACTIVE', created_at_after: day(1), created_at_before: day(3) };
    expect(await reader.idsOf(search)).toEqual([reader.ids[1]]);
    expect(await reader.list({ ...search, page: 2, size: 1 })).toEqual({
      items: [],
      total_count: 1,
      total_pages: 1,
      has_more: false,
    });
  });
});

describe('the order', () => {
  test('is by creation, last change or name, up or down', async () => {
    const reader = await aReader(
      { name: 'b', createdAt: '2025-01-01T00:00:00Z', updatedAt: '2025-03-03T00:00:00Z' },
      { name: 'c', createdAt: '2025-01-02T00:00:00Z', updatedAt: '2025-03-01T00:00:00Z' },
      { name: 'a', createdAt: '2025-01-03T00:00:00Z', updatedAt: '2025-03-02T00:00:00Z' },
    );
    expect(await reader.namesOf({ sort_by: 'created_at' })).toEqual(['b', 'c', 'a']);
    expect(await reader.namesOf({ sort_order: 'desc' })).toEqual(['a', 'c', 'b']);
    expect(await reader.namesOf({ sort_by: 'updated_at' })).toEqual(['c', 'a', 'b']);
    expect(await reader.namesOf({ sort_by: 'updated_at', sort_order: 'desc' })).toEqual(['b', 'a', 'c']);
    expect(await reader.namesOf({ sort_by: 'name' })).toEqual(['a', 'b', 'c']);
    expect(await reader.namesOf({ sort_by: 'name', sort_order: 'desc' })).toEqual(['c', 'b', 'a']);
  });

  test('of names is that of their code points, whatever the server’s language', async () => {
    const sorted = ['', '2', 'A', 'Z', '_', 'a', 'ab', 'b', 'z', 'É', 'é', '—', '日本', '😀'];
    const reader = await aReader(...sorted.toReversed().map((name) => ({ name })));
    expect(await reader.namesOf({ sort_by: 'name', size: 100 })).toEqual(sorted);
    expect(await reader.namesOf({ sort_by: 'name', sort_order: 'desc', size: 100 })).toEqual(sorted.toReversed());
  });

  test('has templates without a name last, both ways', async () => {
    const reader = await aReader({ name: null }, { name: 'a' }, { name: null }, { name: 'b' });
    expect(await reader.namesOf({ sort_by: 'name' })).toEqual(['a', 'b', null, null]);
    expect(await reader.namesOf({ sort_by: 'name', sort_order: 'desc' })).toEqual(['b', 'a', null, null]);
  });

  test('of equals is that of their ids, in the direction asked for, across pages', async () => {
    const reader = await aReader(...Array.from({ length: 5 }, () => ({ name: null })));
    for (const sort_by of ['created_at', 'updated_at', 'name']) {
      const pages = async (sort_order: string) => {
        const of = (page: number) => reader.idsOf({ sort_by, sort_order, size: 2, page });
        return [...(await of(1)), ...(await of(2)), ...(await of(3))];
      };
      expect(await pages('asc')).toEqual(reader.ids);
      expect(await pages('desc')).toEqual(reader.ids.toReversed());
    }
  });

  test.each([
    'id',
    'NAME',
    'createdAt',
    '',
    'name;',
    'name desc',
    'created_at--',
    '(select 1)',
    '1',
    'constructor',
    '__proto__',
  ])('is not by %j', async (key) => {
    await expectRefusal(documented, `?sort_by=${encodeURIComponent(key)}`, 'sort_by');
  });

  test.each(['ASC', 'up', '', 'desc nulls first', 'asc; select 1'])('is not %j', async (order) => {
    await expectRefusal(documented, `?sort_order=${encodeURIComponent(order)}`, 'sort_order');
  });
});

describe('parameters', () => {
  test('that nobody knows are refused, each by name', async () => {
    await expectRefusal(documented, '?limit=5&Size=3&filter[name]=x', 'limit', 'Size', 'filter[name]');
    await expectRefusal(documented, '?__proto__=1&constructor=2', '__proto__', 'constructor');
    await expectRefusal(documented, '?=1', '');
  });

  test('given twice are refused, also when they agree or are spelled differently', async () => {
    await expectRefusal(documented, '?size=1&size=2', 'size');
    await expectRefusal(documented, '?status=ACTIVE&status=ACTIVE&page=1&page=1', 'status', 'page');
    await expectRefusal(documented, '?size=1&%73ize=1', 'size');
    await expectRefusal(documented, '?__proto__=1&__proto__=1', '__proto__');
  });

  test('that are wrong together are named together', async () => {
    await expectRefusal(documented, '?size=0&page=0&status=active', 'status', 'page', 'size');
  });

  test('that are no percent-encoded UTF-8, or hold U+0000, are refused', async () => {
    for (const name of ['%', '%zz', '%ff', '%c3%28', '%ed%a0%80'])
      expect((await documented.get(`?name=${name}`)).status).toBe(400);
    await expectRefusal(documented, '?name=%00', 'name');
  });

  test('may be separated by more than is needed', async () => {
    expect((await documented.get('?&size=1&&page=1&')).status).toBe(200);
    expect((await documented.get('?')).status).toBe(200);
  });

  const injections = [
    "' or 1=1 --",
    "'; drop table templates; --",
    '" or ""="',
    '\\',
    "\\'; --",
    '$1',
    '%27%20or%201=1',
    '{{name}}',
    '\u0024{name}',
    '/**/',
  ];
  test.each(injections)('with SQL in them find nothing and break nothing: %j', async (payload) => {
    expect(await documented.list({ name: payload })).toMatchObject({ items: [], total_count: 0 });
    for (const field of ['status', 'sort_by', 'sort_order', 'page', 'size', 'created_at_after', 'created_at_before'])
      await expectRefusal(documented, `?${field}=${encodeURIComponent(payload)}`, field);
    expect((await documented.list()).total_count).toBe(3);
  });
});

describe('HEAD', () => {
  test.each(['', `/${coldOutreach.id}`, '?size=0', `/${'0'.repeat(8)}-0000-7000-8000-000000000000`])(
    'of %j answers as GET, without the body',
    async (path) => {
      const [get, head] = [await documented.get(path), await documented.get(path, 'HEAD')];
      expect(head.body).toBe('');
      expect(head.status).toBe(get.status);
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
    },
  );
});

test('a page and its count are of one instant: one statement, also past the end', async () => {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  await documented.list({ page: 5 });
  const texts = query.mock.calls.map(([given]: unknown[]) =>
    typeof given === 'object' && given !== null && 'text' in given ? String(given.text) : String(given),
  );
  query.mockRestore();
  expect(texts.filter((text) => text.includes('"templates"'))).toHaveLength(1);
});
