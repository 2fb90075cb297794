import type { UnsubscribeLinks } from '../../adapters/unsubscribe-links.ts';
import { contactKnownBy } from '../../db/contact-points.ts';
import {
  isOurPeoples,
  isOwnAddress,
  type Match,
  matchByMessageId,
  matchBySender,
  matchBySequence,
} from '../../db/inbound.ts';
import type { Tx } from '../../db/pool.ts';
import { normaliseEmail } from '../../domain/contact.ts';
import type { InboundVerdict, ParsedMail } from '../../domain/inbound/inbound.ts';
import { judgeMail, unsubscribeToken } from '../../domain/inbound/inbound-verdict.ts';

/** Who wrote it, as far as that matters: of a stranger in the contact's thread a person has to say what it means. */
type Author = 'contact' | 'stranger';

/** What a message is and whom it concerns; a reason where it concerns nobody. */
export type Matched =
  | { kind: 'matched'; verdict: InboundVerdict; match: Match; author: Author }
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
 * token in its subject, whoever sends it; any other answer by its thread and its sender. Design 6.
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
  if (asked)
    return {
      kind: 'matched',
      verdict: { kind: 'reply', intent: 'unsubscribe', text },
      match: asked,
      author: 'contact',
    };
  if (mail.from && (await isOwnAddress(tx, mail.from.address.toLowerCase()))) return { kind: 'own' };
  if (about !== null) {
    const match = await matchByMessageId(tx, about);
    if (match) return { kind: 'matched', verdict, match, author: 'contact' };
  } else {
    const answered = await matchAnswer(tx, mail);
    if (answered === 'own') return { kind: 'own' };
    if (answered) return { kind: 'matched', ...answered, verdict: saidBy(answered.author, verdict) };
  }
  return { kind: isHeaderOnly ? 'unreadable' : 'unrelated' };
}

/** A stranger decides nothing for the contact; but a wish to be left alone in our thread is heeded, whoever has it. */
const saidBy = (author: Author, verdict: InboundVerdict): InboundVerdict =>
  author === 'stranger' && verdict.kind === 'reply' && verdict.intent !== 'unsubscribe'
    ? { ...verdict, intent: 'unclear' }
    : verdict;

async function matchByToken(
  tx: Tx,
  links: Pick<UnsubscribeLinks, 'sequenceOf'>,
  subject: string,
): Promise<Match | null> {
  const token = unsubscribeToken(subject);
  const sequenceId = token === null ? null : links.sequenceOf(token);
  return sequenceId === null ? null : matchBySequence(tx, sequenceId);
}

/**
 * By its thread; but whoever knows the thread is not the contact yet: another contact speaks for themselves, our own
 * people for nobody. Without a thread, the sender tells.
 */
async function matchAnswer(tx: Tx, mail: ParsedMail): Promise<{ match: Match; author: Author } | 'own' | null> {
  const thread = [mail.inReplyTo, ...mail.references].filter((id) => id !== null);
  const byThread = await matchByMessageId(tx, thread);
  const sender = mail.from ? normaliseEmail(mail.from.address) : null;
  const email = sender?.ok ? sender.email : null;
  if (!byThread) return email === null ? null : byContact(await matchBySender(tx, email));
  if (email === null) return { match: byThread, author: 'stranger' };
  const known = await contactKnownBy(tx, { kind: 'address', key: email });
  if (known === byThread.contactId) return byContact(byThread);
  if (known === null && (await isOurPeoples(tx, email))) return 'own';
  const byThemselves = known === null ? null : byContact(await matchBySender(tx, email));
  return byThemselves ?? { match: byThread, author: 'stranger' };
}

const byContact = (match: Match | null) => (match ? ({ match, author: 'contact' } as const) : null);
