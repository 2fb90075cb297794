import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import type { ContentShown } from '../../api/shapes/step-content.ts';
import { CHANGED_MEANWHILE, useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { useLeaveGuard } from '../shell/leave-guard.ts';
import { ProblemNote } from '../shell/problem-note.tsx';
import { Copy } from './copy.tsx';
import { putBack, putCopy } from './copy-change.ts';
import { CopyFields, fieldPaths } from './copy-fields.tsx';
import type { StepShown } from './queries.ts';

interface CopyFormProps {
  sequence: SequenceDetailShown;
  step: StepShown & { content: ContentShown };
  onClose: () => void;
}

/** Changes what a step will say, until it is claimed. What was typed stays, whatever happens to the step meanwhile. */
export function CopyForm({ sequence, step, onClose }: CopyFormProps) {
  const [base, setBase] = useState(step);
  const [draft, setDraft] = useState<ContentShown>(step.content);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(base.content);
  useLeaveGuard(isChanged, 'The copy you typed is not saved.');
  const save = useAction({
    act: () => putCopy(sequence.id, step, base.content_version, draft),
    done: () => `Saved the copy of step ${step.number}.`,
    undo: (changed) => putBack(changed, base),
    touches: ['sequences', 'tasks', 'counts'],
    showsProblem: true,
    after: onClose,
  });
  const why = step.why_not_editable ?? (isChanged ? null : 'Nothing is changed');
  const run = () => why === null && void save.run();
  useShortcuts([{ key: 'mod+s', does: 'Save the copy', run, inDialog: true }]);
  const isOutdated = step.content_version !== base.content_version && step.editable;
  return (
    <Stack
      component="form"
      gap="sm"
      className="sequence-copy"
      aria-label={`Copy of step ${step.number}`}
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <CopyFields content={draft} onChange={setDraft} problem={save.problem} />
      {isOutdated ? (
        <Latest
          content={step.content}
          onKeep={() => {
            setBase(step);
            save.forget();
          }}
          onTake={() => {
            setBase(step);
            setDraft(step.content);
            save.forget();
          }}
        />
      ) : (
        <ProblemNote problem={save.problem} shownElsewhere={fieldPaths} />
      )}
      <Group gap="xs">
        <ActionButton
          type="submit"
          size="xs"
          scope="sequences:write"
          why={isOutdated ? 'Choose which copy to go on with' : why}
          isBusy={save.isBusy}
        >
          Save
        </ActionButton>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        {step.why_not_editable !== null && (
          <Text size="xs" c="dimmed">
            {step.why_not_editable}
          </Text>
        )}
      </Group>
    </Stack>
  );
}

interface LatestProps {
  content: ContentShown;
  onKeep: () => void;
  onTake: () => void;
}

/** Somebody else wrote this copy meanwhile: theirs is shown, ours still stands in the fields. */
const Latest = ({ content, onKeep, onTake }: LatestProps) => (
  <Alert role="alert" variant="light" color="yellow" title={CHANGED_MEANWHILE} className="sequence-note">
    <Copy content={content} />
    <Group gap="xs" mt="sm">
      <Button size="xs" variant="default" onClick={onKeep}>
        Go on with mine
      </Button>
      <Button size="xs" variant="default" onClick={onTake}>
        Take the latest
      </Button>
    </Group>
  </Alert>
);
