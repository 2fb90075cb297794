import { lastResumed, sendingFigures } from '../../db/account-reads.ts';
import { moveAccount, recordOfAccount } from '../../db/accounts.ts';
import type { Tx } from '../../db/pool.ts';
import type { AccountRow } from '../../db/rows.ts';
import { accountMoves } from '../../domain/accounts/account.ts';
import { type Reputation, reputation } from '../../domain/accounts/reputation.ts';

/**
 * Pauses an account whose messages bounce, or are complained about, too often. Called in the transaction that records a
 * hard bounce or a complaint, behind the account's lock. Only a person resumes it, and what was sent before that is not
 * held against it again. Facts: reliability 5d, E10.
 */
export async function guardAccount(tx: Tx, account: AccountRow, now: number): Promise<Reputation> {
  const lately = reputation(await sendingFigures(tx, account.id, now));
  if (lately.kind !== 'stop') return lately; // nearly always: the timeline need not be asked
  const figures = await sendingFigures(tx, account.id, now, await lastResumed(tx, account.id));
  const verdict = reputation(figures);
  // One that is disconnected sends nothing, and is not to look mended by a pause and a resume.
  const canPause = account.status !== 'DISCONNECTED' && accountMoves[account.status].includes('PAUSED');
  if (verdict.kind !== 'stop' || !canPause) return verdict;
  await moveAccount(tx, account, 'PAUSED', { pausedWhy: verdict.why });
  await recordOfAccount({ tx, now, actor: 'service' }, account, 'account_guarded', { reason: verdict.why, ...figures });
  return verdict;
}
