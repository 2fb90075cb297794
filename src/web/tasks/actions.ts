import type { TaskShown } from '../../api/shapes/tasks.ts';
import type { TaskOutcome } from '../../domain/task.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { useNow } from '../shell/clock.ts';
import { confirm } from '../shell/dialog.tsx';
import { useViewer } from '../shell/viewer.ts';
import { instantIn } from '../shell/zoned-time.ts';
import { hasEnded, quoted } from './words.ts';

const touches = ['tasks', 'replies', 'counts', 'sequences', 'campaigns', 'contacts'] as const;

interface Completion {
  task: TaskShown;
  outcome?: TaskOutcome;
  note?: string;
}

const complete = ({ task, outcome, note = '' }: Completion) =>
  post<TaskShown>(`/v1/tasks/${task.id}/complete`, { outcome: outcome ?? null, note: note.trim() || null });

/** With a note; its problem is shown beside what was typed. */
export const useComplete = (after: (task: TaskShown) => void) =>
  useAction({ act: complete, done: (task) => `Completed ${quoted(task)}.`, touches, showsProblem: true, after });

/** The answer to "Was this sent?". */
export const useConfirmSend = (after: (task: TaskShown) => void) =>
  useAction({
    act: complete,
    done: (_, { outcome }) => (outcome === 'sent' ? 'Counted as sent.' : 'It goes out again.'),
    touches,
    after,
  });

export const useSkip = (after: (task: TaskShown) => void) =>
  useAction({
    act: ({ id }: TaskShown) => post<TaskShown>(`/v1/tasks/${id}/skip`),
    done: (task) => `Skipped ${quoted(task)}.`,
    touches,
    after,
  });

export const useDismiss = (after: (task: TaskShown) => void) =>
  useAction({
    act: ({ id }: TaskShown) => post<TaskShown>(`/v1/tasks/${id}/dismiss`),
    done: (task) => `Dismissed ${quoted(task)}.`,
    touches,
    after,
  });

const snooze = ({ id }: TaskShown, until: string | null) => post<TaskShown>(`/v1/tasks/${id}/snooze`, { until });

/** Until a day, at 09:00, or back at once; Undo puts it where it was. */
export function useSnooze(after: (task: TaskShown) => void) {
  const { workspace } = useViewer();
  const now = useNow();
  const isToCome = (at: string | null): at is string => at !== null && Date.parse(at) > now;
  return useAction({
    act: ({ task, until }: { task: TaskShown; until: string | null }) => snooze(task, until),
    done: (task) =>
      isToCome(task.snoozed_until)
        ? `Snoozed ${quoted(task)} until ${instantIn(Date.parse(task.snoozed_until), workspace.zone, now)}.`
        : `${quoted(task)} is back in the queue.`,
    undo: (_, { task }) => snooze(task, isToCome(task.snoozed_until) ? task.snoozed_until : null),
    touches,
    showsProblem: true,
    after,
  });
}

const reassign = ({ id }: TaskShown, to: string) => post<TaskShown>(`/v1/tasks/${id}/reassign`, { assignee_id: to });

export const useReassign = (after: (task: TaskShown) => void) =>
  useAction({
    act: ({ task, to }: { task: TaskShown; to: string }) => reassign(task, to),
    done: (task) => `Gave ${quoted(task)} to ${task.assignee.name}.`,
    undo: (_, { task }) => reassign(task, task.assignee.id),
    touches,
    showsProblem: true,
    after,
  });

const changesNothingElse = 'Its sequence has ended, so nothing else changes.';

export const asksToSkip = (task: TaskShown): Promise<boolean> =>
  confirm({
    title: `Skip ${quoted(task)}?`,
    body: hasEnded(task)
      ? changesNothingElse
      : 'Its step is skipped, and the sequence goes on with the next one. No undo.',
    verb: 'Skip',
    isDangerous: true,
  });

export const asksToDismiss = (task: TaskShown): Promise<boolean> =>
  confirm({
    title: `Dismiss ${quoted(task)}?`,
    body: `It leaves the queue. ${changesNothingElse} No undo.`,
    verb: 'Dismiss',
  });

export const asksToConfirm = (outcome: 'sent' | 'send_again'): Promise<boolean> =>
  outcome === 'sent'
    ? confirm({
        title: 'Count it as sent?',
        body: 'Nothing is sent again, and the next delay counts from now. No undo.',
        verb: 'Yes, it was sent',
      })
    : confirm({
        title: 'Send it again?',
        body: 'It goes out at the next permitted time. If the first one did arrive, the contact has it twice. No undo.',
        verb: 'Send it',
        isDangerous: true,
      });
