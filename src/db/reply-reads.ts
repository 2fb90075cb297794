import { asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { InboundId, SequenceId } from '../domain/ids.ts';
import type { Tx } from './pool.ts';
import type { InboundRow } from './rows.ts';
import { inboundMessages } from './schema.ts';

/** What came back, as a list tells of it: whether there is HTML, and not the HTML. */
export type ReplyView = Omit<InboundRow, 'html'> & { hasHtml: boolean };

const { html, ...columns } = getTableColumns(inboundMessages);

/** Of one sequence nobody reads more. */
const MOST_REPLIES = 100;

/** Everything that came back to a sequence, oldest first. */
export const repliesTo = (tx: Tx, sequenceId: SequenceId): Promise<ReplyView[]> =>
  tx
    .select({ ...columns, hasHtml: sql<boolean>`coalesce(${html}, '') <> ''` })
    .from(inboundMessages)
    .where(eq(inboundMessages.sequenceId, sequenceId))
    .orderBy(asc(inboundMessages.receivedAt), asc(inboundMessages.id))
    .limit(MOST_REPLIES);

/** A message as its sender wrote it; null when the workspace has none of that id, or it has no HTML. */
export async function findReplyHtml(tx: Tx, id: InboundId): Promise<string | null> {
  const [row] = await tx.select({ html }).from(inboundMessages).where(eq(inboundMessages.id, id));
  return row?.html || null;
}
