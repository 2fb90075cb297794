import { Group, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ContactItem, ContactPage } from '../../api/shapes/contact-details.ts';
import { get } from '../client.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, useFilters } from '../shell/search-params.ts';
import { StatusBadge } from '../shell/status-badge.tsx';
import './contacts.css';
import { nameOf } from './names.ts';
import { ContactStanding } from './standing.tsx';

const readers = { q: aText(), page: aNumber(1) };

const columns: readonly Column<ContactItem>[] = [
  {
    key: 'name',
    header: 'Contact',
    isTitle: true,
    cell: (contact) => (
      <Link to="/contacts/$id" params={{ id: contact.id }} className="row-open">
        {nameOf(contact)}
      </Link>
    ),
  },
  { key: 'address', header: 'Address', cell: (contact) => <Addresses contact={contact} /> },
  {
    key: 'company',
    header: 'Company',
    cell: ({ company, job_title }) => (
      <div>
        {company ?? '–'}
        {job_title && (
          <Text size="xs" c="dimmed">
            {job_title}
          </Text>
        )}
      </div>
    ),
  },
  {
    key: 'status',
    header: 'Status',
    cell: (contact) => (
      <Group gap={6}>
        {contact.sequence ? (
          <StatusBadge status={contact.sequence.status} reason={contact.sequence.end_reason} />
        ) : (
          <Text size="sm" c="dimmed">
            Not enrolled
          </Text>
        )}
        <ContactStanding contact={contact} />
      </Group>
    ),
  },
];

/** Everybody that was ever proposed to a campaign. */
export function ContactList() {
  const filters = useFilters(readers);
  const { q, page } = filters.values;
  const query = useQuery({
    queryKey: ['contacts', 'list', q, page],
    queryFn: ({ signal }) => get<ContactPage>('/v1/contacts', { q, page, size: 50 }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Contacts">
      <div className="toolbar">
        <SearchField label="Search contacts" value={q} onChange={(text) => filters.set({ q: text })} />
      </div>
      <QueryState
        query={query}
        noMatch={{ when: ({ items }) => items.length === 0 && filters.isFiltered, onClear: filters.clear }}
        empty={{
          when: ({ total_count }) => total_count === 0,
          title: 'No contacts yet',
          hint: (
            <>
              Contacts come with the leads of a campaign. Open a <Link to="/campaigns">campaign</Link> and import some.
            </>
          ),
        }}
      >
        {(data) => (
          <>
            <DataTable label="Contacts" rows={data.items} columns={columns} keyOf={({ id }) => id} nameOf={nameOf} />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun="contacts"
              onPage={(to) => filters.set({ page: to })}
            />
          </>
        )}
      </QueryState>
    </Page>
  );
}

const Addresses = ({ contact: { email, linkedin_profile } }: { contact: ContactItem }) => (
  <Stack gap={0}>
    {email !== null && <span className="long-word">{email}</span>}
    {linkedin_profile !== null && (
      <Text
        size={email === null ? 'sm' : 'xs'}
        c={email === null ? 'var(--mantine-color-text)' : 'dimmed'}
        className="long-word"
      >
        in/{linkedin_profile}
      </Text>
    )}
  </Stack>
);
