import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { HoldingsShown, MemberShown } from '../../api/shapes/members.ts';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { insteadOf } from '../shell/count.ts';
import { counted } from '../shell/counted.ts';
import { Dialog } from '../shell/dialog.tsx';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';

interface RemoveMemberProps {
  member: MemberShown;
  others: readonly MemberShown[];
  onClose: () => void;
}

/** Before somebody goes: who takes what they had. It waits for no count: whoever chooses a successor may go on. */
export function RemoveMember({ member, others, onClose }: RemoveMemberProps) {
  const { data: holdings, isPending } = useQuery({
    queryKey: ['members', member.id, 'holdings'],
    queryFn: ({ signal }) => get<HoldingsShown>(`/app/api/members/${member.id}/holdings`, {}, signal),
  });
  const [successor, setSuccessor] = useState<string | null>(null);
  const what = holdings ? inWords(holdings) : `what they have${insteadOf(isPending ? 'counting' : 'unknown')}`;
  const remove = useAction({
    act: () => post<HoldingsShown>(`/app/api/members/${member.id}/remove`, { successor_id: successor }),
    done: (given) => `Removed ${member.name}.${inWords(given) === '' ? '' : ` ${inWords(given)} handed over.`}`,
    touches: ['members', 'tokens', 'tasks', 'campaigns', 'accounts', 'counts'],
    showsProblem: true,
    after: onClose,
  });
  const isReady = what === '' || successor !== null;
  return (
    <Dialog opened onClose={onClose} title={`Remove ${member.name}?`}>
      <Stack>
        <Text size="sm">
          They are signed out and their tokens stop working at once. Their name stays in the timeline.
          {what === '' && ' They have no open tasks, campaigns or accounts.'}
        </Text>
        {what !== '' && (
          <Select
            label={`Who takes ${what}?`}
            placeholder="Choose a member"
            data={others.map(({ id, name }) => ({ value: id, label: name }))}
            nothingFoundMessage="There is nobody else: add a member first"
            value={successor}
            error={fieldProblem(remove.problem, 'successor_id')}
            onChange={setSuccessor}
          />
        )}
        <ProblemNote problem={remove.problem} shownElsewhere={['successor_id']} />
        <Group justify="flex-end" gap="xs" className="dialog-buttons">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color="red"
            loading={remove.isBusy}
            {...(isReady ? {} : { 'aria-disabled': true, 'data-disabled': true })}
            onClick={() => isReady && void remove.run()}
          >
            Remove
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

const inWords = ({ open_tasks, campaigns, accounts }: HoldingsShown): string =>
  [
    open_tasks > 0 ? counted(open_tasks, 'open task') : null,
    campaigns > 0 ? counted(campaigns, 'campaign') : null,
    accounts > 0 ? counted(accounts, 'account') : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
