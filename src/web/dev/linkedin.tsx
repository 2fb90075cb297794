import { Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { DevLinkedInShown, DevPerson } from '../../api/shapes/dev.ts';
import { get } from '../client.ts';
import { Page } from '../shell/page.tsx';
import { Empty, QueryState } from '../shell/query-state.tsx';
import './dev.css';
import { FastForward } from './fast-forward.tsx';
import { PersonCard } from './person-card.tsx';
import { SimulatedAccounts } from './simulated-accounts.tsx';

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
      <QueryState query={query}>
        {({ people, accounts }) => (
          <Stack gap="xl">
            <SimulatedAccounts accounts={accounts} />
            <People people={people} />
          </Stack>
        )}
      </QueryState>
    </Page>
  );
}

/** Who waits to be answered for comes first. */
function People({ people }: { people: readonly DevPerson[] }) {
  if (people.length === 0)
    return (
      <Empty
        title="Nobody yet"
        hint="People appear when a campaign invites them. Start one and fast-forward to its next step."
      />
    );
  const isWaiting = ({ invitation }: DevPerson) => invitation?.status === 'pending';
  const waiting = people.filter(isWaiting);
  const others = people.filter((person) => !isWaiting(person));
  return (
    <>
      {waiting.length > 0 && <Cards title={`Waiting for an answer (${waiting.length})`} people={waiting} />}
      {others.length > 0 && <Cards title={waiting.length > 0 ? 'Everybody else' : 'People'} people={others} />}
    </>
  );
}

const Cards = ({ title, people }: { title: string; people: readonly DevPerson[] }) => (
  <section aria-label={title}>
    <Title order={2} mb="xs">
      {title}
    </Title>
    <ul className="people">
      {people.map((person) => (
        <PersonCard key={`${person.account} ${person.profile}`} person={person} />
      ))}
    </ul>
  </section>
);
