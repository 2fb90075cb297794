import type { ReplyReader } from '../../adapters/reply-reader.ts';
import type { UnsubscribeLinks } from '../../adapters/unsubscribe-links.ts';
import { loadAccount } from '../../db/accounts.ts';
import { appNow } from '../../db/clock.ts';
import { accountOfDelivery, changeInbound, keepDecision, noteInbound } from '../../db/inbound.ts';
import { lockAccount } from '../../db/locks.ts';
import type { Tx } from '../../db/pool.ts';
import type { InboundRow } from '../../db/rows.ts';
import type { AccountId, DeliveryId } from '../../domain/ids.ts';
import type { InboundKind, ParsedMail } from '../../domain/inbound/inbound.ts';
import { guardAccount } from '../accounts/guard-account.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { actOnAnswer } from './act-on-answer.ts';
import { type Matched, matchMail } from './match-mail.ts';
import { recordBounce } from './record-bounce.ts';
import { recordComplaint } from './record-complaint.ts';

export interface ReceiveDeps extends CommandDeps {
  replyReader: ReplyReader;
  unsubscribeLinks: Pick<UnsubscribeLinks, 'sequenceOf'>;
}

export interface ReceivedMail {
  accountId: AccountId;
  /** Its Message-ID, or one made for it: what was seen before is not acted on again. */
  messageId: string;
  /** null: the parser could not read it without harm. */
  mail: ParsedMail | null;
  /** Nothing below its header could be read. */
  isHeaderOnly?: boolean;
}

/**
 * One message of an account's inbox: whom it concerns, what it says, and what that does, once, however often it is read.
 * Mail that is not for us leaves its id and nothing else. A crash at any line goes on where it was: each effect is
 * harmless to repeat. Design 6, "Inbound".
 */
export async function receiveMail(deps: ReceiveDeps, caller: Caller, received: ReceivedMail): Promise<InboundKind> {
  const { row, matched } = await deps.db.inWorkspace(caller.workspaceId, (tx) => note(tx, deps, caller, received));
  if (row.handledAt !== null || !received.mail || matched?.kind !== 'matched') return row.kind;
  await act(deps, caller, received, received.mail, row, matched);
  await deps.db.inWorkspace(caller.workspaceId, async (tx) => {
    await changeInbound(tx, row.id, { handledAt: await appNow(tx) });
  });
  return row.kind;
}

interface Noted {
  row: InboundRow;
  /** null: nothing of it could be read. */
  matched: Matched | null;
}

/** Its row, with what it is and whom it concerns. */
async function note(tx: Tx, deps: ReceiveDeps, { workspaceId }: Caller, received: ReceivedMail): Promise<Noted> {
  const { accountId, messageId, mail, isHeaderOnly = false } = received;
  const now = await appNow(tx);
  const today = new Date(now).toISOString().slice(0, 10);
  const matched = mail && (await matchMail(tx, deps.unsubscribeLinks, { mail, isHeaderOnly, today }));
  const kind = !matched ? 'unreadable' : matched.kind === 'matched' ? matched.verdict.kind : matched.kind;
  const row = await noteInbound(tx, { workspaceId, accountId, messageId, receivedAt: now, kind });
  if (row.handledAt !== null) return { row, matched };
  if (!mail || matched?.kind !== 'matched') {
    // One that was matched before and could not be handled is no reply that anybody will act on.
    await changeInbound(tx, row.id, { kind, handledAt: now });
    return { row: { ...row, kind, handledAt: now }, matched };
  }
  const { verdict, match } = matched;
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
  return { row, matched };
}

const UNREAD = 'This message could not be read here. Please read it in the mailbox and say what it means.';

const nameOfSender = ({ from }: ParsedMail): string =>
  from === null ? 'Somebody' : from.name === '' ? from.address : `${from.name} <${from.address}>`;

/** Does what the message asks for, under its Message-ID, so that a second time does nothing. */
async function act(
  deps: ReceiveDeps,
  caller: Caller,
  { isHeaderOnly }: ReceivedMail,
  mail: ParsedMail,
  row: InboundRow,
  { verdict, match, author }: Extract<Matched, { kind: 'matched' }>,
): Promise<void> {
  if (verdict.kind !== 'bounce' && verdict.kind !== 'complaint') {
    const text = verdict.kind === 'reply' ? verdict.text : '';
    const words = isHeaderOnly ? UNREAD : text || mail.text;
    const shown = author === 'stranger' ? `${nameOfSender(mail)} writes in this contact’s thread:\n\n${words}` : words;
    return actOnAnswer(deps, caller, { row, match, verdict, words: mail, shown });
  }
  const { sequenceId, deliveryId } = match;
  const about = { sequenceId, key: row.messageId };
  await deps.db.inWorkspace(caller.workspaceId, (tx) => keepDecision(tx, row.id, { intent: null, decidedBy: 'rule' }));
  if (verdict.kind === 'bounce')
    await recordBounce(deps, caller, { ...about, kind: verdict.severity, ...(deliveryId && { deliveryId }) });
  else if (deliveryId) await recordComplaint(deps, caller, { ...about, deliveryId });
  await guard(deps, caller, deliveryId);
}

/** The account whose messages come back too often stops: the one that sent them, wherever the report arrives. */
async function guard({ db }: ReceiveDeps, { workspaceId }: Caller, deliveryId: DeliveryId | null): Promise<void> {
  if (deliveryId === null) return;
  await db.inWorkspace(workspaceId, async (tx) => {
    const id = await accountOfDelivery(tx, deliveryId);
    await lockAccount(tx, id);
    await guardAccount(tx, await loadAccount(tx, id), await appNow(tx));
  });
}
