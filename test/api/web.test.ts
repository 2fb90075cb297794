import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.ts';

const webRoot = fileURLToPath(new URL('../../dist/web', import.meta.url));

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ deps: { site: { webRoot, publicUrl: null, temporalUi: null } } });
});
afterAll(() => api.close());

const get = (url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers });
const built = readFileSync(join(webRoot, 'index.html'), 'utf8');

describe('every path of the page', () => {
  const paths = [
    '/',
    '/sign-in?next=%2Ftasks',
    '/templates',
    '/templates/018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5?step=3&pane=preview',
    '/campaigns/018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5/leads/import/new',
    '/sequences/nobody',
    '/tasks?view=all',
    '/replies',
    '/contacts?q=ada',
    '/accounts',
    '/settings/workspace',
    '/dev/mailbox',
  ];

  test.each(paths)('%s answers the document, for nobody’s cache', async (path) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toContain('<div id="root">');
  });

  test('carries the policy, whose nonce is another each time and stands in the document once', async () => {
    const nonces = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const { headers, body } = await get('/campaigns');
      const [, nonce = ''] = /'nonce-([^']+)'/.exec(String(headers['content-security-policy'])) ?? [];
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      );
      expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
      expect(body.split(nonce)).toHaveLength(2);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  test('holds no script or style of its own, and nothing of another origin', () => {
    expect(built).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|style="/);
    expect([...built.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\/assets\//)]),
    );
    expect(built).not.toMatch(/(?:src|href)="(?!\/assets\/)/);
  });

  test('takes only GET and HEAD', async () => {
    expect((await api.app.inject({ method: 'HEAD', url: '/campaigns' })).statusCode).toBe(200);
    const answer = await api.app.inject({ method: 'POST', url: '/campaigns' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

test('what is not a path of the page stays the API’s: problems, also for a browser', async () => {
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  for (const [path, status] of [
    ['/v1/nothing', 404],
    ['/v1/campaigns', 401],
    ['/app/api/nothing', 404],
    ['/app/api/session', 401],
    ['/hooks/linkedin/nobody', 405],
    ['/wp-login.php', 404],
    ['/templatesque', 404],
  ] as const) {
    const answer = await get(path, { accept });
    expect([path, answer.statusCode]).toEqual([path, status]);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  }
});

test('an API without the page has none of its paths', async () => {
  const bare = await startApi();
  for (const url of ['/', '/campaigns', '/sign-in', '/assets/index.js'])
    expect((await bare.app.inject({ url })).statusCode).toBe(404);
  await bare.close();
});

describe('the files', () => {
  const files = readdirSync(join(webRoot, 'assets'));
  const script = files.find((name) => /^index-.*\.js$/.test(name)) ?? '';

  test('have a name for each content, so they may be kept for good', async () => {
    const answer = await get(`/assets/${script}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^(text|application)\/javascript; charset=utf-8$/);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  test('are sent compressed to whoever reads that', async () => {
    const plain = await get(`/assets/${script}`);
    const packed = await get(`/assets/${script}`, { 'accept-encoding': 'gzip, deflate, br' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers.vary).toMatch(/accept-encoding/i);
    expect(packed.rawPayload.length * 2).toBeLessThan(plain.rawPayload.length);
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
  });

  test.each([
    '/assets/nothing.js',
    '/assets/..%2Findex.html',
    '/assets/..%2f..%2fserver.js',
    '/assets/%2e%2e/index.html',
    '/assets/.made-of',
    '/.vite/manifest.json',
    '/assets/',
  ])('are all there is: %s is a 404', async (path) => {
    const answer = await get(path);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });
});

interface Chunk {
  file: string;
  imports?: string[];
}

describe('the first page loads less than 250 kB of JavaScript', () => {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(webRoot, '.vite/manifest.json'), 'utf8'));
  const withImports = (name: string, found = new Set<string>()): Set<string> => {
    if (!found.has(name)) for (const next of [...(manifest[name]?.imports ?? [])]) withImports(next, found.add(name));
    return found.add(name);
  };
  const kilobytes = (pages: readonly string[]) => {
    const chunks = new Set(['index.html', ...pages].flatMap((page) => [...withImports(page)]));
    const bytes = [...chunks].map((name) => {
      const { file } = manifest[name] ?? { file: `${name} is not in the manifest` };
      return gzipSync(readFileSync(join(webRoot, file))).length;
    });
    return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1_000);
  };

  test.each([
    ['/sign-in', ['sign-in/sign-in.tsx']],
    ['/campaigns', ['campaigns/list.tsx']],
    ['/campaigns with a sequence open', ['campaigns/list.tsx', 'sequences/drawer.tsx']],
  ])('at %s', (path, pages) => {
    const size = kilobytes(pages);
    console.log(`JavaScript at ${path}: ${size} kB compressed`);
    expect(size).toBeLessThan(250);
  });
});
