import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { TaskShown } from '../../api/shapes/tasks.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { useComplete } from './actions.ts';
import { hasEnded, quoted } from './words.ts';

export interface TaskDialogProps {
  task: TaskShown;
  onClose: () => void;
  /** It left the queue as it is shown. */
  onDone: (task: TaskShown) => void;
}

/** What came of it, in the member's words. */
export function CompleteDialog({ task, onClose, onDone }: TaskDialogProps) {
  const [note, setNote] = useState('');
  const complete = useComplete(onDone);
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    void complete.run({ task, note });
  };
  return (
    <Dialog opened onClose={onClose} title={`Complete ${quoted(task)}`}>
      <form onSubmit={submit}>
        <Stack>
          <ProblemNote problem={complete.problem} />
          <Textarea
            label="Note"
            description="What came of it. It stays with the task."
            autosize
            minRows={3}
            maxRows={10}
            maxLength={5_000}
            data-autofocus
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
            }}
          />
          <Text size="sm" c="dimmed">
            {hasEnded(task)
              ? 'Its sequence has ended, so nothing else changes.'
              : 'The sequence goes on, and its next delay counts from now. No undo.'}
          </Text>
          <Group justify="flex-end" gap="xs" className="dialog-buttons">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <ActionButton type="submit" scope="tasks:write" isBusy={complete.isBusy}>
              Complete
            </ActionButton>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
