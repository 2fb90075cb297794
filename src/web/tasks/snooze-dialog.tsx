import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNow } from '../shell/clock.ts';
import { Dialog } from '../shell/dialog.tsx';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { useViewer } from '../shell/viewer.ts';
import { dayIn } from '../shell/zoned-time.ts';
import { useSnooze } from './actions.ts';
import type { TaskDialogProps } from './complete-dialog.tsx';
import { later, nextMonday, today } from './days.ts';
import { quoted } from './words.ts';

/** Out of the queue until 09:00 of a day on the workspace's clocks. */
export function SnoozeDialog({ task, onClose, onDone }: TaskDialogProps) {
  const { workspace } = useViewer();
  const now = useNow();
  const here = today(now, workspace.zone);
  const [day, setDay] = useState(later(here, 1));
  const snooze = useSnooze(onDone);
  const choices = [
    { label: 'Tomorrow', day: later(here, 1) },
    { label: 'In 3 days', day: later(here, 3) },
    { label: 'Next week', day: nextMonday(here) },
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void snooze.run({ task, until: day });
  };
  const isSnoozed = task.snoozed_until !== null && Date.parse(task.snoozed_until) > now;
  return (
    <Dialog opened onClose={onClose} title={`Snooze ${quoted(task)}`}>
      <Stack gap="md">
        <ProblemNote problem={snooze.problem} shownElsewhere={['until']} />
        <div className="snooze-choices">
          {choices.map(({ label, day }, at) => (
            <Button
              key={label}
              variant="default"
              justify="space-between"
              rightSection={<span className="snooze-when">{`${dayIn(Date.parse(day), 'UTC', now)}, 09:00`}</span>}
              data-autofocus={at === 0 || undefined}
              onClick={() => void snooze.run({ task, until: day })}
            >
              {label}
            </Button>
          ))}
          {isSnoozed && (
            <Button variant="default" justify="flex-start" onClick={() => void snooze.run({ task, until: null })}>
              Back into the queue now
            </Button>
          )}
        </div>
        <form onSubmit={submit}>
          <Group align="flex-end" gap="xs" wrap="nowrap">
            <TextInput
              type="date"
              label="Or until a date"
              min={later(here, 1)}
              required
              withAsterisk={false}
              value={day}
              onChange={(event) => setDay(event.currentTarget.value)}
              error={fieldProblem(snooze.problem, 'until')}
              style={{ flex: 1 }}
            />
            <Button type="submit" loading={snooze.isBusy}>
              Snooze
            </Button>
          </Group>
        </form>
      </Stack>
    </Dialog>
  );
}
