import type { ParsedMail } from '../domain/inbound/inbound.ts';

/** Reads a message's bytes without harm to us. */
export interface MailParser {
  /** null: it harms the reader (too large, too deep, too slow, too much memory) or cannot be read. Never throws for what a message holds. */
  parse(source: Buffer): Promise<ParsedMail | null>;
  stop(): Promise<void>;
}
