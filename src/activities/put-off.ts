import { hasUnreadMessage } from '../db/callbacks.ts';
import { isInboxFresh } from '../db/mailboxes.ts';
import { changeSequence, deriveStatus, returnStep } from '../db/moves.ts';
import type { AccountRow, StepRow } from '../db/rows.ts';
import { recordOfSequence, type Scene } from '../db/scene.ts';
import { askPace, freeSlot, isFollowUp } from '../db/slots.ts';
import type { StepResult, Why } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import type { Fresh } from './record-attempt.ts';
import { endedResult, standing } from './step-results.ts';

const ALARM_AFTER_DEFERRALS = 20;
/** No deferral is nearer, whatever asks for it: a step that is put off by milliseconds would spin. Design 3. */
export const NEAREST_DEFERRAL_MS = 30_000;

/** A LinkedIn message that is read within seconds; behind a language model, or a provider that is away, later. */
const READ_WITHIN_MS = 60_000;

/** The contact wrote to us on LinkedIn, and what that means is just being found out. */
export const waitsForReader = async (scene: Scene, deps: ActivityDeps): Promise<StepResult | null> =>
  (await hasUnreadMessage(scene.tx, scene.walk)) ? defer(scene, deps, scene.now + READ_WITHIN_MS, 'inbox_stale') : null;

/** The last of the fence: may it be that the contact has answered unread, and has the account room? Design 3. */
export async function waitsForItsTurn(
  scene: Scene,
  deps: ActivityDeps,
  step: StepRow,
  account: AccountRow,
): Promise<StepResult | null> {
  const { tx, walk, now } = scene;
  // LinkedIn tells of replies by itself; who answers there stops the sequence without an inbox being read.
  if (step.kind === 'email' && isFollowUp(walk, step) && !(await isInboxFresh(tx, account.id, deps.inboxFreshMs)))
    return defer(scene, deps, now + deps.inboxFreshMs, 'inbox_stale');
  const pace = await askPace(scene, step, account);
  return pace.kind === 'go' ? null : putOff(scene, deps, pace.at, pace.why);
}

/** The step goes later, for the reason that the fence gave; a slot it had is free for others. */
export async function defer(...asked: Parameters<typeof putOff>): Promise<StepResult> {
  const [{ tx, walk }] = asked;
  await freeSlot(tx, walk);
  return putOff(...asked);
}

/** The claim went back: the step goes later, for that reason, unless its sequence has ended meanwhile. */
export async function returnAndDefer(fresh: Fresh, deps: ActivityDeps, until: number, why: Why): Promise<StepResult> {
  const { walk, step } = fresh;
  await returnStep(fresh, step);
  return walk.sequence.endedAt === null ? defer(fresh, deps, until, why) : endedResult(walk);
}

/** The row says when and why. */
async function putOff(scene: Scene, deps: ActivityDeps, wanted: number, why: Why): Promise<StepResult> {
  const { walk, now } = scene;
  const { sequence } = walk;
  const until = Math.max(wanted, now + NEAREST_DEFERRAL_MS);
  const deferrals = sequence.deferrals + 1;
  if (deferrals % ALARM_AFTER_DEFERRALS === 0)
    deps.log.error({ sequenceId: sequence.id, deferrals, why }, 'a step is deferred over and over');
  await changeSequence(scene, { nextAt: until, nextWhy: why, deferrals, parkedEpoch: null });
  await deriveStatus(scene);
  await recordOfSequence(scene, 'step_deferred', { step: sequence.position + 1, why, until });
  return { kind: 'deferred', until, why, ...standing(walk) };
}
