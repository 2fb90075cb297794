import { Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AccountShown } from '../../api/shapes/accounts.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { useViewer } from '../shell/viewer.ts';
import { FormEnd, newHabits } from './connect-email.tsx';
import { HabitFields, type Habits, habitPaths, habitsBody, invitationPaths } from './habit-fields.tsx';

/** A new LinkedIn account: the provider is asked about it before anything is kept. */
export function ConnectLinkedIn({ onClose }: { onClose: () => void }) {
  const { workspace } = useViewer();
  const [profile, setProfile] = useState('');
  const [externalId, setExternalId] = useState('');
  const [habits, setHabits] = useState<Habits>(() => newHabits(workspace.zone));
  const connect = useAction({
    act: () =>
      post<AccountShown>('/v1/accounts', {
        channel: 'linkedin',
        profile,
        external_id: externalId,
        ...habitsBody('linkedin', habits),
      }),
    done: ({ address }) => `Connected in/${address}.`,
    touches: ['accounts', 'counts'],
    showsProblem: true,
    after: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void connect.run();
  };
  const { problem } = connect;
  const form = useProblemFocus(problem);
  return (
    <Dialog opened onClose={onClose} title="Connect a LinkedIn account" size="lg">
      <form ref={form} onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label="Profile"
            description="The member’s own: linkedin.com/in/…"
            required
            value={profile}
            error={fieldProblem(problem, 'profile')}
            onChange={(event) => setProfile(event.currentTarget.value)}
          />
          <TextInput
            label="Account id at the provider"
            description="As the LinkedIn provider names it, once the account is connected there"
            required
            value={externalId}
            error={fieldProblem(problem, 'external_id')}
            onChange={(event) => setExternalId(event.currentTarget.value)}
          />
          <HabitFields
            channel="linkedin"
            habits={habits}
            problem={problem}
            onChange={(change) => setHabits({ ...habits, ...change })}
          />
          <ProblemNote
            problem={problem}
            shownElsewhere={['profile', 'external_id', ...habitPaths, ...invitationPaths]}
          />
          <FormEnd verb="Test and connect" isBusy={connect.isBusy} onClose={onClose}>
            The provider is asked first; nobody is written to.
          </FormEnd>
        </Stack>
      </form>
    </Dialog>
  );
}
