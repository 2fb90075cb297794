import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import type { ContentShown } from '../../api/shapes/step-content.ts';
import { put } from '../client.ts';
import type { StepShown } from './queries.ts';

export const copyAddress = (sequenceId: string, step: Pick<StepShown, 'id'>): string =>
  `/v1/sequences/${sequenceId}/steps/${step.id}`;

/** Refused when somebody wrote another version since `madeOn`, and once sending has begun. */
export const putCopy = (sequenceId: string, step: Pick<StepShown, 'id'>, madeOn: number, content: ContentShown) =>
  put<SequenceDetailShown>(`${copyAddress(sequenceId, step)}/content`, { made_on: madeOn, content });

/** Takes a change back: what the step said before, on top of what it says now. */
export async function putBack(changed: SequenceDetailShown, before: StepShown): Promise<void> {
  const now = changed.steps.find(({ id }) => id === before.id);
  if (now && before.content) await putCopy(changed.id, before, now.content_version, before.content);
}
