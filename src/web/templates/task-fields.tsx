import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { EditedStep } from '../../api/shapes/templates.ts';
import { useEditing, useProblem } from './editing.tsx';
import { MessageField } from './message-field.tsx';
import { membersQuery } from './queries.ts';

type TaskStep = Extract<EditedStep, { kind: 'manual_task' }>;

const kinds = [
  { value: 'call', label: 'Call' },
  { value: 'handwritten_note', label: 'Handwritten note' },
  { value: 'manual_email', label: 'Email by hand' },
  { value: 'other', label: 'Other' },
] as const;

const OWNER = 'owner';

interface TaskFieldsProps {
  step: TaskStep;
  path: string;
  set: (step: EditedStep) => void;
}

/** What a person is asked to do, and who. */
export function TaskFields({ step, path, set }: TaskFieldsProps) {
  const { isReadOnly } = useEditing();
  const members = useQuery(membersQuery).data?.items ?? [];
  const people = members.map(({ id, name }) => ({ value: id, label: name }));
  const isGone = step.assignee_id !== null && members.length > 0 && !members.some(({ id }) => id === step.assignee_id);
  return (
    <>
      <Group grow align="flex-start">
        <Select
          label="Kind of task"
          readOnly={isReadOnly}
          data={kinds}
          value={step.task}
          onChange={(value) => set({ ...step, task: kinds.find((each) => each.value === value)?.value ?? step.task })}
        />
        <Select
          data-field={`${path}.assignee_id`}
          label="Assignee"
          readOnly={isReadOnly}
          error={useProblem(`${path}.assignee_id`)}
          data={[
            { value: OWNER, label: 'The campaign’s owner' },
            ...people,
            ...(isGone && step.assignee_id !== null ? [{ value: step.assignee_id, label: 'Somebody who left' }] : []),
          ]}
          value={step.assignee_id ?? OWNER}
          onChange={(value) => set({ ...step, assignee_id: value === OWNER ? null : value })}
        />
      </Group>
      <MessageField
        isOneLine
        label="Title"
        path={`${path}.title`}
        value={step.title}
        onChange={(title) => set({ ...step, title })}
      />
      <MessageField
        label="Instructions"
        path={`${path}.instructions`}
        value={step.instructions}
        onChange={(instructions) => set({ ...step, instructions })}
      />
    </>
  );
}
