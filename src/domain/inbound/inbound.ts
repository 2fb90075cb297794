import type { ReplyIntent } from '../reply.ts';

/** What a message in an account's inbox is. Of `own` and `unrelated` mail only the id is kept; `unreadable` harmed the parser. */
export const inboundKinds = [
  'reply',
  'out_of_office',
  'auto_reply',
  'bounce',
  'complaint',
  'own',
  'unrelated',
  'unreadable',
] as const;
export type InboundKind = (typeof inboundKinds)[number];

/** Who said what a reply means: rules first, a language model second, a person third. Design 6. */
export const deciders = ['rule', 'model', 'person'] as const;
export type DecidedBy = (typeof deciders)[number];

export interface MailHeader {
  /** In lower case. */
  name: string;
  /** Decoded, on one line. */
  value: string;
}

/** A message as the parser hands it over: bounded (text 200,000 characters, html 500,000), nothing interpreted yet. */
export interface ParsedMail {
  /** With angle brackets; null when there is none. */
  messageId: string | null;
  inReplyTo: string | null;
  /** Oldest first. */
  references: readonly string[];
  from: { name: string; address: string } | null;
  to: readonly string[];
  subject: string;
  /** All of them, in order. */
  headers: readonly MailHeader[];
  /** The plain part, or the text of the HTML part. */
  text: string;
  html: string | null;
  /** The machine-readable parts of reports: message/delivery-status, message/feedback-report, text/rfc822-headers, and the headers of an embedded message/rfc822. */
  reports: readonly { type: string; text: string }[];
}

export type AutoNotice = 'left' | 'challenge';

/** What a message says, without knowing whom it concerns. */
export type InboundVerdict =
  | {
      kind: 'bounce';
      /** hard: only 5.1.x. soft: may work later, or was delayed. */
      severity: 'hard' | 'soft';
      /** The Message-IDs of the message that came back; a bounce is matched by them and never by its sender. */
      about: readonly string[];
      /** RFC 3463, "5.1.1", where it was told. */
      status: string | null;
    }
  | { kind: 'complaint'; about: readonly string[] }
  /** `returnsOn` is an ISO date in the sender's words. */
  | { kind: 'out_of_office'; returnsOn: string | null }
  /** `notice`: what of it a person has to know: the contact works there no more, or a filter wants a click. */
  | { kind: 'auto_reply'; notice?: AutoNotice }
  /** `intent` is null where the rules do not know; `text` is without the quoted text. */
  | { kind: 'reply'; intent: ReplyIntent | null; text: string };

/** What somebody, or a machine in their place, answered: no report about a message. */
export type Answer = Extract<InboundVerdict, { kind: 'reply' | 'out_of_office' | 'auto_reply' }>;
