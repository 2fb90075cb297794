import { z } from 'zod';
import { printedInstant } from './primitives.ts';

/*
 * What the embedded runtime's mailbox and LinkedIn simulator tell the page; both answer in exactly these shapes.
 */

const correspondent = z.object({ name: z.string(), address: z.string() });

const devMail = z.object({
  /** Of its place in the mailbox. */
  path: z.string(),
  /** What an answer is addressed to; null: it came to us, and is not answered. */
  id: z.string().nullable(),
  /** What kind of answer it is, where it was made here; null for what was sent. */
  kind: z.string().nullable(),
  from: correspondent,
  to: correspondent,
  subject: z.string(),
  text: z.string(),
  /** By the business clock where the message says so. */
  at: printedInstant,
  /** The second of three messages in its thread: 2 and 3. */
  place: z.int(),
  thread: z.int(),
  /** Why a mail program would offer no button to unsubscribe; null: it does. */
  why_no_unsubscribe: z.string().nullable(),
});
export type DevMailShown = z.output<typeof devMail>;

export const devMailPage = z.object({ items: z.array(devMail), total_count: z.int(), total_pages: z.int() });
export type DevMailPage = z.output<typeof devMailPage>;

/** One message, whole. */
export const devLetter = devMail.extend({
  /** Everybody whom it is addressed to. */
  recipients: z.array(correspondent),
  /** Whom the SMTP dialogue named, where that is not whom the headers name: else null. */
  delivered_to: z.array(z.string()).nullable(),
  /** Whose inbox it lies in, and its number there; null: it was sent. */
  inbox: z.object({ account: z.string(), uid: z.int() }).nullable(),
  /** By the real clock. */
  received_at: printedInstant,
  has_html: z.boolean(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  /** As it came over the wire, or the beginning of that. */
  source: z.string(),
  is_cut: z.boolean(),
  /** Bytes, of all of it. */
  size: z.int(),
  /** The messages of its thread in their order, itself among them. */
  whole_thread: z.array(devMail),
});
export type DevLetterShown = z.output<typeof devLetter>;

/** What the person, or their provider, sends back. */
export const devAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reply'), text: z.string().min(1).max(20_000) }),
  z.strictObject({ kind: z.literal('out-of-office'), returns_on: z.iso.date().nullable().default(null) }),
  z.strictObject({ kind: z.literal('bounce'), severity: z.enum(['hard', 'soft']) }),
  z.strictObject({ kind: z.literal('complaint') }),
  z.strictObject({ kind: z.literal('unsubscribe') }),
]);
export type DevAnswer = z.output<typeof devAnswer>;

export const devAnswered = z.object({
  text: z.string(),
  /** What the server said that was asked to unsubscribe; null where none was asked, or it said nothing. */
  detail: z.string().nullable(),
  failed: z.boolean(),
});
export type DevAnswered = z.output<typeof devAnswered>;

const devPerson = z.object({
  account: z.string(),
  profile: z.string(),
  name: z.string(),
  invitation: z
    .object({
      id: z.string(),
      status: z.enum(['pending', 'accepted', 'declined', 'withdrawn']),
      note: z.string().nullable(),
    })
    .nullable(),
  messages: z.array(z.object({ text: z.string(), is_ours: z.boolean(), at: printedInstant })),
  /** Of the last thing that happened, by the real clock. */
  at: printedInstant,
});
export type DevPerson = z.output<typeof devPerson>;

export const devLinkedIn = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      is_logged_in: z.boolean(),
      /** Every call is too much until it is lifted; the seconds are what the answers say to wait, null: nothing. */
      limit: z.object({ retry_after_seconds: z.int().nullable() }).nullable(),
    }),
  ),
  /** Who was in touch last comes first. */
  people: z.array(devPerson),
});
export type DevLinkedInShown = z.output<typeof devLinkedIn>;

const WEEK_SECONDS = 604_800; // the longest of LinkedIn's own limits

/** What somebody on the simulated LinkedIn, or LinkedIn itself, does. */
export const devDeed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['accept', 'decline']), invitation: z.string() }),
  z.strictObject({
    kind: z.literal('reply'),
    account: z.string(),
    profile: z.string(),
    text: z.string().min(1).max(8_000),
  }),
  z.strictObject({
    kind: z.literal('limit'),
    account: z.string(),
    retry_after_seconds: z.int().min(0).max(WEEK_SECONDS).nullable().default(null),
  }),
  z.strictObject({ kind: z.enum(['lift-limit', 'disconnect', 'reconnect']), account: z.string() }),
]);
export type DevDeed = z.output<typeof devDeed>;
