import { unknownMembers } from '../../db/member-reads.ts';
import type { Tx } from '../../db/pool.ts';
import { recordOfSequence } from '../../db/scene.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import { checkEdit, threadStarter } from '../../domain/copy/step-edit.ts';
import { type Problem, within } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onSequence } from './on-sequence.ts';
import { type CopyAsked, replaceCopy, takeEditable } from './replace-copy.ts';

export interface EditStepInput extends CopyAsked {
  /** All that the step will say. */
  content: StepContent;
}

/**
 * Replaces what a step will say, up to the claim: an edit that comes first is what is sent, one that comes later is
 * refused. A person's word is whole, so a task to complete the copy is done with it. Returns the new version. Design 7.
 */
export const editStep = (deps: CommandDeps, caller: Caller, input: EditStepInput): Promise<number> =>
  onSequence(deps, caller, input.sequenceId, async (scene) => {
    const { tx, walk } = scene;
    const { step } = await takeEditable(tx, walk, input);
    const { content } = input;
    if (content.kind !== step.kind)
      throw new Refusal(
        'invalid',
        `the copy of step ${step.position + 1} is of kind ${step.kind}, got ${content.kind}`,
      );
    const problems = [
      ...checkEdit(content, { answersInThread: threadStarter(walk.content.steps, step.position) !== null }),
      ...(await checkAssignee(tx, content)),
    ];
    if (problems.length > 0)
      throw new Refusal('invalid', `the copy has ${problems.length} problem(s)`, within(['content'], problems));
    const news = await replaceCopy(scene, step, content);
    const { contentVersion: version } = step;
    await recordOfSequence(scene, 'step_edited', { step: step.position + 1, stepKind: step.kind, version });
    return { result: version, news };
  });

/** A task given to nobody we know could never be opened. */
async function checkAssignee(tx: Tx, content: StepContent): Promise<Problem[]> {
  if (content.kind !== 'manual_task' || content.assignee === null) return [];
  const unknown = await unknownMembers(tx, [content.assignee]);
  return unknown.length === 0 ? [] : [{ path: ['assignee_id'], what: 'is no member of this workspace' }];
}
