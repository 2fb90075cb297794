import { Badge, Group, NativeSelect, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { DevDeed, DevLinkedInShown } from '../../api/shapes/dev.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';

type Account = DevLinkedInShown['accounts'][number];

/** What LinkedIn does to an account, by hand. */
export const SimulatedAccounts = ({ accounts }: { accounts: readonly Account[] }) => (
  <section aria-labelledby="simulated-accounts">
    <Title order={2} id="simulated-accounts" mb="xs">
      {accounts.length === 1 ? 'The account' : 'Accounts'}
    </Title>
    {accounts.map((account) => (
      <SimulatedAccount key={account.id} account={account} />
    ))}
  </section>
);

/** How long the answers of a limited account say to rest, in seconds. */
const rests = [
  { value: '', label: 'without saying how long' },
  { value: '600', label: 'for 10 minutes' },
  { value: '7200', label: 'for 2 hours' },
  { value: '86400', label: 'for a day' },
];

function SimulatedAccount({ account: { id, is_logged_in, limit } }: { account: Account }) {
  const [rest, setRest] = useState('');
  const act = useAction({
    act: (deed: DevDeed) => post<DevLinkedInShown>('/app/api/dev/linkedin', deed),
    done: () => 'Done.',
    touches: ['sequences', 'accounts', 'counts'],
  });
  const button = { size: 'xs', variant: 'default', scope: 'sequences:write' } as const;
  return (
    <Group gap="xs" mb="xs">
      <Text size="sm" fw={550}>
        {id}
      </Text>
      <Standing name={is_logged_in ? 'Logged in' : 'Logged out'} meets={is_logged_in ? null : '401'} />
      {limit && <Standing name="Limit reached" meets={`429${restWords(limit.retry_after_seconds)}`} />}
      {limit ? (
        <ActionButton {...button} onClick={() => void act.run({ kind: 'lift-limit', account: id })}>
          Lift the limit
        </ActionButton>
      ) : (
        <>
          <ActionButton
            {...button}
            onClick={() =>
              void act.run({ kind: 'limit', account: id, retry_after_seconds: rest === '' ? null : Number(rest) })
            }
          >
            Limit reached
          </ActionButton>
          <NativeSelect
            size="xs"
            aria-label={`How long ${id} is told to rest`}
            data={rests}
            value={rest}
            onChange={(event) => setRest(event.currentTarget.value)}
          />
        </>
      )}
      <ActionButton
        {...button}
        onClick={() => void act.run({ kind: is_logged_in ? 'disconnect' : 'reconnect', account: id })}
      >
        {is_logged_in ? 'Disconnect' : 'Reconnect'}
      </ActionButton>
    </Group>
  );
}

/** With what every call is answered meanwhile. */
const Standing = ({ name, meets }: { name: string; meets: string | null }) => (
  <>
    <Badge variant="default" tt="none" radius="sm">
      {name}
    </Badge>
    {meets !== null && (
      <Text size="xs" c="dimmed">
        every call is answered {meets}
      </Text>
    )}
  </>
);

const restWords = (seconds: number | null) => (seconds === null ? '' : `, Retry-After ${seconds} s`);
