import '../campaigns/campaigns.css';
import './tasks.css';
import { SegmentedControl, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { DueCounts, TaskPage, TaskShown } from '../../api/shapes/tasks.ts';
import { skippableTasks, taskDues, taskKinds } from '../../domain/task.ts';
import { Chips } from '../campaigns/chips.tsx';
import { get } from '../client.ts';
import { useShortcuts } from '../shell/keys.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { aNumber, type Filters, oneOf, useFilters } from '../shell/search-params.ts';
import { useLacking, useViewer } from '../shell/viewer.ts';
import { asksToConfirm, asksToDismiss, asksToSkip, useConfirmSend, useDismiss, useSkip } from './actions.ts';
import { CompleteDialog } from './complete-dialog.tsx';
import { useInHand } from './in-hand.ts';
import { ReassignDialog } from './reassign-dialog.tsx';
import { SnoozeDialog } from './snooze-dialog.tsx';
import { type TaskActions, TaskPanel } from './task-panel.tsx';
import { TaskTable } from './task-table.tsx';
import { dueNames, hasEnded, kindNames } from './words.ts';

const readers = {
  view: oneOf(['mine', 'all'], 'mine'),
  due: oneOf(taskDues, 'now'),
  kind: oneOf(taskKinds),
  page: aNumber(1),
};

/** What a snoozed task or the turn of a day changes by itself, nobody tells of. */
const LOOKED_AT_AGAIN_MS = 60_000;
const NOBODY: readonly TaskShown[] = [];

/** `/tasks`. */
export function TaskQueue() {
  const { member } = useViewer();
  const filters = useFilters(readers);
  const { view, due, kind, page } = filters.values;
  const whose = { kind, assignee_id: view === 'mine' ? member.id : undefined };
  const query = useQuery({
    queryKey: ['tasks', 'queue', whose, due, page],
    queryFn: ({ signal }) => get<TaskPage>('/v1/tasks', { status: 'OPEN', ...whose, due, page, size: 50 }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: LOOKED_AT_AGAIN_MS,
  });
  const counts = useQuery({
    queryKey: ['tasks', 'due', whose],
    queryFn: ({ signal }) => get<DueCounts>('/app/api/tasks/due', whose, signal),
    placeholderData: keepPreviousData,
    refetchInterval: LOOKED_AT_AGAIN_MS,
  });
  const list = useRef<HTMLElement>(null);
  const { chosen, row, choose, move, passOn } = useInHand('task', query.data?.items ?? NOBODY, list);
  return (
    <Page title="Tasks">
      <Toolbar filters={filters} counts={counts.data} />
      <div className="queue" data-open={chosen !== ''}>
        <section ref={list} tabIndex={-1} className="queue-list" aria-label="Open tasks">
          <QueryState
            query={query}
            noMatch={{ when: ({ items }) => items.length === 0 && filters.isFiltered, onClear: filters.clear }}
            empty={{
              when: ({ items }) => items.length === 0,
              title: 'Nothing waits for you',
              hint: 'Tasks come from good replies, replies that need reading, manual steps, copy that lacks a value and messages whose fate is unknown.',
            }}
          >
            {(tasks) => (
              <>
                <TaskTable
                  tasks={tasks.items}
                  hasAssignee={view === 'all'}
                  openKey={row?.id ?? null}
                  onOpen={({ id }) => choose(id)}
                />
                <Pager
                  page={page}
                  totalPages={tasks.total_pages}
                  totalCount={tasks.total_count}
                  noun="tasks"
                  onPage={(page) => filters.set({ page })}
                />
              </>
            )}
          </QueryState>
        </section>
        <InHand chosen={chosen} task={row} onMove={move} onLeft={passOn} onBack={() => choose('')} />
      </div>
    </Page>
  );
}

/** Whose, due when, and of which kind. */
function Toolbar({ filters, counts }: { filters: Filters<typeof readers>; counts: DueCounts | undefined }) {
  const { view, due, kind } = filters.values;
  return (
    <div className="toolbar">
      <SegmentedControl
        size="xs"
        aria-label="Whose tasks"
        value={view}
        onChange={(view) => filters.set({ view: view === 'all' ? 'all' : 'mine' })}
        data={[
          { value: 'mine', label: 'Mine' },
          { value: 'all', label: 'All' },
        ]}
      />
      <Chips
        label="Due"
        value={due}
        choices={taskDues.map((value) => ({
          value,
          label: dueNames[value],
          ...(counts ? { count: counts[value] } : {}),
        }))}
        onChange={(due) => filters.set({ due })}
      />
      <Select
        size="xs"
        aria-label="Kind"
        placeholder="Every kind"
        clearable
        value={kind === '' ? null : kind}
        onChange={(value) => filters.set({ kind: taskKinds.find((kind) => kind === value) ?? '' })}
        data={taskKinds.map((value) => ({ value, label: kindNames[value] }))}
      />
    </div>
  );
}

interface InHandProps {
  chosen: string;
  task: TaskShown | undefined;
  onMove: (by: 1 | -1) => void;
  /** It is no longer in the queue as it is shown. */
  onLeft: (id: string) => void;
  onBack: () => void;
}

/** The task beside the list: one of its rows, or another that the address names. */
function InHand({ chosen, task, onMove, onLeft, onBack }: InHandProps) {
  const other = useQuery({
    queryKey: ['tasks', chosen],
    queryFn: ({ signal }) => get<TaskShown>(`/v1/tasks/${encodeURIComponent(chosen)}`, {}, signal),
    enabled: chosen !== '' && task === undefined,
    retry: false,
  });
  const shown = task ?? (chosen === '' ? undefined : other.data);
  const [asked, ask] = useState<{ what: 'complete' | 'snooze' | 'reassign'; task: TaskShown } | null>(null);
  const actions = useTaskActions(shown, (what) => shown && ask({ what, task: shown }), onLeft);
  useTaskKeys(shown, actions, onMove);
  const close = () => ask(null);
  const dialog = asked && {
    task: asked.task,
    onClose: close,
    onDone: () => {
      close();
      onLeft(asked.task.id);
    },
  };
  return (
    <>
      {shown && (
        <aside className="queue-side" aria-label="The task in hand">
          <TaskPanel key={shown.id} task={shown} actions={actions} onBack={onBack} />
        </aside>
      )}
      {dialog && asked?.what === 'complete' && <CompleteDialog {...dialog} />}
      {dialog && asked?.what === 'snooze' && <SnoozeDialog {...dialog} />}
      {dialog && asked?.what === 'reassign' && <ReassignDialog {...dialog} />}
    </>
  );
}

function useTaskActions(
  task: TaskShown | undefined,
  ask: (what: 'complete' | 'snooze' | 'reassign') => void,
  onLeft: (id: string) => void,
): TaskActions {
  const left = ({ id }: TaskShown) => onLeft(id);
  const skip = useSkip(left);
  const dismiss = useDismiss(left);
  const confirmSend = useConfirmSend(left);
  return {
    complete: () => ask('complete'),
    snooze: () => ask('snooze'),
    reassign: () => ask('reassign'),
    skip: async () => {
      if (task && (await asksToSkip(task))) await skip.run(task);
    },
    dismiss: async () => {
      if (task && (await asksToDismiss(task))) await dismiss.run(task);
    },
    confirmSend: async (outcome) => {
      if (task && (await asksToConfirm(outcome))) await confirmSend.run({ task, outcome });
    },
    onCopyDone: left,
    isBusy: skip.isBusy || dismiss.isBusy || confirmSend.isBusy,
  };
}

/** `c` does what completing is for this kind: a note, the answer, the missing copy, or reading the reply. */
function useTaskKeys(task: TaskShown | undefined, actions: TaskActions, onMove: (by: 1 | -1) => void): void {
  const navigate = useNavigate();
  const isLacking = useLacking('tasks:write') !== null;
  const isOpen = task?.status === 'OPEN' && !isLacking;
  const into = (selector: string) => document.querySelector<HTMLElement>(`.task-panel ${selector}`)?.focus();
  const complete = () => {
    if (task?.kind === 'read_reply') void navigate({ to: '/replies', search: { reply: task.id } });
    else if (task?.kind === 'confirm_send') into('[role=group] button');
    else if (task?.kind === 'complete_copy') into('.task-copy :is(input, textarea)');
    else actions.complete();
  };
  useShortcuts([
    { key: 'j', does: 'Next task', run: () => onMove(1) },
    { key: 'k', does: 'Task before', run: () => onMove(-1) },
    { key: 'c', does: 'Complete the task', run: () => isOpen && complete() },
    {
      key: 's',
      does: 'Skip the task',
      run: () => isOpen && task !== undefined && skippableTasks.includes(task.kind) && actions.skip(),
    },
    { key: 'z', does: 'Snooze the task', run: () => isOpen && actions.snooze() },
    { key: 'r', does: 'Give the task to somebody else', run: () => isOpen && actions.reassign() },
    {
      key: 'd',
      does: 'Dismiss the task',
      run: () => isOpen && task !== undefined && hasEnded(task) && actions.dismiss(),
    },
  ]);
}
