import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DevMailPage, DevMailShown } from '../../api/shapes/dev.ts';
import { get } from '../client.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, useFilters, useSearchParam } from '../shell/search-params.ts';
import { FastForward } from './fast-forward.tsx';
import { KindTag } from './kind-tag.tsx';
import { Letter } from './letter.tsx';
import { personOf, subjectOf } from './words.ts';

const readers = { q: aText(), page: aNumber(1) };

const columns: readonly Column<DevMailShown>[] = [
  {
    key: 'subject',
    header: 'Subject',
    isTitle: true,
    cell: subjectOf,
  },
  { key: 'kind', header: '', cell: (mail) => <KindTag mail={mail} /> },
  { key: 'from', header: 'From', cell: ({ from }) => personOf(from) },
  { key: 'to', header: 'To', cell: ({ to }) => personOf(to) },
  {
    key: 'thread',
    header: 'Thread',
    cell: ({ place, thread }) => (
      <Text size="xs" c="dimmed">
        {thread > 1 ? `${place} of ${thread}` : ''}
      </Text>
    ),
  },
  { key: 'at', header: 'At', cell: ({ at }) => <Instant at={at} inline /> },
];

/** The local mailbox: everything that was sent, and the people who got it, who answer by its buttons. */
export function DevMailbox() {
  const filters = useFilters(readers);
  const { q, page } = filters.values;
  const [path, setPath] = useSearchParam('mail');
  const query = useQuery({
    queryKey: ['sequences', 'dev', 'mailbox', q, page],
    queryFn: ({ signal }) => get<DevMailPage>('/app/api/dev/mailbox', { q, page }, signal),
    placeholderData: keepPreviousData,
    meta: { often: true },
  });
  return (
    <Page
      title="Mailbox"
      description="What was sent on this machine, and what came back. Nothing of it leaves."
      actions={<FastForward />}
    >
      <div className="toolbar">
        <SearchField label="Search people and subjects" value={q} onChange={(text) => filters.set({ q: text })} />
      </div>
      <QueryState
        query={query}
        noMatch={{ when: ({ items }) => items.length === 0 && filters.isFiltered, onClear: filters.clear }}
        empty={{
          when: ({ total_count }) => total_count === 0,
          title: 'Nothing was sent yet',
          hint: 'Start a campaign and fast-forward to its next step: the mail appears here.',
        }}
      >
        {(data) => (
          <>
            <DataTable
              label="Mail"
              rows={data.items}
              columns={columns}
              keyOf={(mail) => mail.path}
              nameOf={subjectOf}
              onOpen={(mail) => setPath(mail.path)}
              openKey={path}
            />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun="messages"
              onPage={(to) => filters.set({ page: to })}
            />
          </>
        )}
      </QueryState>
      {path !== null && <Letter path={path} onOpen={setPath} onClose={() => setPath(null)} />}
    </Page>
  );
}
