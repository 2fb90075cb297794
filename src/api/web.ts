import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import type { ApiDeps } from './deps.ts';
import type { App } from './door.ts';
import { HttpProblem } from './problems.ts';

/** The first part of every path of the page. The page itself says when a path below has nothing. */
const PAGES = [
  'sign-in',
  'templates',
  'campaigns',
  'contacts',
  'sequences',
  'tasks',
  'replies',
  'accounts',
  'settings',
  'dev',
] as const;

/** What the built index.html holds where this answer's nonce goes. */
const NONCE = '__STYLE_NONCE__';

/** Scripts only of our own files; styles of our own files and those the page writes itself, which carry the nonce. */
const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const params = z.strictObject({ file: z.string() });

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  type: string;
  plain: Buffer;
  /** As `scripts/build-web.mjs` compressed it. */
  gzip: Buffer;
}

/** The built page: its files by their hashed names, for good, and one document for every path of the page. */
export function webRoutes(app: App, { site: { webRoot } }: ApiDeps): void {
  if (webRoot === null) return;
  const document = readFileSync(join(webRoot, 'index.html'), 'utf8');
  const assets = readAssets(join(webRoot, 'assets'));

  app.get('/assets/:file', { config: { public: true }, schema: { params } }, (request, reply) => {
    const asset = assets.get(request.params.file);
    if (!asset) throw new HttpProblem('not_found', 'nothing is at this address');
    const isPacked = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (isPacked) reply.header('content-encoding', 'gzip');
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('vary', 'accept-encoding')
      .type(asset.type)
      .send(isPacked ? asset.gzip : asset.plain);
  });

  for (const path of ['/', ...PAGES.flatMap((page) => [`/${page}`, `/${page}/*`])])
    app.get(path, { config: { public: true } }, (_request, reply) => {
      const nonce = randomBytes(16).toString('base64');
      return reply
        .header('content-security-policy', policy(nonce))
        .type('text/html; charset=utf-8')
        .send(document.replaceAll(NONCE, nonce));
    });
}

/** In memory, two megabytes: who rebuilds the page beside a running API does not take the files from under its document. */
function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      return [name, { type: TYPES[extname(name)] ?? '', plain: readFileSync(path), gzip: readFileSync(`${path}.gz`) }];
    }),
  );
}
