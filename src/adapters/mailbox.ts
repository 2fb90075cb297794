import type { TlsMode } from '../domain/accounts/account.ts';

export interface ImapSettings {
  host: string;
  port: number;
  tls: TlsMode;
  user: string | null;
  password: string | null;
}

/** Why a mailbox did not open. `authentication` and `tls` need a person; `away` may be better later. */
export class MailboxAway extends Error {
  override readonly name = 'MailboxAway';
  readonly kind: 'authentication' | 'tls' | 'away';

  /** `detail` is for our own logs and the connection test: it names host and port, and no message. */
  constructor(kind: MailboxAway['kind'], detail: string) {
    super(detail);
    this.kind = kind;
  }
}

type Fetched = { kind: 'mail'; source: Buffer } | { kind: 'tooLarge'; head: Buffer };

/** What is read of a message that is too large: whose it is and what it answers to. */
export const HEAD_BYTES = 256 * 1024;

/** A connection to one account's inbox. Every call throws `MailboxAway` when the connection is gone. */
export interface OpenMailbox {
  /** The numbering of the UIDs (RFC 9051 section 2.3.1.1); another one than last time: the UIDs mean nothing any more. */
  uidValidity: number;
  /** UIDs of the inbox above `uid`, ascending. */
  after(uid: number): Promise<number[]>;
  /** UIDs that arrived on or after the day of `instant` (epoch ms; IMAP SEARCH SINCE knows days only), ascending. */
  since(instant: number): Promise<number[]>;
  /** The bytes; null when it is gone meanwhile; above `maxBytes` the first 256 KB alone, where the header stands. */
  fetch(uid: number, maxBytes: number): Promise<Fetched | null>;
  /** Returns when the server says that something changed (IDLE), after `timeoutMs`, or on abort. A hint, never the truth. */
  changed(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /** Whether the Sent folder holds a message with this Message-ID (also as X-Google-Original-Message-ID); null: there is no Sent folder. */
  hasSent(messageId: string): Promise<boolean | null>;
  /** Files the bytes in the Sent folder, as read; makes the folder where there is none. false: the server makes none. */
  fileSent(raw: Buffer): Promise<boolean>;
  /** Harmless to repeat. */
  close(): Promise<void>;
}

/** Reads the mailboxes of email accounts. IMAP fills it. */
export interface Mailboxes {
  open(settings: ImapSettings, signal?: AbortSignal): Promise<OpenMailbox>;
}
