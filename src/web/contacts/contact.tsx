import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ContactDetailShown } from '../../api/shapes/contact-details.ts';
import { get } from '../client.ts';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { usePathId } from '../shell/path-id.ts';
import { Empty, QueryState } from '../shell/query-state.tsx';
import { ContactActions } from './actions.tsx';
import './contacts.css';
import { ContactFacts } from './facts.tsx';
import { Messages } from './messages.tsx';
import { nameOf } from './names.ts';
import { ContactPoints } from './points.tsx';
import { ContactSequences } from './sequences.tsx';
import { ContactStanding } from './standing.tsx';

/** One person: every sequence and every message over all campaigns, and how to leave them alone for good. */
export function ContactPage() {
  const id = usePathId();
  const query = useQuery({
    queryKey: ['contacts', id],
    queryFn: ({ signal }) => get<ContactDetailShown>(`/v1/contacts/${id}`, {}, signal),
  });
  const contact = query.data;
  return (
    <Page
      title={contact ? nameOf(contact) : 'Contact'}
      badge={contact && <ContactStanding contact={contact} />}
      description={contact && <Whereabouts contact={contact} />}
      actions={contact && <ContactActions contact={contact} />}
    >
      <QueryState query={query}>{(known) => <ContactBody contact={known} />}</QueryState>
    </Page>
  );
}

function Whereabouts({ contact: { job_title, company, erased_at } }: { contact: ContactDetailShown }) {
  if (erased_at !== null)
    return (
      <>
        Erased <Instant at={erased_at} inline />
      </>
    );
  const text = [job_title, company].filter((part) => part !== null).join(' at ');
  return text === '' ? <Link to="/contacts">All contacts</Link> : text;
}

function ContactBody({ contact }: { contact: ContactDetailShown }) {
  return (
    <div className="contact-body">
      <Stack gap="xl" className="contact-main">
        {contact.erased_at !== null && (
          <Text size="sm">
            Nothing is known of this person any more. What was done stays in the numbers; what was written does not.
          </Text>
        )}
        <section aria-labelledby="contact-sequences">
          <Title order={2} id="contact-sequences" mb="xs">
            Sequences
          </Title>
          <ContactSequences contact={contact} />
        </section>
        <ContactPoints contact={contact} />
        <section aria-labelledby="contact-messages">
          <Title order={2} id="contact-messages" mb="xs">
            Messages
          </Title>
          {contact.messages.length === 0 ? (
            <Empty title="No messages yet" hint="What is sent to them and what they answer appears here." />
          ) : (
            <Messages messages={contact.messages} name={nameOf(contact)} />
          )}
        </section>
      </Stack>
      <ContactFacts contact={contact} />
    </div>
  );
}
