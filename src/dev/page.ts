import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { STYLE } from './page-style.ts';
import { assertPortFree, LOOPBACK } from './servers/ports.ts';

/** What the local mailbox and the LinkedIn simulator share: a small server on the loopback, and pages that escape. */

/** Markup that is already safe to write. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

type Part = Html | string | number | null | readonly Part[];

const write = (part: Part): string => {
  if (part instanceof Html) return part.markup;
  if (part === null) return '';
  return typeof part === 'string' || typeof part === 'number' ? escapeHtml(String(part)) : part.map(write).join('');
};

/** A template whose every value is escaped unless it is Html itself. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(texts.map((text, index) => text + write(parts[index] ?? null)).join(''));

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Reloads the page when the server has news, unless somebody is at work in a form. */
const LIVE = `new EventSource('/events').onmessage = () => {
  if (!document.activeElement?.matches('input, textarea, select, summary')) location.reload();
};
`;

export const page = (title: string, body: Html, { live = false, status = 200 } = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY },
  body: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
${live ? html`<script src="/live.js" defer></script>` : null}
</head>
<body>${body}</body>
</html>
`.markup,
});

export const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value, null, 2),
});

export const notFound = (): Answer =>
  page('Not found', html`<main><h1>Not found</h1><p><a href="/">Back to the start</a></p></main>`, { status: 404 });

export const notAllowed = (allow: string): Answer => ({ status: 405, headers: { Allow: allow } });

export interface Asked {
  method: string;
  url: URL;
  request: IncomingMessage;
}

const OWN_HOST = /^(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** A page of ours asks: the browser says so, and no other site can make it say so. */
export const isOwnForm = ({ request }: Asked) => request.headers.origin === `http://${request.headers.host}`;

/** The body of a request, at most `most` bytes. Throws on more. */
export async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > most) throw new Error(`a request body of more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Listens on the loopback; a taken port is an error that names the variable which moves it. 0 takes a free one. */
export async function listen(server: NetServer, port: number, variable: string): Promise<number> {
  await assertPortFree(port, variable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

export interface PageServer {
  port: number;
  /** Tells open pages that there is news, at most once a second. */
  changed(): void;
  stop(): Promise<void>;
}

/** Serves `answer` on the loopback, with the style, the news for open pages, and nothing for other sites. */
export async function servePages({
  port,
  variable,
  answer,
  log = () => undefined,
}: {
  port: number;
  variable: string;
  answer: (asked: Asked) => Promise<Answer> | Answer;
  log?: ((line: string) => void) | undefined;
}): Promise<PageServer> {
  const open = new Set<ServerResponse>();
  let news: NodeJS.Timeout | null = null;

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<Answer | null> => {
    if (!OWN_HOST.test(request.headers.host ?? ''))
      return { status: 421, body: 'This page answers on the loopback only.' };
    const asked: Asked = {
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', 'http://localhost'),
      request,
    };
    switch (asked.url.pathname) {
      case '/style.css':
        return { headers: { 'Content-Type': 'text/css; charset=utf-8' }, body: STYLE };
      case '/live.js':
        return { headers: { 'Content-Type': 'text/javascript; charset=utf-8' }, body: LIVE };
      case '/events':
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).write(':\n\n');
        open.add(response);
        response.on('close', () => open.delete(response));
        return null;
      default:
        return answer(asked);
    }
  };

  const server = createServer(async (request, response) => {
    const reply = await respond(request, response).catch((error: unknown): Answer => {
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.message : error}`);
      return { status: 400, body: 'That did not work.' };
    });
    if (reply === null) return;
    const { status = 200, headers = {}, body = '' } = reply;
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin', // under no-referrer a browser sends its own forms with Origin: null
      'Cache-Control': 'no-store',
      ...headers,
    });
    response.end(body);
  });
  const actual = await listen(server, port, variable);

  return {
    port: actual,
    changed: () => {
      news ??= setTimeout(() => {
        news = null;
        for (const response of open) response.write('data: changed\n\n');
      }, 1_000).unref();
    },
    stop: () =>
      new Promise((resolve) => {
        if (news !== null) clearTimeout(news);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
