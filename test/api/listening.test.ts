import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.ts';
import { aTemplate, aToken, aWorkspace } from '../support/builders.ts';

let api: TestApi;
let port: number;
let token: string;
beforeAll(async () => {
  api = await startApi();
  const workspaceId = await aWorkspace(api.db);
  ({ token } = await aToken(api.db, workspaceId));
  await aTemplate(api.db, workspaceId, { name: 'Cold Outreach — VP Sales, SaaS' });
  port = Number(new URL(await api.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => api.close());

/** What comes back, byte for byte, when these bytes are sent; the server hangs up. */
function exchange(sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

const ask = (line: string, headers: Record<string, string> = {}) => {
  const all = { host: 'topo.example', connection: 'close', authorization: `Bearer ${token}`, ...headers };
  return exchange(
    `${line} HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
};

const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4);

function expectProblem(answer: string, status: number, code: string) {
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toMatch(/^content-type: application\/problem\+json; charset=utf-8\r$/im);
  expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
  const body = JSON.parse(bodyOf(answer));
  expect(body).toMatchObject({ status, code, type: `urn:topo:problem:${code}` });
  expect(answer).toMatch(new RegExp(`^x-request-id: ${body.request_id}\\r$`, 'im'));
}

describe('over a real connection', () => {
  test('curl of the documentation gets its list', async () => {
    const url = `http://127.0.0.1:${port}/v1/sequence-templates?status=ACTIVE&sort_by=name&sort_order=asc`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ total_count: 1, items: [{ name: 'Cold Outreach — VP Sales, SaaS' }] });
  });

  test('HEAD has the headers of GET and no body', async () => {
    const [get, head] = [await ask('GET /v1/sequence-templates'), await ask('HEAD /v1/sequence-templates')];
    const length = /^content-length: (\d+)\r$/im;
    expect(bodyOf(head)).toBe('');
    expect(length.exec(head)?.[1]).toBe(length.exec(get)?.[1]);
    expect(Buffer.byteLength(bodyOf(get))).toBe(Number(length.exec(get)?.[1]));
  });

  test('HEAD of a fault has no body either', async () => {
    expect(bodyOf(await ask('HEAD /v1/sequence-templates?size=0'))).toBe('');
    expect(bodyOf(await ask('HEAD /nope'))).toBe('');
  });

  test.each(['TRACE', 'PROPFIND', 'PURGE'])('%s is a 405', async (method) => {
    const answer = await ask(`${method} /v1/sequence-templates`);
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer).toMatch(/^allow: GET, HEAD\r$/im);
  });

  test.each([
    '/v1/./sequence-templates',
    '/v1/../v1/sequence-templates',
    '/v1\\sequence-templates',
    '/v1/sequence-templates%2f',
    '*',
  ])('GET %s is not another way to the templates', async (path) => {
    expect(await ask(`GET ${path}`)).toMatch(/^HTTP\/1.1 4\d\d /);
  });
});

describe('what is not a request', () => {
  test('is a 400', async () => {
    expectProblem(await exchange('HELO mail.example\r\n\r\n'), 400, 'invalid_request');
    expectProblem(
      await ask('GET /healthz', { 'transfer-encoding': 'chunked', 'content-length': '5' }),
      400,
      'invalid_request',
    );
  });

  test('with more than 16 kB of headers, or ten thousand of them, is a 431', async () => {
    expectProblem(await ask('GET /healthz', { cookie: 'x'.repeat(17_000) }), 431, 'headers_too_large');
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`x-${n}`, '']));
    expectProblem(await ask('GET /healthz', many), 431, 'headers_too_large');
    expectProblem(await ask(`GET /v1/sequence-templates?name=${'x'.repeat(17_000)}`), 431, 'headers_too_large');
  });

  test('leaves the next one alone', async () => {
    expect(await ask('GET /healthz')).toMatch(/^HTTP\/1.1 200 /);
  });
});

test('a body of unknown length is cut off at 256 kB', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sending = request({ port, method: 'POST', path: '/v1/campaigns', headers }, (answer) => {
      resolve(answer.statusCode);
      sending.destroy();
    });
    sending.on('error', reject);
    for (let sent = 0; sent < 300; sent++) sending.write(' '.repeat(1024));
  });
  expect(status).toBe(413);
});

test('slow senders are hung up on: headers within 10 s, all of it within 30 s, nothing idle for ever', () => {
  const { headersTimeout, requestTimeout, timeout } = api.app.server;
  expect({ headersTimeout, requestTimeout, timeout }).toEqual({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    timeout: 90_000,
  });
});

test('the address of a client is that of its connection, whatever it claims', async () => {
  for (let n = 0; n < 20; n++)
    await ask('GET /v1/sequence-templates', { authorization: 'Bearer no', 'x-forwarded-for': `10.0.0.${n}` });
  const answer = await ask('GET /v1/sequence-templates', {
    authorization: 'Bearer no',
    'x-forwarded-for': '10.0.0.99',
  });
  expectProblem(answer, 429, 'too_many_requests');
  expect(answer).toMatch(/^retry-after: \d+\r$/im);
});
