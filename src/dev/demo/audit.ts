import { isNotNull } from 'drizzle-orm';
import type { Db } from '../../db/pool.ts';
import { deliveries } from '../../db/schema.ts';
import { loadWalk } from '../../db/walks.ts';
import { permittedAt } from '../../domain/schedule.ts';
import type { LinkedInSimulator } from '../linkedin/simulator.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';

/**
 * What the demo promises, checked against what really arrived: no message twice, none outside its window, none after a
 * terminal status, none that the ledger does not know. Empty when all of it held.
 */
export async function audit(db: Db, mailbox: Mailbox, linkedIn: LinkedInSimulator): Promise<string[]> {
  const broken: string[] = [];
  const arrived = (await mailbox.messages()).map(({ messageId }) => messageId ?? 'no Message-ID');
  for (const id of repeated(arrived)) broken.push(`message ${id} arrived twice`);
  const { invitations, messages } = linkedIn.state();
  for (const key of repeated(invitations.map(({ profile }) => profile))) broken.push(`${key} was invited twice`);
  for (const key of repeated(messages.map(({ profile, text }) => `${profile}: ${text}`)))
    broken.push(`said twice to ${key}`);

  const sent = await db.asSystem((tx) => tx.select().from(deliveries).where(isNotNull(deliveries.dataStartedAt)));
  const known = new Set(sent.map(({ messageId }) => messageId));
  for (const id of arrived) if (!known.has(id)) broken.push(`message ${id} arrived and is not in the ledger`);
  for (const { sequenceId, stepId, dataStartedAt } of sent) {
    const { sequence, content } = await db.asSystem((tx) => loadWalk(tx, sequenceId));
    const at = dataStartedAt ?? 0;
    const what = `sequence ${sequenceId}, step ${stepId} at ${new Date(at).toISOString()}`;
    if (!permittedAt(at, content.schedule)) broken.push(`${what}: outside its window`);
    if (sequence.endedAt !== null && at > sequence.endedAt) broken.push(`${what}: after its end`);
  }
  return broken;
}

const repeated = (keys: readonly string[]) => [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
