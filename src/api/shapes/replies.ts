import { z } from 'zod';
import type { ReplyView } from '../../db/reply-reads.ts';
import { deciders, inboundKinds } from '../../domain/inbound/inbound.ts';
import { replyIntents } from '../../domain/reply.ts';
import { printedId, printedInstant, printInstant } from './primitives.ts';

/** What came back from a contact, or about them. */
export const replyShape = z.object({
  id: printedId,
  kind: z.enum(inboundKinds),
  from: z.string().nullable(),
  subject: z.string().nullable(),
  /** What was written, the quoted text cut off. */
  text: z.string(),
  /** Whether it came as HTML too; the page shows that in a frame of its own. */
  has_html: z.boolean(),
  intent: z.enum(replyIntents).nullable(),
  /** Who said what it means; null: nobody yet. */
  decided_by: z.enum(deciders).nullable(),
  received_at: printedInstant,
});
export type ReplyShown = z.output<typeof replyShape>;

export const showReply = (reply: ReplyView): ReplyShown => ({
  id: reply.id,
  kind: reply.kind,
  from: reply.fromAddress,
  subject: reply.subject,
  text: reply.text ?? '',
  has_html: reply.hasHtml,
  intent: reply.intent,
  decided_by: reply.decidedBy,
  received_at: printInstant(reply.receivedAt),
});
