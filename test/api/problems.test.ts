import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readJson } from '../../src/api/json-body.ts';
import { problems } from '../../src/api/problems.ts';
import { newId } from '../../src/db/new-id.ts';
import type { Db } from '../../src/db/pool.ts';
import type { WorkspaceId } from '../../src/domain/ids.ts';
import { Refusal, refusalCodes } from '../../src/domain/refusal.ts';
import { openApiDb, startApi, type TestApi } from '../support/api.ts';
import { aToken, aWorkspace } from '../support/builders.ts';
import { processorTime } from '../support/processor-time.ts';

let api: TestApi;
let workspaceId: WorkspaceId;
let bearer: { authorization: string };
/** What the API's next question to its workspace meets. */
let fault: (() => Promise<never>) | null = null;

beforeAll(async () => {
  api = await startApi({
    wrap: (db: Db): Db => ({
      ...db,
      inWorkspace: (id, work) => (fault ? fault() : db.inWorkspace(id, work)),
    }),
  });
  workspaceId = await aWorkspace(api.db);
  ({ bearer } = await aToken(api.db, workspaceId));
});
afterAll(() => api.close());

const list = () => api.app.inject({ url: '/v1/sequence-templates', headers: bearer });

/** What `work` throws, or nothing. */
function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
}

/** What the caller and the log see of an error thrown below. */
async function meeting(error: unknown) {
  fault = () => Promise.reject(error);
  api.lines.length = 0;
  const answer = await list();
  fault = null;
  return { answer, body: answer.json(), log: api.lines.filter(({ level }) => level !== 'info') };
}

describe('what a command refuses', () => {
  const statuses = {
    not_found: 404,
    invalid: 422,
    wrong_state: 409,
    version_conflict: 409,
    rule_refused: 422,
    forbidden: 403,
  };

  test.each(refusalCodes)('%s has its status, its reason and its code', async (code) => {
    const isMissing = code === 'not_found';
    const detail = isMissing ? 'no template with this id' : 'template 7 is PENDING_SETUP';
    const { answer, body, log } = await meeting(
      isMissing ? new Refusal(code, { noun: 'template', id: '7' }) : new Refusal(code, detail),
    );
    expect(answer.statusCode).toBe(statuses[code]);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: `urn:topo:problem:${code}`,
      title: problems[code].title,
      status: statuses[code],
      detail,
      code,
      request_id: answer.headers['x-request-id'],
    });
    expect(log).toEqual([]);
  });

  test('lists every place, where it names several', async () => {
    const place = [{ noun: 'step', number: 3, name: 'Follow-up' }];
    const what = 'wait must be 0–90 days, got -1';
    const problems = [{ path: ['steps', 2, 'delay'], place, what }];
    expect((await meeting(new Refusal('invalid', 'cannot be activated yet', problems))).body.errors).toEqual([
      { path: 'steps.2.delay', problem: "step 3 ('Follow-up'): wait must be 0–90 days, got -1", what: [what] },
    ]);
  });

  test('does not repeat the id that was not found: a foreign and an unknown one are told alike', async () => {
    const detailOf = async (id: string | null) =>
      (await meeting(new Refusal('not_found', { noun: 'member', id }))).body.detail;
    expect(await detailOf('018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5')).toBe('no member with this id');
    expect(await detailOf('7')).toBe('no member with this id');
    expect(await detailOf(null)).toBe('no member in this workspace');
  });
});

describe('what we did not foresee', () => {
  const secret = "select * from templates where name = 'ada@lead.example' at /srv/topo/src/db/pool.ts:7";
  const faults: [string, unknown][] = [
    ['an error', new Error(secret)],
    ['a chain of errors', new Error('outer', { cause: new Error(secret) })],
    ['an error with a status of its own', Object.assign(new Error(secret), { statusCode: 418 })],
    [
      'an error with a status and a code of its own',
      Object.assign(new Error(secret), { statusCode: 404, code: 'ENOENT' }),
    ],
    ['a constraint of the database', Object.assign(new Error(secret), { code: '23505', constraint: 'members_email' })],
    ['something that is no error', secret],
    ['nothing at all', undefined],
  ];

  test.each(faults)('%s is a 500 that says nothing but the request’s id', async (_what, error) => {
    const { answer, body } = await meeting(error);
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: 'urn:topo:problem:internal_error',
      title: 'Something went wrong on our side',
      status: 500,
      detail: 'the fault is logged under the request id',
      code: 'internal_error',
      request_id: answer.headers['x-request-id'],
    });
  });

  test.each(faults)('%s is logged under that id, without what may be personal', async (_what, error) => {
    const { body, log } = await meeting(error);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ level: 'error', fields: { request_id: body.request_id } });
    expect(JSON.stringify(log)).not.toMatch(/ada@|select|lead\.example/);
  });

  test('the log says where it came from', async () => {
    const { log } = await meeting(new TypeError('x is not a function'));
    expect(log[0]?.fields).toMatchObject({
      error: 'TypeError',
      at: expect.arrayContaining([expect.stringContaining('problems.test')]),
    });
  });
});

describe('when Postgres is away', () => {
  test.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '53300', '08006', '08P01', '57014', '55P03'])(
    '(%s) it is a 503, and when to come back',
    async (code) => {
      const { answer, body, log } = await meeting(
        new Error('Failed query', { cause: Object.assign(new Error('ada@lead.example'), { code }) }),
      );
      expect(answer.statusCode).toBe(503);
      expect(answer.headers['retry-after']).toBe('2');
      expect(body).toMatchObject({ code: 'unavailable', status: 503 });
      expect(JSON.stringify([body, log])).not.toMatch(/ada@|lead\.example/);
    },
  );

  test('at the look-up of the token it is a 503 too, and no 401', async () => {
    const nowhere = openApiDb('postgresql://topo:topo@127.0.0.1:1/topo');
    const alone = await startApi({ deps: { db: nowhere } });
    const answer = await alone.app.inject({ url: '/v1/sequence-templates', headers: bearer });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
    await nowhere.close();
    await alone.close();
  });

  test('with all connections held, fifty requests are told so; health is not touched; later all is well', async () => {
    const small = await startApi({ pool: { size: 2 } });
    const { bearer: theirs } = await aToken(small.db, await aWorkspace(small.db));
    const ask = (url: string) => small.app.inject({ url, headers: theirs });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hold = () =>
      new Promise<{ over: Promise<void> }>((resolve) => {
        const over = small.ofApi.asSystem(() => {
          resolve({ over });
          return released;
        });
      });
    const holders = [await hold(), await hold()];
    /** The answer to whoever waits for a connection, once the pool's patience, by a clock of ours, is over. */
    const inVain = async <T>(ask: () => Promise<T>): Promise<T> => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      let isOver = false;
      const answer = ask().finally(() => {
        isOver = true;
      });
      while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
      vi.useRealTimers();
      return answer;
    };
    const answers = await inVain(() => Promise.all(Array.from({ length: 50 }, () => ask('/v1/sequence-templates'))));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([503]));
    for (const { headers } of answers) expect(headers['retry-after']).toBe('2');
    expect((await ask('/healthz')).statusCode).toBe(200);
    expect((await inVain(() => ask('/readyz'))).statusCode).toBe(503);
    release();
    await Promise.all(holders.map(({ over }) => over));
    expect((await ask('/v1/sequence-templates')).statusCode).toBe(200);
    expect((await ask('/readyz')).statusCode).toBe(200);
    await small.close();
  });
});

describe('addresses', () => {
  test.each([
    '/',
    '/v1',
    '/v2/sequence-templates',
    '/v1/sequence-templates/',
    '/v1//sequence-templates',
    '//v1/sequence-templates',
    '/V1/sequence-templates',
    '/v1/Sequence-Templates',
    '/v1/sequence-templates;x=1',
    '/v1/sequence-templates/a/b',
    '/u/',
    '/healthz/',
  ])('%s is not one: 404', async (url) => {
    const answer = await api.app.inject({ url, headers: bearer });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'not_found', detail: 'nothing is at this address' });
  });

  test('that are no percent-encoded UTF-8 are a 400', async () => {
    const answer = await api.app.inject({ url: '/v1/%zz', headers: bearer });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', request_id: answer.headers['x-request-id'] });
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)(
    'templates are for reading: %s is a 405, whoever asks and whatever they send',
    async (method) => {
      for (const url of ['/v1/sequence-templates', '/v1/sequence-templates/abc?x=1'])
        for (const headers of [{}, { ...bearer, 'content-type': 'text/nonsense' }]) {
          const answer = await api.app.inject({ method, url, headers, payload: '{' });
          expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
          expect(answer.json()).toMatchObject({ code: 'method_not_allowed' });
        }
    },
  );

  test('a method cannot be overridden by a header', async () => {
    const headers = { ...bearer, 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
    expect((await api.app.inject({ url: '/v1/sequence-templates', headers })).statusCode).toBe(200);
  });
});

describe('a body', () => {
  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    api.app.inject({
      method: 'POST',
      url: '/v1/campaigns',
      headers: { ...bearer, 'content-type': 'application/json', ...headers },
      payload,
    });

  test.each([
    '{',
    '{"name":}',
    '[1,]',
    'null',
    '"text"',
    '[]',
    '7',
    '',
    '{"name":"x"} trailing',
    '\u0000',
    "{'name':'x'}",
    'NaN',
  ])('that is no JSON object, like %j, is a 400', async (payload) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  test.each(['__proto__', 'constructor', 'workspace_id', 'id', 'status', 'Name'])(
    'with the unknown field %s is a 400',
    async (field) => {
      const answer = await post(
        `{"name":"x","template_id":"018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5","${field}":{"prototype":{"admin":true}}}`,
      );
      expect(answer.statusCode).toBe(400);
    },
  );

  test.each([
    ['{"name":"x","config":[{"__proto__":{"admin":true}}]}', 'config.0.__proto__'],
    ['{"a":{"b":{"__proto__":null}}}', 'a.b.__proto__'],
    ['{"a":{"constructor":{"prototype":{}}}}', 'a.constructor'],
    [`${'{"a":'.repeat(32)}{}${'}'.repeat(32)}`, Array(32).fill('a').join('.')],
  ])('with what no field may be named, or too deep, is a 400 that says where: %#', async (payload, path) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([{ path, problem: expect.any(String) }]);
  });

  test('whose fields are many or deep costs no more by the byte than a plain one', () => {
    const cost = (text: string) => processorTime(() => void thrown(() => readJson({ headers: {} }, Buffer.from(text))));
    const plain = JSON.stringify({ rows: Array(4_000).fill({ email: 'ada@lead.example', name: 'Ada' }) });
    const many = (piece: string) => piece.repeat(plain.length / piece.length);
    for (const odd of [many('['), many('{"__proto__":'), many('{"":['), `[${many('[],')}0]`, `[${many('{},')}0]`])
      expect(cost(odd)).toBeLessThan(15 * cost(plain)); // reading nested lists is 6 times the engine's work
  });

  test('with more wrong than a person reads names the first hundred, and says how many there are', async () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field_${n}`, n]));
    const answer = (await post(JSON.stringify(wide))).json();
    expect(answer.errors).toHaveLength(100);
    expect(answer.detail).toMatch(/\(and 5001 more\)$/); // 5,000, and the two that are missing
  });

  test('of more values than are read is a 400, and one of nearly as many that are all wrong is one too', async () => {
    const answer = await post(`{"name":[${'0,'.repeat(70_000)}0]}`);
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: 'name.59998' }] });
    const custom = (fields: number) => Object.fromEntries(Array.from({ length: fields }, (_, n) => [n, 0]));
    for (const [fields, path] of [
      [59_000, 'rows.0.custom.0'],
      [200_000, 'rows.0.custom.59996'], // so much that is wrong is more than the library's stack can hold
    ] as const) {
      const url = `/v1/campaigns/${newId()}/leads`;
      const payload = { rows: [{ custom: custom(fields) }] };
      const refused = await api.app.inject({ method: 'POST', url, headers: bearer, payload });
      expect([refused.statusCode, refused.json().errors[0].path]).toEqual([400, path]);
    }
  });

  test.each([
    [Buffer.from('{"name":"Zo\xeb"}', 'latin1'), 'byte 12 (0xeb)'],
    [Buffer.from('{"name":"\xed\xa0\x80"}', 'latin1'), 'byte 10 (0xed)'],
    [Buffer.from('\xff\xfe{\0}\0', 'latin1'), 'byte 1 (0xff)'],
    [Buffer.from('{"name":"\xe2\x82', 'latin1'), 'byte 10 (0xe2)'],
  ])('that is not UTF-8 is a 400 that says where: %#', async (payload, where) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toBe(`the body is not UTF-8: ${where}`);
  });

  test('in the letters of every script is read as it is, and so is the sign for a letter that was lost', async () => {
    const name = 'Zoë 王小明 \u{1f600} \ufffd';
    const answer = await post(JSON.stringify({ name, template_id: newId() }));
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']); // read, but there is no such template
  });

  test.each(['iso-8859-1', '"utf-16"', 'UTF-7', 'windows-1252'])('in charset %s is a 415', async (charset) => {
    const answer = await post('{}', { 'content-type': `application/json; charset=${charset}` });
    expect(answer.statusCode).toBe(415);
    expect(answer.json().detail).toContain('UTF-8');
    const named = await post('{}', { 'content-type': 'application/json; charset="Utf-8"' });
    expect(named.statusCode).toBe(400); // read
  });

  test('may be nothing, under the name of JSON, where nothing is needed', async () => {
    const headers = { ...bearer, 'content-type': 'application/json' };
    const url = `/v1/campaigns/${newId()}/pause`;
    expect((await api.app.inject({ method: 'POST', url, headers })).statusCode).toBe(404); // read, but there is no such campaign
    expect((await api.app.inject({ method: 'POST', url, headers: bearer })).statusCode).toBe(404);
  });

  test('that is wrong in several places names each', async () => {
    const answer = await post('{"name":7,"template_id":"abc","owner":"x"}');
    expect(answer.json().errors.map(({ path }: { path: string }) => path)).toEqual(['name', 'template_id', 'owner']);
  });

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('of type %s is a 415', async (type) => {
    const answer = await post('{}', { 'content-type': type });
    expect(answer.statusCode).toBe(415);
    expect(answer.json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  test('of more than 256 kB is a 413', async () => {
    const answer = await post(JSON.stringify({ name: 'x'.repeat(256 * 1024) }));
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'body_too_large' });
  });

  test('nested a hundred thousand deep is a 400', async () => {
    expect((await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).statusCode).toBe(400);
    expect((await post(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`)).statusCode).toBe(400);
  });

  test('that is compressed is not unpacked', async () => {
    const answer = await post(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' });
    expect(answer.statusCode).toBe(400);
  });
});

describe('every answer', () => {
  test.each([
    '/v1/sequence-templates',
    '/v1/sequence-templates/abc',
    '/nope',
    '/v1/%zz',
    '/healthz',
    '/readyz',
    '/metrics',
    '/u/nonsense',
  ])('from %s is nobody’s frame, script or cache, and has an id', async (url) => {
    const { headers } = await api.app.inject({ url, headers: bearer });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
    });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers.server).toBeUndefined();
  });

  test('has an id of ours, whatever id was sent', async () => {
    const answer = await api.app.inject({ url: '/healthz', headers: { 'x-request-id': 'mine', 'request-id': 'mine' } });
    expect(answer.headers['x-request-id']).not.toBe('mine');
  });

  test('leaves one line in the log, by route and not by address', async () => {
    api.lines.length = 0;
    await api.app.inject({ url: '/v1/sequence-templates?name=Ada', headers: bearer });
    expect(api.lines).toEqual([
      {
        level: 'info',
        line: 'answered',
        fields: {
          request_id: expect.any(String),
          method: 'GET',
          route: '/v1/sequence-templates',
          status: 200,
          ms: expect.any(Number),
        },
      },
    ]);
  });
});
