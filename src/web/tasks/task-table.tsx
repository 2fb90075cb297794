import { Text } from '@mantine/core';
import type { TaskShown } from '../../api/shapes/tasks.ts';
import { contactName } from '../campaigns/names.ts';
import { useNow } from '../shell/clock.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { useViewer } from '../shell/viewer.ts';
import { isOverdue, kindNames } from './words.ts';

interface TaskTableProps {
  tasks: readonly TaskShown[];
  hasAssignee: boolean;
  openKey: string | null;
  onOpen: (task: TaskShown) => void;
}

const title: Column<TaskShown> = {
  key: 'task',
  header: 'Task',
  isTitle: true,
  cell: ({ title, contact, campaign }) => (
    <>
      {title}
      <Text size="xs" c="dimmed" fw={400}>
        {contactName(contact)} · {campaign.name}
      </Text>
    </>
  ),
};
const kind: Column<TaskShown> = {
  key: 'kind',
  header: 'Kind',
  cell: ({ kind }) => <span className="task-kind">{kindNames[kind]}</span>,
};
const assignee: Column<TaskShown> = { key: 'assignee', header: 'For', cell: ({ assignee }) => assignee.name };
const due: Column<TaskShown> = { key: 'due', header: 'Due', cell: (task) => <Due task={task} /> };

/** The queue: replies to answer, then what has waited longest. */
export const TaskTable = ({ tasks, hasAssignee, openKey, onOpen }: TaskTableProps) => (
  <DataTable
    label="Tasks"
    rows={tasks}
    columns={hasAssignee ? [title, kind, assignee, due] : [title, kind, due]}
    keyOf={({ id }) => id}
    nameOf={({ title }) => title}
    onOpen={onOpen}
    openKey={openKey}
    hasKeys={false}
  />
);

function Due({ task }: { task: TaskShown }) {
  const { workspace } = useViewer();
  const now = useNow();
  return (
    <>
      <Instant at={task.due_at} inline />
      {isOverdue(task, workspace.zone, now) && (
        <Text size="xs" fw={600} className="task-overdue">
          Overdue
        </Text>
      )}
    </>
  );
}
