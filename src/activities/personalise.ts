import { writeCopy } from '../commands/sequences/write-copy.ts';
import { briefOf, type WrittenVariables, writeVariables } from '../commands/sequences/write-variables.ts';
import { attemptNow } from '../db/clock.ts';
import { lockWalk } from '../db/locks.ts';
import { changeSequence, deriveStatus } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import { recordOfSequence, type Scene } from '../db/scene.ts';
import { senderFor } from '../db/senders.ts';
import { currentStep, jitterKey, loadWalk, type Walk, workspaceOf } from '../db/walks.ts';
import { findOrganisation } from '../db/workspaces.ts';
import { factsAbout } from '../domain/copy/personalisation.ts';
import type { SequenceId, WorkspaceId } from '../domain/ids.ts';
import { planStep } from '../domain/schedule.ts';
import type { NextStep, Personalised, SequenceEnded } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import { withHeartbeats } from './heartbeats.ts';
import { nextOf, stepLines } from './step-results.ts';
import { endWithoutRow } from './without-row.ts';

/** The workflow's own now, epoch ms. */
interface PersonaliseInput {
  sequenceId: SequenceId;
  now: number;
}

/**
 * Writes every step's copy, once per sequence, and plans the first step. Run again it changes nothing and answers the
 * current step, never null: a workflow that starts anew goes on where Postgres stands. Design 3, 7.
 */
export const createPersonalise = (deps: ActivityDeps) =>
  async function personalise({ sequenceId, now }: PersonaliseInput): Promise<Personalised | SequenceEnded> {
    const workspaceId = await deps.db.asSystem((tx) => workspaceOf(tx, sequenceId));
    if (!workspaceId) return endWithoutRow(deps.log, sequenceId);
    return withHeartbeats(async (signal) => {
      const before = await deps.db.inWorkspace(workspaceId, (tx) => read(tx, sequenceId, workspaceId));
      if (isWritten(before.walk)) return answer(before.walk, now);
      // No transaction is held while a model writes; of two attempts at once the first to come back is believed.
      const written = await writeVariables(deps, before.brief, 'enrolment', { workspaceId, sequenceId }, signal);
      const walk = await deps.db.inWorkspace(workspaceId, (tx) => write(tx, sequenceId, written, now));
      return answer(walk, now);
    });
  };

async function read(tx: Tx, id: SequenceId, workspaceId: WorkspaceId) {
  const walk = await loadWalk(tx, id);
  const facts = factsAbout(walk.contact, await senderFor(tx, walk, null));
  return { walk, brief: briefOf(await findOrganisation(tx, workspaceId), walk.content, facts) };
}

const isWritten = ({ sequence, steps }: Walk) =>
  sequence.endedAt !== null || steps.every(({ content }) => content !== null);

async function write(tx: Tx, id: SequenceId, { values, by }: WrittenVariables, workflowNow: number): Promise<Walk> {
  await lockWalk(tx, (await loadWalk(tx, id)).sequence);
  const walk = await loadWalk(tx, id);
  if (isWritten(walk)) return walk;

  const { sequence, content } = walk;
  // Virtual time enrols ahead of `app_now()`, which stands at the round's first instant until all is quiet.
  const now = Math.max(sequence.enrolledAt, await attemptNow(tx, workflowNow));
  const scene: Scene = { tx, walk, now, actor: 'service' };
  for (const step of walk.steps) await writeCopy(scene, step, values);
  const { at, why } = planStep(sequence.enrolledAt, null, content.schedule, jitterKey(walk, 0));
  await changeSequence(scene, {
    nextAt: at,
    nextWhy: why,
    ...(by === null ? {} : { aiValues: values, aiWriter: by }),
  });
  await deriveStatus(scene);
  await recordOfSequence(scene, 'sequence_personalised', { steps: walk.steps.length });
  return walk;
}

function answer(walk: Walk, now: number): Personalised {
  const { sequence, steps } = walk;
  const { workspaceId, campaignId, templateId } = sequence;
  // An acceptance wakes only who waits for one: a walk that starts anew meanwhile looks at once, and waits for it then.
  const isWaiting = currentStep(walk)?.status === 'WAITING';
  return {
    next: (isWaiting ? null : nextOf(walk)) ?? lookAgain(walk, now),
    status: sequence.status,
    steps: stepLines(walk),
    attributes: { workspaceId, campaignId, templateId },
  };

  /** Waiting for a person or for the contact, or ended: performing at once says which. */
  function lookAgain({ steps: [first] }: Walk, at: number): NextStep {
    const step = steps[sequence.position] ?? steps.at(-1) ?? first;
    if (!step) throw new Error(`sequence ${sequence.id} has no steps`);
    return { stepId: step.stepId, number: step.position + 1, kind: step.kind, at, why: 'delay' };
  }
}
