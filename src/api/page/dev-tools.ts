import { z } from 'zod';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { devAnswer, devAnswered, devDeed, devLinkedIn, devMailPage } from '../shapes/dev.ts';
import { text, wholeNumber } from '../shapes/primitives.ts';

const mailQuery = z.strictObject({ q: text(200).default(''), page: wholeNumber(1, 1_000_000).default(1) });

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
    async ({ params: { id }, body }) => {
      const answered = await dev.answerMail(id, body);
      if (answered === null) throw new Refusal('not_found', 'no such message was sent');
      return answered;
    },
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
