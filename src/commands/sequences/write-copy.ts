import type { StepRow } from '../../db/rows.ts';
import type { Scene } from '../../db/scene.ts';
import { senderFor } from '../../db/senders.ts';
import { writeContent } from '../../db/steps.ts';
import { openTask } from '../../db/tasks.ts';
import type { AiValues } from '../../domain/copy/generation.ts';
import { factsAbout, type WrittenStep, writeStep } from '../../domain/copy/personalisation.ts';

/**
 * Writes what a step will say, from its pinned template, the contact as it is now and these values, behind the sequence's
 * locks. What is missing and what the checks found keeps it from being sent: a task asks a person to complete it.
 */
export async function writeCopy(scene: Scene, step: StepRow, ai: AiValues): Promise<WrittenStep> {
  const { tx, walk } = scene;
  const { contact, content: template } = walk;
  const wanted = template.steps[step.position];
  if (!wanted)
    throw new Error(`sequence ${step.sequenceId} has a step ${step.position} that its template version lacks`);
  const facts = factsAbout(contact, await senderFor(tx, walk, step));
  const written = writeStep(wanted, { facts, ai, language: template.language });
  const { content, missing, problems } = written;
  await writeContent(tx, step, content, [...missing, ...problems]);
  if (missing.length > 0 || problems.length > 0) await openCopyTask(scene, step, written);
  return written;
}

/** It never goes out as it is: a person completes the copy. Design 7. */
async function openCopyTask(scene: Scene, step: StepRow, { missing, problems }: WrittenStep): Promise<void> {
  const what = `the copy of step ${step.position + 1} ('${step.name}')`;
  const lacks = missing.length > 0 ? [`No value for ${missing.join(', ')}. Fill in what is missing.`] : [];
  const wrong = problems.length > 0 ? [`To be put right: ${problems.join('; ')}.`] : [];
  await openTask(scene, {
    kind: 'complete_copy',
    stepId: step.stepId,
    manualKind: null,
    title: missing.length > 0 ? `Complete ${what}` : `Check ${what}: ${problems[0]}`,
    instructions: [...lacks, ...wrong, 'The step waits for it.'].join(' '),
    assigneeId: scene.walk.campaign.ownerId,
  });
}
