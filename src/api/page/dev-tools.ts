import { z } from 'zod';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { devAnswer, devAnswered, devDeed, devLetter, devLinkedIn, devMailPage } from '../shapes/dev.ts';
import { text, wholeNumber } from '../shapes/primitives.ts';
import { sendMailFrame } from './mail-frame.ts';

const mailQuery = z.strictObject({ q: text(200).default(''), page: wholeNumber(1, 1_000_000).default(1) });

/** One below the mailbox's own address, and so nothing else of this machine. */
const PLACE = /^\/(?:messages|inbox\/[^/?#\\]{1,900})\/\d{1,12}$/;
const place = z.strictObject({ path: z.string().regex(PLACE, 'expected the path of a message') });

const read = { scope: 'sequences:read' } as const;
const write = { scope: 'sequences:write' } as const;

/** `/app/api/dev`: the people who get the mail, and answer. Of the embedded runtime only; elsewhere nothing is there. */
export function devToolRoutes(app: App, { dev }: ApiDeps): void {
  if (dev === null) return;

  app.get(
    '/app/api/dev/mailbox',
    { config: read, schema: { querystring: mailQuery, response: { 200: devMailPage } } },
    ({ query }) => dev.mails(query),
  );

  app.get(
    '/app/api/dev/mailbox/letter',
    { config: read, schema: { querystring: place, response: { 200: devLetter } } },
    async ({ query: { path } }) => found(path, await dev.letter(path)),
  );

  app.get(
    '/app/api/dev/mailbox/letter/html',
    { config: read, schema: { querystring: place } },
    async ({ query: { path } }, reply) =>
      sendMailFrame(reply, found(path, await dev.letterPart(path, 'html')).toString()),
  );

  app.get(
    '/app/api/dev/mailbox/letter/raw',
    { config: read, schema: { querystring: place } },
    async ({ query: { path } }, reply) =>
      reply.type('text/plain; charset=utf-8').send(found(path, await dev.letterPart(path, 'raw'))),
  );

  app.post(
    '/app/api/dev/mailbox/:id/answers',
    {
      config: write,
      schema: {
        params: z.strictObject({ id: z.string().regex(/^\d{1,12}$/, 'expected the number of a message') }),
        body: devAnswer,
        response: { 200: devAnswered },
      },
    },
    async ({ params: { id }, body }) => found(id, await dev.answerMail(id, body)),
  );

  app.get('/app/api/dev/linkedin', { config: read, schema: { response: { 200: devLinkedIn } } }, () => dev.linkedIn());

  app.post(
    '/app/api/dev/linkedin',
    { config: write, schema: { body: devDeed, response: { 200: devLinkedIn } } },
    async ({ body }) => {
      const problem = await dev.actOnLinkedIn(body);
      if (problem !== null) throw new Refusal('rule_refused', problem);
      return dev.linkedIn();
    },
  );
}

function found<T>(id: string, letter: T | null): T {
  if (letter === null) throw new Refusal('not_found', { noun: 'sent message', id });
  return letter;
}
