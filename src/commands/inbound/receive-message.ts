import type { ReplyReader } from '../../adapters/reply-reader.ts';
import { appNow } from '../../db/clock.ts';
import { changeInbound, type Match, matchByProfile, noteInbound } from '../../db/inbound.ts';
import type { Tx } from '../../db/pool.ts';
import type { InboundRow } from '../../db/rows.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Answer, InboundKind, ParsedMail } from '../../domain/inbound/inbound.ts';
import { judgeMessage, messageAsMail } from '../../domain/inbound/inbound-verdict.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { actOnAnswer } from './act-on-answer.ts';
import { recordConnectionAccepted } from './record-connection-accepted.ts';

export interface ReceivedMessage {
  accountId: AccountId;
  /** Normalised; null: the provider names nobody. */
  profile: string | null;
  /** The provider's id of the message: what was seen before is not acted on again. */
  key: string;
  text: string;
}

/**
 * A LinkedIn message to one of our accounts, by the policy of replies by mail. One from somebody whom no sequence has
 * written to or invited leaves its id and nothing else. A crash at any line goes on where it was. Design 6, "Inbound".
 */
export async function receiveMessage(
  deps: CommandDeps & { replyReader: ReplyReader },
  caller: Caller,
  received: ReceivedMessage,
): Promise<InboundKind> {
  const { accountId, profile, text } = received;
  const message = messageAsMail(text);
  const { row, matched } = await deps.db.inWorkspace(caller.workspaceId, (tx) => note(tx, caller, received, message));
  if (row.handledAt !== null || profile === null || matched === null) return row.kind;
  await actOnAnswer(deps, caller, { row, ...matched, words: message, shown: text });
  // Who answers there is connected, whether or not that was told. The answer comes first: what waits for the connection
  // may be what they ask us not to send.
  await recordConnectionAccepted(deps, caller, { accountId, profile });
  await deps.db.inWorkspace(caller.workspaceId, async (tx) => {
    await changeInbound(tx, row.id, { handledAt: await appNow(tx) });
  });
  return row.kind;
}

interface Noted {
  row: InboundRow;
  /** null: it concerns nobody we know. */
  matched: { verdict: Answer; match: Match } | null;
}

/** Its row, with what it is and whom it concerns. */
async function note(
  tx: Tx,
  { workspaceId }: Caller,
  { accountId, profile, key, text }: ReceivedMessage,
  message: ParsedMail,
): Promise<Noted> {
  const now = await appNow(tx);
  const match = profile === null ? null : await matchByProfile(tx, accountId, profile);
  const verdict = judgeMessage(message, { today: new Date(now).toISOString().slice(0, 10) });
  const kind = match ? verdict.kind : 'unrelated';
  const row = await noteInbound(tx, { workspaceId, accountId, messageId: `linkedin:${key}`, kind, receivedAt: now });
  if (row.handledAt !== null) return { row, matched: null };
  if (!match) {
    await changeInbound(tx, row.id, { kind, handledAt: now });
    return { row: { ...row, kind, handledAt: now }, matched: null };
  }
  const { sequenceId, contactId } = match;
  await changeInbound(tx, row.id, { sequenceId, contactId, fromAddress: profile, text });
  return { row, matched: { verdict, match } };
}
