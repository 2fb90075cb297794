import type { AnswerStage } from '../domain/smtp-answer.ts';

/** Exactly one mailbox; `name` may be empty. */
export interface EmailAddress {
  name: string;
  address: string;
}

export interface OutgoingEmail {
  from: EmailAddress;
  to: EmailAddress;
  subject: string;
  text: string;
  html: string;
  /** Chosen and stored before anything leaves, angle brackets included. Design 6. */
  messageId: string;
  inReplyTo: string | null;
  references: readonly string[];
  /** http(s); a POST to it unsubscribes without a further question. RFC 8058. */
  unsubscribeUrl: string;
  /** Further headers: names start with `X-`, values are printable ASCII on one line. */
  headers?: Readonly<Record<string, string>>;
}

/** The final bytes, and their SHA-256 in hexadecimal for the ledger. */
export interface ComposedEmail {
  raw: Buffer;
  sha256: string;
}

export interface SmtpSettings {
  host: string;
  port: number;
  /** TLS from the first byte (port 465). */
  secure: boolean;
  /** Refuse to go on without STARTTLS; unset, it is used where the server offers it. */
  requireTls: boolean;
  /** null: the server wants no login. */
  user: string | null;
  password: string | null;
}

/** What became of one attempt; says which side of the gap between body and answer a cut was on. Facts: reliability 2, 3. */
export type SendOutcome =
  /** The message is the server's; `answer` holds its words, queue id included. */
  | { kind: 'accepted'; answer: string }
  /** A 4xx or 5xx. At `body` the server had been given (part of) the body, and took no responsibility for it. */
  | { kind: 'answered'; stage: AnswerStage; code: number; enhanced: string | null; text: string }
  /** No byte of the body left, also where `beforeBody` had said yes: safe to try again. */
  | { kind: 'cutBeforeBody'; detail: string }
  /** `beforeBody` said no; the connection was dropped without a body. */
  | { kind: 'permissionWithdrawn' }
  /** Cut after the body started: the server may or may not have the message. Never a blind retry. */
  | { kind: 'unknown'; detail: string };

/** What a server said to somebody who connects an account. `at` is what to look at; `detail` is in words for that person. */
export type SmtpCheck =
  | { kind: 'ok' }
  | { kind: 'refused'; at: 'host' | 'port' | 'tls' | 'login' | 'server'; detail: string };

export interface Mailer {
  /** Composes the final bytes once. Throws InvalidEmail unless there is exactly one valid recipient. */
  compose(email: OutgoingEmail): Promise<ComposedEmail>;
  /**
   * Hands `raw` over. `beforeBody` runs at most once, when the server asked for the body (354) and before a byte of it
   * leaves; false drops the connection. It has always settled when `send` does; what it throws, `send` throws, and
   * then no byte of the body left either. An abort is a cut.
   */
  send(
    settings: SmtpSettings,
    envelope: { from: string; to: string },
    raw: Buffer,
    beforeBody: () => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<SendOutcome>;
  /** Connects, encrypts, logs in and parts again; sends nothing. Throws nothing but the reason of an abort. */
  verify(settings: SmtpSettings, signal?: AbortSignal): Promise<SmtpCheck>;
}

/** Names the field and never its value, which may be somebody's address: the text may end up in Temporal. */
export class InvalidEmail extends Error {
  override readonly name = 'InvalidEmail';

  constructor(field: string, expected: string) {
    super(`${field}: ${expected}`);
  }
}
