import { recordOfSequence } from '../../db/scene.ts';
import { senderFor } from '../../db/senders.ts';
import { findWalk } from '../../db/walks.ts';
import { findOrganisation } from '../../db/workspaces.ts';
import { factsAbout, writeStep } from '../../domain/copy/personalisation.ts';
import { aiVariablesIn } from '../../domain/copy/step-texts.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CopyDeps } from '../deps.ts';
import { onSequence } from './on-sequence.ts';
import { type CopyAsked, replaceCopy, takeEditable } from './replace-copy.ts';
import { writeAtOnce } from './write-at-once.ts';
import { briefOf, type WrittenVariables } from './write-variables.ts';

/**
 * Writes one step anew: from the sequence's own template version, the contact as it is now, and values of the AI
 * variables in it that the model writes for this step alone (the sequence keeps its own for the other steps). What comes
 * out incomplete, or fails the checks, changes nothing. Returns the new version. Design 7.
 */
export async function regenerateStep(deps: CopyDeps, caller: Caller, asked: CopyAsked): Promise<number> {
  const { values, by } = await askModel(deps, caller, asked);
  return onSequence(deps, caller, asked.sequenceId, async (scene) => {
    const { tx, walk } = scene;
    const { step, template } = await takeEditable(tx, walk, asked); // again: the model took its time
    const facts = factsAbout(walk.contact, await senderFor(tx, walk, step));
    const { content, missing, problems } = writeStep(template, { facts, ai: values, language: walk.content.language });
    refuseUnfit(step.position + 1, [...missing.map((name) => `no value for ${name}`), ...problems]);
    const news = await replaceCopy(scene, step, content);
    const { contentVersion: version } = step;
    await recordOfSequence(scene, 'step_regenerated', { step: step.position + 1, stepKind: step.kind, version, by });
    return { result: version, news };
  });
}

/** Outside any transaction. `by` null: there was nothing to ask for. */
async function askModel(deps: CopyDeps, { workspaceId }: Caller, asked: CopyAsked): Promise<WrittenVariables> {
  const brief = await deps.db.inWorkspace(workspaceId, async (tx) => {
    const walk = await findWalk(tx, asked.sequenceId);
    if (!walk) throw new Refusal('not_found', { noun: 'sequence', id: asked.sequenceId });
    const { step, template } = await takeEditable(tx, walk, asked);
    const facts = factsAbout(walk.contact, await senderFor(tx, walk, step));
    const aiVariables = aiVariablesIn(template, walk.content.aiVariables);
    return briefOf(await findOrganisation(tx, workspaceId), { ...walk.content, aiVariables }, facts);
  });
  const written = await writeAtOnce(deps, brief, 'regenerate', { workspaceId, sequenceId: asked.sequenceId });
  if (written.by === 'fallback')
    throw new Refusal('rule_refused', 'the language model gave nothing usable; the copy stays as it is');
  if (written.by === 'offline')
    throw new Refusal('rule_refused', 'no language model is configured; the copy stays as it is');
  return written;
}

function refuseUnfit(number: number, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const found = problems.map((what) => ({ path: [], what }));
  throw new Refusal('rule_refused', `step ${number} came out unfit to be sent; its copy stays as it is`, found);
}
