import { lockTask } from '../../db/locks.ts';
import { bumpTell, deriveStatus } from '../../db/moves.ts';
import type { Tx } from '../../db/pool.ts';
import type { StepRow } from '../../db/rows.ts';
import type { Scene } from '../../db/scene.ts';
import { wasTried, writeContent } from '../../db/steps.ts';
import { findOpenTask, settleTask } from '../../db/tasks.ts';
import type { Walk } from '../../db/walks.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import { whyNotEditable } from '../../domain/copy/step-edit.ts';
import type { SequenceId, StepId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { TemplateStep } from '../../domain/template.ts';
import type { News } from './on-sequence.ts';

/** Which copy is to be changed, and the version of it that whoever asks has before their eyes. */
export interface CopyAsked {
  sequenceId: SequenceId;
  stepId: StepId;
  madeOn: number;
}

/**
 * The step, and what its template version says of it, as long as its copy may be changed. Refuses once it is claimed
 * (`wrong_state`), and when somebody else changed it since (`version_conflict`). Design 7.
 */
export async function takeEditable(
  tx: Tx,
  { sequence, steps, content }: Walk,
  { stepId, madeOn }: CopyAsked,
): Promise<{ step: StepRow; template: TemplateStep }> {
  const step = steps.find((own) => own.stepId === stepId);
  const template = step && content.steps[step.position];
  if (!step || !template) throw new Refusal('not_found', { noun: 'step of this sequence', id: stepId });
  const { kind, status, position, contentVersion } = step;
  const why = whyNotEditable({
    sequence: sequence.status,
    step: { kind, status, isWritten: step.content !== null },
    wasTried: await wasTried(tx, step),
  });
  if (why !== null) throw new Refusal('wrong_state', `${why}; the copy of step ${position + 1} stays as it is`);
  if (contentVersion !== madeOn)
    throw new Refusal(
      'version_conflict',
      `the change was made on version ${madeOn}, the copy of step ${position + 1} is at ${contentVersion}`,
    );
  return { step, template };
}

/**
 * Writes whole copy in the step's place. A task to complete it is done with that, by whoever asked; the answer is what
 * the workflow must then hear, null when nothing waited.
 */
export async function replaceCopy(scene: Scene, step: StepRow, content: StepContent): Promise<News | null> {
  const { tx } = scene;
  await writeContent(tx, step, content, []);
  const open = await findOpenTask(tx, step, 'complete_copy');
  if (!open) return null;
  await lockTask(tx, open.id);
  await settleTask(scene, open, 'COMPLETED');
  await deriveStatus(scene);
  await bumpTell(scene);
  return { kind: 'taskSettled', taskId: open.id };
}
