import { z } from 'zod';
import { type PreviewedTemplate, previewTemplate } from '../../commands/templates/preview-template.ts';
import { sendTestEmail } from '../../commands/templates/send-test-email.ts';
import type { AccountId, ContactId, TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { MAX_STEPS } from '../../domain/template.ts';
import { instantBound } from '../bounds.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { previewShape, showPreview, testEmailShape } from '../shapes/previews.ts';
import { idOfA } from '../shapes/primitives.ts';
import { templateFile } from '../template-file.ts';

/** Null: the sample contact. */
const contactId = idOfA<ContactId>().nullable().default(null);

const preview = z
  .strictObject({
    /** A template as it is saved: its newest version, unless one is named. */
    id: idOfA<TemplateId>().optional(),
    version: z.int().min(1).optional(),
    /** Or as the editor has it. */
    content: templateFile.optional(),
    contact_id: contactId,
    /** When the sequence would begin; left out: now. */
    start: instantBound.optional(),
    /** Has the language model write the AI variables; that costs. */
    write: z.boolean().default(false),
  })
  .refine(({ id, content }) => (id === undefined) !== (content === undefined), 'expected either id or content')
  .refine(({ id, version }) => version === undefined || id !== undefined, 'a version needs the id of its template');

const testEmail = z.strictObject({
  content: templateFile,
  /** Counted from 1. */
  step: z.int().min(1).max(MAX_STEPS),
  contact_id: contactId,
  account_id: idOfA<AccountId>(),
});

/** Where the path is under /app/api, only a member's token is let in (`auth.ts`). */
const config = { scope: 'templates:write' } as const;
/** 50 steps of the longest copy. */
const bodyLimit = 4 * 1024 * 1024;

/** How a template reads, before anybody is enrolled with it: on the page, or as a mail to whoever asks. */
export function templatePreviewRoutes(app: App, deps: ApiDeps): void {
  app.post(
    '/app/api/sequence-templates/preview',
    { config, bodyLimit, schema: { body: preview, response: { 200: previewShape } } },
    async ({ caller, body }) => {
      const { contact_id: contactId, start, write } = body;
      const template = previewed(body);
      return showPreview(
        await previewTemplate(deps, caller, { template, contactId, start: start?.ceiling ?? null, write }),
      );
    },
  );

  app.post(
    '/app/api/sequence-templates/test-email',
    { config, bodyLimit, schema: { body: testEmail, response: { 200: testEmailShape } } },
    async ({ caller, identity, body }) => {
      const { step, contact_id: contactId, account_id: accountId } = body;
      if (!identity?.memberId) throw new Refusal('forbidden', 'a test email goes to a member, and nobody else');
      const { memberId } = identity;
      const { content } = body.content;
      return { sent_to: await sendTestEmail(deps, caller, { memberId, content, step, contactId, accountId }) };
    },
  );
}

function previewed({ id, version, content }: z.output<typeof preview>): PreviewedTemplate {
  if (id !== undefined) return { id, version: version ?? null };
  if (content !== undefined) return content;
  throw new Error('a preview of nothing was let in');
}
