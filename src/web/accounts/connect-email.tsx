import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AccountShown } from '../../api/shapes/accounts.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { useViewer } from '../shell/viewer.ts';
import { HabitFields, type Habits, habitPaths, habitsBody } from './habit-fields.tsx';
import { serverBody } from './server-body.ts';
import { type Server, ServerFields, serverPaths } from './server-fields.tsx';

const secure = (port: number): Server => ({ host: '', port, tls: 'implicit', user: '', password: '' });

/** A new email account: both servers are tried before anything is kept, and what they say stands at its field. */
export function ConnectEmail({ onClose }: { onClose: () => void }) {
  const { workspace } = useViewer();
  const [address, setAddress] = useState('');
  const [smtp, setSmtp] = useState(secure(465));
  const [imap, setImap] = useState(secure(993));
  const [filesSent, setFilesSent] = useState(false);
  const [habits, setHabits] = useState<Habits>(() => newHabits(workspace.zone));
  const connect = useAction({
    act: () =>
      post<AccountShown>('/v1/accounts', {
        address,
        ...habitsBody('email', habits),
        smtp: serverBody(smtp, address),
        imap: serverBody(imap, address),
        files_sent: filesSent,
      }),
    done: () => `Connected ${address}.`,
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
    <Dialog opened onClose={onClose} title="Connect an email account" size="lg">
      <form ref={form} onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            data-autofocus
            label="Email address"
            type="email"
            required
            value={address}
            error={fieldProblem(problem, 'address')}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <ServerFields
            name="smtp"
            legend="Sending (SMTP)"
            server={smtp}
            problem={problem}
            onChange={(change) => setSmtp({ ...smtp, ...change })}
          />
          <ServerFields
            name="imap"
            legend="Replies (IMAP)"
            server={imap}
            problem={problem}
            onChange={(change) => setImap({ ...imap, ...change })}
          />
          <Checkbox
            label="The provider files sent mail itself (Gmail, Microsoft 365)"
            checked={filesSent}
            onChange={(event) => setFilesSent(event.currentTarget.checked)}
          />
          <HabitFields
            channel="email"
            habits={habits}
            problem={problem}
            onChange={(change) => setHabits({ ...habits, ...change })}
          />
          <ProblemNote
            problem={problem}
            shownElsewhere={['address', ...serverPaths('smtp'), ...serverPaths('imap'), ...habitPaths]}
          />
          <FormEnd verb="Test and connect" isBusy={connect.isBusy} onClose={onClose}>
            Both servers are tried first; nothing is sent.
          </FormEnd>
        </Stack>
      </form>
    </Dialog>
  );
}

export const newHabits = (timezone: string): Habits => ({
  sender_name: '',
  sender_job_title: '',
  signature: '',
  timezone,
  daily_cap: 50,
  gap_seconds: 60,
  invitations_per_day: 20,
  invitations_per_week: 100,
  withdraw_after_days: 20,
});

interface FormEndProps {
  verb: string;
  isBusy: boolean;
  onClose: () => void;
  children?: string;
}

/** The buttons of a form in a dialog, and what will happen. */
export const FormEnd = ({ verb, isBusy, onClose, children }: FormEndProps) => (
  <Group justify="space-between" gap="xs" className="dialog-buttons">
    <Text size="xs" c="dimmed">
      {children}
    </Text>
    <Group gap="xs">
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" loading={isBusy}>
        {verb}
      </Button>
    </Group>
  </Group>
);
