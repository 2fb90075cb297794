import type { UnsubscribeLinks } from '../../adapters/unsubscribe-links.ts';
import { isOwnAddress, type Match, matchByMessageId, matchBySender, matchBySequence } from '../../db/inbound.ts';
import type { Tx } from '../../db/pool.ts';
import { normaliseEmail } from '../../domain/contact.ts';
import type { InboundVerdict, ParsedMail } from '../../domain/inbound/inbound.ts';
import { judgeMail, unsubscribeToken } from '../../domain/inbound/inbound-verdict.ts';

/** What a message is and whom it concerns; a reason where it concerns nobody. */
export type Matched =
  | { kind: 'matched'; verdict: InboundVerdict; match: Match }
  | { kind: 'own' | 'unrelated' | 'unreadable' };

export interface MailToMatch {
  mail: ParsedMail;
  /** Nothing below the header could be read, so a person has to. */
  isHeaderOnly: boolean;
  /** ISO date. */
  today: string;
}

/**
 * A report by the message it names and never by who sent it, which anybody can write; the wish to be left alone by the
 * token in its subject, whoever sends it; any other answer by its thread, then by its sender. Design 6.
 */
export async function matchMail(
  tx: Tx,
  links: Pick<UnsubscribeLinks, 'sequenceOf'>,
  { mail, isHeaderOnly, today }: MailToMatch,
): Promise<Matched> {
  const unread: InboundVerdict = { kind: 'reply', intent: 'unclear', text: '' };
  const verdict = isHeaderOnly ? unread : judgeMail(mail, { today });
  const about = verdict.kind === 'bounce' || verdict.kind === 'complaint' ? verdict.about : null;
  const asked = about === null ? await matchByToken(tx, links, mail.subject) : null;
  const text = mail.text.trim();
  if (asked) return { kind: 'matched', verdict: { kind: 'reply', intent: 'unsubscribe', text }, match: asked };
  if (mail.from && (await isOwnAddress(tx, mail.from.address.toLowerCase()))) return { kind: 'own' };
  const match = about === null ? await matchAnswer(tx, mail) : await matchByMessageId(tx, about);
  if (match) return { kind: 'matched', verdict, match };
  return { kind: isHeaderOnly ? 'unreadable' : 'unrelated' };
}

async function matchByToken(
  tx: Tx,
  links: Pick<UnsubscribeLinks, 'sequenceOf'>,
  subject: string,
): Promise<Match | null> {
  const token = unsubscribeToken(subject);
  const sequenceId = token === null ? null : links.sequenceOf(token);
  return sequenceId === null ? null : matchBySequence(tx, sequenceId);
}

async function matchAnswer(tx: Tx, mail: ParsedMail): Promise<Match | null> {
  const thread = [mail.inReplyTo, ...mail.references].filter((id) => id !== null);
  const byThread = await matchByMessageId(tx, thread);
  if (byThread || !mail.from) return byThread;
  const sender = normaliseEmail(mail.from.address);
  return sender.ok ? matchBySender(tx, sender.email) : null;
}
