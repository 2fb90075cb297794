import type { ReplyReader } from '../adapters/reply-reader.ts';
import { loadAccount } from '../db/accounts.ts';
import { appNow } from '../db/clock.ts';
import {
  changeInbound,
  type InboundRow,
  isOwnAddress,
  type Match,
  matchByMessageId,
  matchBySender,
  noteInbound,
} from '../db/inbound.ts';
import { lockAccount } from '../db/locks.ts';
import type { Tx } from '../db/pool.ts';
import { normaliseEmail } from '../domain/contact.ts';
import type { AccountId } from '../domain/ids.ts';
import type { DecidedBy, InboundKind, InboundVerdict, ParsedMail } from '../domain/inbound.ts';
import { judgeMail } from '../domain/inbound-verdict.ts';
import type { ReplyIntent } from '../domain/reply.ts';
import type { Caller, CommandDeps } from './deps.ts';
import { guardAccount } from './guard-account.ts';
import { recordBounce } from './record-bounce.ts';
import { recordComplaint } from './record-complaint.ts';
import { recordReply } from './record-reply.ts';

export interface ReceiveDeps extends CommandDeps {
  replyReader: ReplyReader;
}

export interface ReceivedMail {
  accountId: AccountId;
  /** Its Message-ID, or one made for it: what was seen before is not acted on again. */
  messageId: string;
  /** null: the parser could not read it without harm. */
  mail: ParsedMail | null;
}

const DAY_MS = 86_400_000;
/** An answer by sender alone, so long after we last wrote, may be about anything: a person reads it. Design 6. */
const SENDER_COUNTS_FOR_MS = 30 * DAY_MS;

/**
 * One message of an account's inbox: whom it concerns, what it says, and what that does, once, however often it is read.
 * Matched by the thread, then by what a report names, then by the sender; mail that is not for us leaves its id and
 * nothing else. A crash at any line goes on where it was: each effect is harmless to repeat. Design 6, "Inbound".
 */
export async function receiveMail(deps: ReceiveDeps, caller: Caller, received: ReceivedMail): Promise<InboundKind> {
  const noted = await deps.db.inWorkspace(caller.workspaceId, (tx) => note(tx, caller, received));
  const { row, verdict, match } = noted;
  if (row.handledAt !== null || !received.mail || !verdict || !match) return row.kind;
  const decision = await act(deps, caller, received.mail, noted.row, verdict, match);
  await deps.db.inWorkspace(caller.workspaceId, async (tx) => {
    await changeInbound(tx, row.id, { ...decision, handledAt: await appNow(tx) });
  });
  return row.kind;
}

interface Noted {
  row: InboundRow;
  verdict: InboundVerdict | null;
  match: Match | null;
}

/** Its row, with what it is and whom it concerns. */
async function note(tx: Tx, { workspaceId }: Caller, { accountId, messageId, mail }: ReceivedMail): Promise<Noted> {
  const now = await appNow(tx);
  const known = { workspaceId, accountId, messageId, receivedAt: now };
  if (!mail) {
    const row = await noteInbound(tx, { ...known, kind: 'unreadable' });
    return { row: await done(tx, row, now), verdict: null, match: null };
  }
  const verdict = judgeMail(mail, { today: new Date(now).toISOString().slice(0, 10) });
  const isOwn = mail.from !== null && (await isOwnAddress(tx, mail.from.address.toLowerCase()));
  const match = isOwn ? null : await matchOf(tx, mail, verdict);
  const row = await noteInbound(tx, { ...known, kind: isOwn ? 'own' : match ? verdict.kind : 'unrelated' });
  if (row.handledAt !== null || !match) return { row: await done(tx, row, now), verdict, match };
  const { sequenceId, contactId, deliveryId } = match;
  await changeInbound(tx, row.id, {
    sequenceId,
    contactId,
    deliveryId,
    fromAddress: mail.from?.address ?? null,
    subject: mail.subject,
    text: verdict.kind === 'reply' ? verdict.text : mail.text,
    html: mail.html,
  });
  return { row, verdict, match };
}

async function done(tx: Tx, row: InboundRow, now: number): Promise<InboundRow> {
  if (row.handledAt === null) await changeInbound(tx, row.id, { handledAt: now });
  return { ...row, handledAt: row.handledAt ?? now };
}

/** A report by the message it names and never by who sent it, which anybody can write; an answer by its thread, then by its sender. */
async function matchOf(tx: Tx, mail: ParsedMail, verdict: InboundVerdict): Promise<Match | null> {
  if (verdict.kind === 'bounce' || verdict.kind === 'complaint') return matchByMessageId(tx, verdict.about);
  const thread = [mail.inReplyTo, ...mail.references].filter((id) => id !== null);
  const byThread = await matchByMessageId(tx, thread);
  if (byThread || !mail.from) return byThread;
  const sender = normaliseEmail(mail.from.address);
  return sender.ok ? matchBySender(tx, sender.email) : null;
}

interface Decision {
  intent: ReplyIntent | null;
  decidedBy: DecidedBy | null;
}

async function act(
  deps: ReceiveDeps,
  caller: Caller,
  mail: ParsedMail,
  row: InboundRow,
  verdict: InboundVerdict,
  match: Match,
): Promise<Decision> {
  const { sequenceId, deliveryId } = match;
  const key = row.messageId;
  switch (verdict.kind) {
    case 'bounce':
      await recordBounce(deps, caller, { sequenceId, kind: verdict.severity, key, ...(deliveryId && { deliveryId }) });
      await guard(deps, caller, row.accountId);
      return { intent: null, decidedBy: 'rule' };
    case 'complaint':
      if (deliveryId) await recordComplaint(deps, caller, { sequenceId, deliveryId, key });
      await guard(deps, caller, row.accountId);
      return { intent: null, decidedBy: 'rule' };
    case 'out_of_office':
    case 'auto_reply': {
      const returnsOn = verdict.kind === 'out_of_office' ? verdict.returnsOn : null;
      await recordReply(deps, caller, { ...naming(match), intent: verdict.kind, key, returnsOn });
      return { intent: verdict.kind, decidedBy: 'rule' };
    }
    case 'reply': {
      const decision = await understand(deps, mail, row, verdict, match);
      const { intent } = decision;
      await recordReply(deps, caller, { ...naming(match), intent, key, text: verdict.text || mail.text });
      return intent === 'unclear' ? { intent, decidedBy: null } : decision;
    }
  }
}

/** The account whose messages come back too often stops. */
const guard = ({ db }: ReceiveDeps, { workspaceId }: Caller, id: AccountId) =>
  db.inWorkspace(workspaceId, async (tx) => {
    await lockAccount(tx, id);
    await guardAccount(tx, await loadAccount(tx, id), await appNow(tx));
  });

const naming = ({ sequenceId, deliveryId }: Match) => ({ sequenceId, ...(deliveryId && { deliveryId }) });

/** Rules first, a language model second, a person third. Design 6. */
async function understand(
  { replyReader }: ReceiveDeps,
  mail: ParsedMail,
  row: InboundRow,
  verdict: Extract<InboundVerdict, { kind: 'reply' }>,
  match: Match,
): Promise<{ intent: ReplyIntent; decidedBy: DecidedBy }> {
  if (verdict.intent === 'unsubscribe') return { intent: verdict.intent, decidedBy: 'rule' };
  const isStale = match.deliveryId === null && row.receivedAt - match.lastSentAt > SENDER_COUNTS_FOR_MS;
  if (isStale) return { intent: 'unclear', decidedBy: 'person' };
  if (verdict.intent !== null) return { intent: verdict.intent, decidedBy: 'rule' };
  const read = await replyReader.read({ subject: mail.subject, text: verdict.text || mail.text });
  return read ? { intent: read.intent, decidedBy: 'model' } : { intent: 'unclear', decidedBy: 'person' };
}
