import { loadAccount } from '../db/accounts.ts';
import type { Claim } from '../db/claim.ts';
import { attemptNow } from '../db/clock.ts';
import { lockAccount, lockTasksOf, lockWalk, shareCampaign } from '../db/locks.ts';
import type { Tx } from '../db/pool.ts';
import type { AccountRow, StepRow } from '../db/rows.ts';
import type { Scene } from '../db/scene.ts';
import { endOf } from '../db/sequences.ts';
import { blockingTask, loadWalk, type Walk } from '../db/walks.ts';
import type { StepResult } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import { endedResult, nextOf, standing } from './step-results.ts';

/** What an attempt set out with; its rows may have changed since. */
export interface Attempted {
  walk: Walk;
  step: StepRow;
  account: AccountRow;
}

/** The same as things stand now, behind the locks: a reply or a stop may have come while the message was on its way. */
export interface Fresh extends Attempted, Scene {}

/** An attempt on a message that is over, and is being written down. */
export interface Recording extends Fresh {
  deps: ActivityDeps;
  claim: Claim;
}

/**
 * Runs `write` behind the locks. It answers null when the message is another attempt's or a person's by now; then the
 * answer is wherever the sequence stands.
 */
export async function recordAttempt(
  tx: Tx,
  claim: Attempted,
  workflowNow: number,
  write: (fresh: Fresh) => Promise<StepResult | null>,
): Promise<StepResult> {
  const { sequence } = claim.walk;
  await shareCampaign(tx, sequence.campaignId);
  await lockWalk(tx, sequence);
  await lockTasksOf(tx, [sequence.id]); // what became of the message may answer a person's question about it
  await lockAccount(tx, claim.account.id);
  const now = await attemptNow(tx, workflowNow);
  const walk = await loadWalk(tx, sequence.id);
  const step = walk.steps.find(({ stepId }) => stepId === claim.step.stepId);
  if (!step) throw new Error(`step ${claim.step.stepId} left its sequence`);
  const account = await loadAccount(tx, claim.account.id);
  const scene: Scene = { tx, walk, now, actor: 'service' };
  return (await write({ ...scene, step, account })) ?? whatStands(scene);
}

/** The answer of an attempt that lost its message to another one: wherever the sequence stands. */
async function whatStands({ tx, walk, now }: Scene): Promise<StepResult> {
  if (endOf(walk)) return endedResult(walk);
  const taskId = await blockingTask(tx, walk);
  if (taskId) return { kind: 'waitingForUser', taskId, ...standing(walk) };
  return { kind: 'deferred', until: nextOf(walk)?.at ?? now, why: 'delay', ...standing(walk) };
}
