import { eq } from 'drizzle-orm';
import { type Sender, senderOf } from '../domain/email.ts';
import type { Tx } from './pool.ts';
import type { StepRow } from './rows.ts';
import { accounts } from './schema.ts';
import { accountIdFor, type Walk } from './walks.ts';

/**
 * Who writes a step: the person of the account it goes out from, as in the mail's From, else the template's. Of no step
 * (what all of them share) and of a manual task: the email account's, else the LinkedIn account's.
 */
export async function senderFor(tx: Tx, walk: Walk, step: StepRow | null): Promise<Sender> {
  const { emailAccountId, linkedinAccountId } = walk.sequence;
  const id = (step && accountIdFor(walk, step)) ?? emailAccountId ?? linkedinAccountId;
  const [account] = id === null ? [] : await tx.select().from(accounts).where(eq(accounts.id, id));
  return senderOf(walk.content, account ?? null);
}
