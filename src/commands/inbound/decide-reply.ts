import type { ReplyReader } from '../../adapters/reply-reader.ts';
import { type Decision, keepDecision, type Match } from '../../db/inbound.ts';
import type { InboundRow } from '../../db/rows.ts';
import { DAY_MS } from '../../domain/durations.ts';
import type { Answer, ParsedMail } from '../../domain/inbound/inbound.ts';
import type { ReplyIntent } from '../../domain/reply.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** An answer by sender alone, so long after we last wrote, may be about anything: a person reads it. Design 6. */
const SENDER_COUNTS_FOR_MS = 30 * DAY_MS;

type Reply = Extract<Answer, { kind: 'reply' }>;
type Words = Pick<ParsedMail, 'subject' | 'text'>;

/**
 * What a reply means, stored before anything is done about it: a model that is asked again after a crash may think
 * otherwise, and what was told must be what was done.
 */
export async function decideReply(
  deps: CommandDeps & { replyReader: ReplyReader },
  { workspaceId }: Caller,
  words: Words,
  row: InboundRow,
  verdict: Reply,
  match: Match,
): Promise<ReplyIntent> {
  if (row.intent !== null) return row.intent;
  const decision = await understand(deps.replyReader, words, row, verdict, match);
  const { intent } = await deps.db.inWorkspace(workspaceId, (tx) => keepDecision(tx, row.id, decision));
  return intent ?? 'unclear';
}

/** Rules first, a language model second, a person third; who has not decided yet is not named. Design 6. */
async function understand(
  replyReader: ReplyReader,
  words: Words,
  row: InboundRow,
  verdict: Reply,
  match: Match,
): Promise<Decision> {
  const unclear: Decision = { intent: 'unclear', decidedBy: null };
  if (verdict.intent === 'unclear') return unclear;
  if (verdict.intent === 'unsubscribe') return { intent: verdict.intent, decidedBy: 'rule' };
  const isStale = match.deliveryId === null && row.receivedAt - match.lastSentAt > SENDER_COUNTS_FOR_MS;
  if (isStale) return unclear;
  if (verdict.intent !== null) return { intent: verdict.intent, decidedBy: 'rule' };
  const read = await replyReader.read({ subject: words.subject, text: verdict.text || words.text });
  return read && read.intent !== 'unclear' ? { intent: read.intent, decidedBy: 'model' } : unclear;
}
