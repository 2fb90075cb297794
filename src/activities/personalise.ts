import { attemptNow } from '../db/clock.ts';
import { record } from '../db/events.ts';
import { lockContact, lockSequence } from '../db/locks.ts';
import { changeSequence, deriveStatus } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import { writeContent } from '../db/steps.ts';
import { openTask } from '../db/tasks.ts';
import { jitterKey, loadWalk, type Walk, workspaceOf } from '../db/walks.ts';
import type { SequenceId } from '../domain/ids.ts';
import { factsAbout, renderStep } from '../domain/personalisation.ts';
import { planStep } from '../domain/schedule.ts';
import type { NextStep, Personalised } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import { withHeartbeats } from './heartbeats.ts';
import { nextOf, stepLines } from './step-results.ts';

/**
 * Writes every step's copy, once per sequence, and plans the first step. Run again it changes nothing and answers the
 * current step, never null: a workflow that starts anew goes on where Postgres stands. Design 3, 7.
 */
export const createPersonalise = (deps: ActivityDeps) =>
  async function personalise({ sequenceId, now }: { sequenceId: SequenceId; now: number }): Promise<Personalised> {
    const workspaceId = await deps.db.asSystem((tx) => workspaceOf(tx, sequenceId));
    if (!workspaceId) throw new Error(`sequence ${sequenceId} does not exist`);
    return withHeartbeats(async () => {
      const before = await deps.db.inWorkspace(workspaceId, (tx) => loadWalk(tx, sequenceId));
      if (isWritten(before)) return answer(before, now);
      const facts = factsAbout(before.contact, before.content.sender);
      const { aiVariables, language } = before.content;
      const written = await deps.writer.write({ variables: aiVariables, facts, language });
      for (const [name, value] of written) if (value !== null) facts.set(name, value);
      const walk = await deps.db.inWorkspace(workspaceId, (tx) => write(tx, sequenceId, facts, now));
      return answer(walk, now);
    });
  };

const isWritten = ({ sequence, steps }: Walk) =>
  sequence.endedAt !== null || steps.every(({ content }) => content !== null);

async function write(tx: Tx, id: SequenceId, facts: ReadonlyMap<string, string>, workflowNow: number): Promise<Walk> {
  const { contactId } = (await loadWalk(tx, id)).sequence;
  await lockContact(tx, contactId);
  await lockSequence(tx, id);
  const walk = await loadWalk(tx, id);
  if (isWritten(walk)) return walk;

  const { sequence, content } = walk;
  // Virtual time enrols ahead of `app_now()`, which stands at the round's first instant until all is quiet.
  const now = Math.max(sequence.enrolledAt, await attemptNow(tx, workflowNow));
  for (const step of walk.steps) {
    const template = content.steps[step.position];
    if (!template) throw new Error(`sequence ${id} has a step ${step.position} that its template version lacks`);
    const { content: rendered, missing } = renderStep(template, facts);
    await writeContent(tx, step, rendered, missing);
    if (missing.length > 0) await openCopyTask(tx, walk, step.position, missing, now);
  }
  const { at, why } = planStep(sequence.enrolledAt, null, content.schedule, jitterKey(walk, 0));
  await changeSequence(tx, walk, { nextAt: at, nextWhy: why });
  await deriveStatus(tx, walk, now);
  await record(tx, {
    workspaceId: sequence.workspaceId,
    kind: 'sequence_personalised',
    at: now,
    actor: 'service',
    campaignId: sequence.campaignId,
    contactId,
    sequenceId: id,
    data: { steps: walk.steps.length },
  });
  return walk;
}

/** A variable with neither value nor default never sends: a person completes the copy. Design 7. */
async function openCopyTask(
  tx: Tx,
  walk: Walk,
  position: number,
  missing: readonly string[],
  now: number,
): Promise<void> {
  const step = walk.steps[position];
  if (!step) return;
  await openTask(
    tx,
    walk,
    {
      kind: 'complete_copy',
      stepId: step.stepId,
      manualKind: null,
      title: `Complete the copy of step ${position + 1} ('${step.name}')`,
      instructions: `No value for ${missing.join(', ')}. Fill in what is missing; the step waits for it.`,
      assigneeId: walk.campaign.ownerId,
    },
    now,
  );
}

function answer(walk: Walk, now: number): Personalised {
  const { sequence, steps } = walk;
  const { workspaceId, campaignId, templateId } = sequence;
  return {
    next: nextOf(walk) ?? lookAgain(walk, now),
    status: sequence.status,
    steps: stepLines(walk),
    attributes: { workspaceId, campaignId, templateId },
  };

  /** Waiting for a person, or ended: performing at once says which. */
  function lookAgain({ steps: [first] }: Walk, at: number): NextStep {
    const step = steps[sequence.position] ?? steps.at(-1) ?? first;
    if (!step) throw new Error(`sequence ${sequence.id} has no steps`);
    return { stepId: step.stepId, number: step.position + 1, kind: step.kind, at, why: 'delay' };
  }
}
