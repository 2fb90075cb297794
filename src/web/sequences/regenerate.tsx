import { IconRefresh } from '@tabler/icons-react';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { copyAddress, putBack } from './copy-change.ts';
import type { StepShown } from './queries.ts';

/** Has one step written anew; the copy before can be brought back. */
export function Regenerate({ sequence: { id }, step }: { sequence: SequenceDetailShown; step: StepShown }) {
  const regenerate = useAction({
    act: () => post<SequenceDetailShown>(`${copyAddress(id, step)}/regenerate`, { made_on: step.content_version }),
    done: () => `Step ${step.number} was written anew.`,
    undo: (changed) => putBack(changed, step),
    touches: ['sequences', 'tasks', 'counts'],
  });
  return (
    <ActionButton
      size="xs"
      variant="subtle"
      leftSection={<IconRefresh size={14} aria-hidden />}
      scope="sequences:write"
      why={step.why_not_editable}
      isBusy={regenerate.isBusy}
      onClick={() => void regenerate.run()}
    >
      Regenerate<span className="visually-hidden"> step {step.number}</span>
    </ActionButton>
  );
}
