import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { unsubscribe } from '../commands/inbound/unsubscribe.ts';
import { workspaceOf } from '../db/walks.ts';
import type { SequenceId } from '../domain/ids.ts';
import type { ApiDeps } from './deps.ts';
import type { App } from './door.ts';
import { problems } from './problems.ts';

const config = { public: true } as const;
const schema = { params: z.object({ token: z.string() }) };

/**
 * The way out that every email carries. Looking at it changes nothing, for mail scanners look at every link; a POST,
 * by the page's button or by the mail program (RFC 8058), unsubscribes at once, without login or redirect. Design 6.
 */
export function hookRoutes(app: App, deps: ApiDeps): void {
  app.register(async (hooks: App) => {
    // The link says it all, so a body of any type will do and is not looked at.
    hooks.removeAllContentTypeParsers();
    hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null));

    hooks.get('/u/:token', { config, schema }, async ({ params: { token } }, reply) =>
      deps.unsubscribeLinks.sequenceOf(token) ? page(reply, ASK) : unknown(reply),
    );

    hooks.post('/u/:token', { config, schema }, async ({ params: { token } }, reply) => {
      const sequence = deps.unsubscribeLinks.sequenceOf(token);
      return sequence && (await unsubscribeFrom(deps, sequence)) ? page(reply, DONE) : unknown(reply);
    });
  });
}

async function unsubscribeFrom(deps: ApiDeps, sequence: SequenceId): Promise<boolean> {
  const workspaceId = await deps.db.asSystem((tx) => workspaceOf(tx, sequence));
  if (!workspaceId) return false;
  await unsubscribe(deps, { workspaceId, actor: 'contact' }, sequence);
  return true;
}

interface Text {
  title: string;
  line: string;
  button?: string;
}

const ASK: Text = {
  title: 'Unsubscribe',
  line: 'You will get no more messages from this sender.',
  button: 'Unsubscribe',
};
const DONE: Text = { title: 'You are unsubscribed', line: 'You will get no more messages from this sender.' };
const UNKNOWN: Text = { title: 'This link is not valid', line: 'Please use the link of the newest message as it is.' };

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.5rem}';
const styleHash = createHash('sha256').update(STYLE).digest('base64');
const CSP = `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

const unknown = (reply: FastifyReply) => page(reply.code(problems.not_found.status), UNKNOWN);

const page = (reply: FastifyReply, { title, line, button }: Text) =>
  reply
    .header('content-security-policy', CSP)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}</style></head>` +
        `<body><h1>${title}</h1><p>${line}</p>` +
        `${button ? `<form method="post"><button>${button}</button></form>` : ''}</body></html>\n`,
    );
