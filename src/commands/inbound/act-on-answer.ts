import type { ReplyReader } from '../../adapters/reply-reader.ts';
import { keepDecision, type Match } from '../../db/inbound.ts';
import type { InboundRow } from '../../db/rows.ts';
import type { Answer, ParsedMail } from '../../domain/inbound/inbound.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { decideReply } from './decide-reply.ts';
import { recordReply } from './record-reply.ts';

/** An answer that arrived, by whatever channel, and the sequence it answers to. */
export interface Answered {
  row: InboundRow;
  match: Match;
  verdict: Answer;
  words: Pick<ParsedMail, 'subject' | 'text' | 'from'>;
  /** For the person who may have to read it. */
  shown: string;
}

/** Does what an answer asks for, under its id, so that a second time does nothing. Design 6, "Replies". */
export async function actOnAnswer(
  deps: CommandDeps & { replyReader: ReplyReader },
  caller: Caller,
  { row, match, verdict, words, shown }: Answered,
): Promise<void> {
  const { sequenceId, deliveryId } = match;
  const from = words.from?.address ?? null;
  const about = { sequenceId, from, key: row.messageId, ...(deliveryId && { deliveryId }) };
  if (verdict.kind === 'reply') {
    const intent = await decideReply(deps, caller, words, row, verdict, match);
    await recordReply(deps, caller, { ...about, intent, text: shown });
    return;
  }
  const { kind: intent } = verdict;
  await deps.db.inWorkspace(caller.workspaceId, (tx) => keepDecision(tx, row.id, { intent, decidedBy: 'rule' }));
  if (verdict.kind === 'out_of_office')
    return recordReply(deps, caller, { ...about, intent, returnsOn: verdict.returnsOn });
  await recordReply(deps, caller, { ...about, intent, ...(verdict.notice && { notice: verdict.notice, text: shown }) });
}
