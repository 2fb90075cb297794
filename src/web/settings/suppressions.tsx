import { Select, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SuppressionPage, SuppressionShown } from '../../api/shapes/suppressions.ts';
import { suppressionKinds } from '../../domain/suppression.ts';
import { del, get } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { confirm } from '../shell/dialog.tsx';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, oneOf, useFilters } from '../shell/search-params.ts';
import { AddSuppressions } from './add-suppressions.tsx';

const kindNames: Record<SuppressionShown['kind'], string> = {
  address: 'Address',
  domain: 'Domain',
  profile: 'LinkedIn profile',
  provider_id: 'LinkedIn id',
};
const reasonNames: Record<SuppressionShown['reason'], string> = {
  unsubscribed: 'Unsubscribed',
  hard_bounce: 'Bounced',
  complained: 'Marked as spam',
  asked_by_user: 'Added by a member',
};

const readers = { q: aText(), kind: oneOf(suppressionKinds), page: aNumber(1) };

const columns: readonly Column<SuppressionShown>[] = [
  {
    key: 'value',
    header: 'Never contact',
    isTitle: true,
    cell: ({ kind, value }) => (kind === 'profile' ? `in/${value}` : value),
  },
  { key: 'kind', header: 'Kind', cell: ({ kind }) => kindNames[kind] },
  { key: 'reason', header: 'Why', cell: ({ reason }) => reasonNames[reason] },
  { key: 'since', header: 'Since', cell: ({ created_at }) => <Instant at={created_at} inline /> },
  { key: 'do', header: '', align: 'right', cell: (entry) => <Remove entry={entry} /> },
];

/** Whom nobody contacts any more. */
export function SuppressionSettings() {
  const filters = useFilters(readers);
  const { q, kind, page } = filters.values;
  const [isAdding, setAdding] = useState(false);
  const query = useQuery({
    queryKey: ['suppressions', q, kind, page],
    queryFn: ({ signal }) => get<SuppressionPage>('/v1/suppressions', { q, kind, page, size: 50 }, signal),
    placeholderData: keepPreviousData,
  });
  const add = (
    <ActionButton
      scope="sequences:write"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setAdding(true)}
    >
      Add
    </ActionButton>
  );
  return (
    <Page title="Suppressions" description="Whom no campaign ever writes to." actions={add}>
      <div className="toolbar">
        <SearchField label="Search suppressions" value={q} onChange={(text) => filters.set({ q: text })} />
        <Select
          aria-label="Kind"
          w={170}
          data={[
            { value: '', label: 'All kinds' },
            ...Object.entries(kindNames).map(([value, label]) => ({ value, label })),
          ]}
          value={kind}
          onChange={(value) =>
            filters.set({ kind: value === 'address' || value === 'domain' || value === 'profile' ? value : '' })
          }
        />
      </div>
      <QueryState
        query={query}
        noMatch={{ when: ({ items }) => items.length === 0 && filters.isFiltered, onClear: filters.clear }}
        empty={{
          when: ({ total_count }) => total_count === 0,
          title: 'Nobody is suppressed',
          hint: 'Who unsubscribes, bounces or complains comes here by itself. Add who else must never be contacted.',
          action: add,
        }}
      >
        {(data) => (
          <>
            <DataTable
              label="Suppressions"
              rows={data.items}
              columns={columns}
              keyOf={({ id }) => id}
              nameOf={({ value }) => value}
            />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun="entries"
              onPage={(to) => filters.set({ page: to })}
            />
          </>
        )}
      </QueryState>
      {isAdding && <AddSuppressions onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Remove({ entry: { id, value, reason } }: { entry: SuppressionShown }) {
  const remove = useAction({
    act: () => del(`/v1/suppressions/${id}`),
    done: () => `${value} may be contacted again.`,
    touches: ['suppressions', 'contacts'],
  });
  const ask = () =>
    confirm({
      title: `Take ${value} off the list?`,
      body: (
        <>
          They may be contacted again by every campaign. What ended because of it stays ended.
          {reason !== 'asked_by_user' && (
            <Text size="sm" mt="xs" fw={550}>
              {reason === 'hard_bounce'
                ? 'Mail to them came back: write to them again only with an address that works.'
                : 'They asked not to be written to.'}
            </Text>
          )}
        </>
      ),
      verb: 'Take off the list',
      isDangerous: true,
    });
  return (
    <IconAction
      label={`Take ${value} off the list`}
      scope="contacts:write"
      isBusy={remove.isBusy}
      onClick={() => void ask().then((yes) => (yes ? remove.run() : undefined))}
    >
      <IconTrash size={16} aria-hidden />
    </IconAction>
  );
}
