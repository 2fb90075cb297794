import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DevDeed, DevLinkedInShown } from '../../api/shapes/dev.ts';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { Page } from '../shell/page.tsx';
import { QueryState } from '../shell/query-state.tsx';
import './dev.css';
import { FastForward } from './fast-forward.tsx';
import { PersonCard } from './person-card.tsx';

/** The simulated LinkedIn: the people an account was in touch with, who answer by its buttons. */
export function DevLinkedIn() {
  const query = useQuery({
    queryKey: ['sequences', 'dev', 'linkedin'],
    queryFn: ({ signal }) => get<DevLinkedInShown>('/app/api/dev/linkedin', {}, signal),
    meta: { often: true },
  });
  return (
    <Page
      title="LinkedIn simulator"
      description="Invitations and messages of this machine. You answer for the people."
      actions={<FastForward />}
    >
      <QueryState
        query={query}
        empty={{
          when: ({ people }) => people.length === 0,
          title: 'Nobody yet',
          hint: 'People appear when a campaign invites them. Start one and fast-forward to its next step.',
        }}
      >
        {({ people, accounts }) => (
          <Stack gap="xl">
            <Accounts accounts={accounts} />
            <section aria-labelledby="people">
              <Title order={2} id="people" mb="xs">
                People
              </Title>
              <ul className="people">
                {people.map((person) => (
                  <PersonCard key={`${person.account} ${person.profile}`} person={person} />
                ))}
              </ul>
            </section>
          </Stack>
        )}
      </QueryState>
    </Page>
  );
}

/** What LinkedIn does to an account, by hand. */
function Accounts({ accounts }: Pick<DevLinkedInShown, 'accounts'>) {
  const act = useAction({
    act: (deed: DevDeed) => post<DevLinkedInShown>('/app/api/dev/linkedin', deed),
    done: () => 'Done.',
    touches: ['sequences', 'accounts', 'counts'],
  });
  return (
    <section aria-labelledby="simulated-accounts">
      <Title order={2} id="simulated-accounts" mb="xs">
        Accounts
      </Title>
      {accounts.map(({ id, is_logged_in, is_limited }) => (
        <Group key={id} gap="xs" mb="xs">
          <Text size="sm" fw={550}>
            {id}
          </Text>
          <Badge variant="default" tt="none" radius="sm">
            {is_logged_in ? (is_limited ? 'Limit reached' : 'Logged in') : 'Logged out'}
          </Badge>
          <ActionButton
            size="xs"
            variant="default"
            scope="sequences:write"
            onClick={() => void act.run({ kind: is_limited ? 'lift-limit' : 'limit', account: id })}
          >
            {is_limited ? 'Lift the limit' : 'Limit reached'}
          </ActionButton>
          <ActionButton
            size="xs"
            variant="default"
            scope="sequences:write"
            onClick={() => void act.run({ kind: is_logged_in ? 'disconnect' : 'reconnect', account: id })}
          >
            {is_logged_in ? 'Disconnect' : 'Reconnect'}
          </ActionButton>
        </Group>
      ))}
    </section>
  );
}
