import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import type { ContentShown } from '../../api/shapes/step-content.ts';
import type { TaskShown } from '../../api/shapes/tasks.ts';
import { Copy } from '../sequences/copy.tsx';
import { putCopy } from '../sequences/copy-change.ts';
import { CopyFields, fieldPaths } from '../sequences/copy-fields.tsx';
import { type StepShown, sequenceQuery } from '../sequences/queries.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { hasEnded, quoted } from './words.ts';

/** What the task's step says, read with the whole sequence. */
export function StepCopy({
  task,
  children,
}: {
  task: TaskShown;
  children: (sequence: SequenceDetailShown, step: StepShown & { content: ContentShown }) => ReactNode;
}) {
  const query = useQuery(sequenceQuery(task.sequence.id));
  return (
    <QueryState query={query} lines={4}>
      {(sequence) => {
        const step = sequence.steps.find(({ id }) => id === task.step?.id);
        if (!step?.content) return null;
        return children(sequence, { ...step, content: step.content });
      }}
    </QueryState>
  );
}

/** The others are sentences: what the checks of generated copy found, which a person may find in order. */
const isVariable = (missing: string): boolean => /^\w+$/.test(missing);

interface CopyFormProps {
  task: TaskShown;
  sequence: SequenceDetailShown;
  step: StepShown & { content: ContentShown };
  onDone: (task: TaskShown) => void;
}

/** Copy that lacks something, completed where the task stands: saving it is completing the task. */
export function CompleteCopy({ task, sequence, step, onDone }: CopyFormProps) {
  const [base, setBase] = useState(step);
  const [draft, setDraft] = useState<ContentShown>(step.content);
  const save = useAction({
    act: () => putCopy(sequence.id, step, base.content_version, draft),
    done: () => `Completed ${quoted(task)}.`,
    touches: ['sequences', 'tasks', 'counts', 'campaigns'],
    showsProblem: true,
    after: () => onDone(task),
  });
  const isOutdated = step.content_version !== base.content_version;
  const isUntouched = JSON.stringify(draft) === JSON.stringify(base.content);
  const whyNot = hasEnded(task)
    ? 'The sequence has ended'
    : (step.why_not_editable ?? (isUntouched && step.missing.some(isVariable) ? 'Fill in what is missing' : null));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (whyNot !== null) return;
    if (isOutdated) setBase(step);
    else await save.run();
  };
  return (
    <form onSubmit={(event) => void submit(event)} aria-label={`Copy of step ${step.number}`} className="task-copy">
      <Stack gap="sm">
        {step.missing.length > 0 && (
          <Text size="sm" c="dimmed">
            {`Missing: ${step.missing.join(', ')}`}
          </Text>
        )}
        <CopyFields content={draft} onChange={setDraft} problem={save.problem} />
        <ProblemNote problem={save.problem} shownElsewhere={fieldPaths}>
          {isOutdated && <Copy content={step.content} />}
        </ProblemNote>
        <ActionButton type="submit" scope="sequences:write" why={whyNot} isBusy={save.isBusy}>
          {isOutdated ? 'Go on with mine' : 'Save and complete'}
        </ActionButton>
      </Stack>
    </form>
  );
}
