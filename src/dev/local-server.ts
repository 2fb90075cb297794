import { createServer, type IncomingMessage } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { assertPortFree, LOOPBACK } from './servers/ports.ts';

/*
 * What the local mailbox and the LinkedIn simulator share: a small server on the loopback that answers programs of this
 * machine, tells other sites nothing, and sends browsers on to the page.
 */

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value, null, 2),
});

export const notFound = (): Answer => ({ status: 404, body: 'Nothing is here.' });

export const notAllowed = (allow: string): Answer => ({ status: 405, headers: { Allow: allow } });

/**
 * To where the page shows it. `page` is the page's own address; null where these parts run without it, and then
 * `instead` says what is here.
 */
export const sentOn = (page: string | null, path: string, instead: string): Answer =>
  page === null
    ? { status: 404, body: `The page that shows this does not run here: npm start runs it.\n${instead}` }
    : { status: 302, headers: { Location: new URL(path, page).href } };

export interface Asked {
  method: string;
  url: URL;
  request: IncomingMessage;
}

const OWN_HOST = /^(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** A browser names the site whose page asks, and so never us, who have no page: a program of this machine does. */
export const isOwnOrigin = ({ request }: Asked) => request.headers.origin === `http://${request.headers.host}`;

export const otherOrigin = (): Answer => ({
  status: 403,
  body: 'Only who names this address as the Origin may do that.',
});

/** The fields of a form, of at most `most` bytes. Throws on more. */
export const fieldsOf = async ({ request }: Asked, most: number): Promise<URLSearchParams> =>
  new URLSearchParams((await bodyOf(request, most)).toString('utf8'));

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

export interface LocalServer {
  port: number;
  stop(): Promise<void>;
}

/** Serves `answer` on the loopback, and nothing under a name that another site could point here. */
export async function serveLocally({
  port,
  variable,
  answer,
  log = () => undefined,
}: {
  port: number;
  variable: string;
  answer: (asked: Asked) => Promise<Answer> | Answer;
  log?: ((line: string) => void) | undefined;
}): Promise<LocalServer> {
  const respond = async (request: IncomingMessage): Promise<Answer> => {
    if (!OWN_HOST.test(request.headers.host ?? '')) return { status: 421, body: 'This answers on the loopback only.' };
    return answer({
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', 'http://localhost'),
      request,
    });
  };

  const server = createServer(async (request, response) => {
    const {
      status = 200,
      headers = {},
      body = '',
    } = await respond(request).catch((error: unknown): Answer => {
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.message : error}`);
      return { status: 400, body: 'That did not work.' };
    });
    response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
      ...headers,
    });
    response.end(body);
  });
  const actual = await listen(server, port, variable);

  return {
    port: actual,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
