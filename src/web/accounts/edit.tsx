import { Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AccountShown } from '../../api/shapes/accounts.ts';
import { patch } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { Dialog } from '../shell/dialog.tsx';
import { useProblemFocus } from '../shell/problem-focus.ts';
import { fieldProblem, ProblemNote } from '../shell/problem-note.tsx';
import { FormEnd } from './connect-email.tsx';
import { HabitFields, habitPaths, habitsBody, habitsOf, invitationPaths } from './habit-fields.tsx';
import { serverChange } from './server-body.ts';
import { type Server, ServerFields, serverPaths } from './server-fields.tsx';
import { addressOf } from './words.ts';

const asTyped = (server: AccountShown['smtp']): Server | null =>
  server && { ...server, user: server.user ?? '', password: '' };

/** Limits, sender and servers of a connected account. New servers are tried before they are kept. */
export function EditAccount({ account, onClose }: { account: AccountShown; onClose: () => void }) {
  const { id, channel } = account;
  const [habits, setHabits] = useState(() => habitsOf(account));
  const [smtp, setSmtp] = useState(() => asTyped(account.smtp));
  const [imap, setImap] = useState(() => asTyped(account.imap));
  const [externalId, setExternalId] = useState(account.external_id ?? '');
  const save = useAction({
    act: () =>
      patch<AccountShown>(`/v1/accounts/${id}`, {
        ...habitsBody(channel, habits),
        ...(channel === 'linkedin' && externalId !== account.external_id ? { external_id: externalId } : {}),
        ...serverChange('smtp', account.smtp, smtp),
        ...serverChange('imap', account.imap, imap),
      }),
    done: () => `Saved ${addressOf(account)}.`,
    touches: ['accounts', 'counts', 'sequences'],
    showsProblem: true,
    after: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save.run();
  };
  const { problem } = save;
  const form = useProblemFocus(problem);
  return (
    <Dialog opened onClose={onClose} title={`Edit ${addressOf(account)}`} size="lg">
      <form ref={form} onSubmit={submit} noValidate>
        <Stack gap="md">
          <HabitFields
            channel={channel}
            habits={habits}
            problem={problem}
            onChange={(change) => setHabits({ ...habits, ...change })}
          />
          {channel === 'linkedin' && (
            <TextInput
              label="Account id at the provider"
              value={externalId}
              error={fieldProblem(problem, 'external_id')}
              onChange={(event) => setExternalId(event.currentTarget.value)}
            />
          )}
          {smtp && (
            <ServerFields
              name="smtp"
              legend="Sending (SMTP)"
              isStored
              server={smtp}
              problem={problem}
              onChange={(change) => setSmtp({ ...smtp, ...change })}
            />
          )}
          {imap && (
            <ServerFields
              name="imap"
              legend="Replies (IMAP)"
              isStored
              server={imap}
              problem={problem}
              onChange={(change) => setImap({ ...imap, ...change })}
            />
          )}
          <ProblemNote
            problem={problem}
            shownElsewhere={[
              'external_id',
              ...habitPaths,
              ...invitationPaths,
              ...serverPaths('smtp'),
              ...serverPaths('imap'),
            ]}
          />
          <FormEnd verb="Save" isBusy={save.isBusy} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
