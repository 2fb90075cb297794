import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { MemberList } from '../../api/shapes/members.ts';
import { get } from '../client.ts';
import { Dialog } from '../shell/dialog.tsx';
import { ProblemNote } from '../shell/problem-note.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { useViewer } from '../shell/viewer.ts';
import { useReassign } from './actions.ts';
import type { TaskDialogProps } from './complete-dialog.tsx';
import { quoted } from './words.ts';

/** To whom else it goes. */
export function ReassignDialog({ task, onClose, onDone }: TaskDialogProps) {
  const { member } = useViewer();
  const reassign = useReassign(onDone);
  const query = useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => get<MemberList>('/app/api/members', {}, signal),
  });
  const others = ({ items }: MemberList) => items.filter(({ id }) => id !== task.assignee.id);
  return (
    <Dialog opened onClose={onClose} title={`Give ${quoted(task)} to`}>
      <Stack gap="md">
        <ProblemNote problem={reassign.problem} />
        <QueryState
          query={query}
          lines={3}
          empty={{
            when: (members) => others(members).length === 0,
            title: 'Nobody else is here',
            hint: 'Add members under Settings, Members.',
          }}
        >
          {(members) => (
            <div className="snooze-choices">
              {others(members).map(({ id, name, email }, at) => (
                <Button
                  key={id}
                  variant="default"
                  justify="space-between"
                  rightSection={<span className="snooze-when">{id === member.id ? 'you' : email}</span>}
                  data-autofocus={at === 0 || undefined}
                  onClick={() => void reassign.run({ task, to: id })}
                >
                  {name}
                </Button>
              ))}
            </div>
          )}
        </QueryState>
      </Stack>
    </Dialog>
  );
}
