import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { accountsQuery } from '../campaigns/queries.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { useLacking } from '../shell/viewer.ts';
import { useEditing } from './editing.tsx';

/** Sends the step as it is typed to the viewer, over one of the accounts. */
export function TestEmail({ number, contactId }: { number: number; contactId: string | null }) {
  const { file } = useEditing();
  const isAllowed = useLacking('accounts:read') === null;
  const accounts = useQuery({ ...accountsQuery, enabled: isAllowed }).data?.items ?? [];
  const able = accounts.filter(({ channel, status }) => channel === 'email' && status === 'CONNECTED');
  const [chosen, setChosen] = useState<string | null>(null);
  const account = able.find(({ id }) => id === chosen) ?? able[0];
  const send = useAction({
    act: (accountId: string) =>
      post<{ sent_to: string }>('/app/api/sequence-templates/test-email', {
        content: file,
        step: number,
        contact_id: contactId,
        account_id: accountId,
      }),
    done: ({ sent_to }) => `Sent a test to ${sent_to}.`,
    touches: [],
  });
  return (
    <Group align="flex-end" gap="xs">
      {able.length > 1 && account && (
        <Select
          className="grows"
          label="From"
          data={able.map(({ id, address }) => ({ value: id, label: address }))}
          value={account.id}
          onChange={setChosen}
        />
      )}
      <ActionButton
        variant="default"
        scope="templates:write"
        why={account === undefined && 'No connected email account'}
        isBusy={send.isBusy}
        onClick={() => account && void send.run(account.id)}
      >
        Send test to me
      </ActionButton>
    </Group>
  );
}
