import { SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import { get } from '../client.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, oneOf, useFilters } from '../shell/search-params.ts';
import { CampaignBadge, campaignStatusNames } from './campaign-badge.tsx';
import { NewCampaign } from './new-campaign.tsx';
import { openCount } from './queries.ts';

const readers = {
  q: aText(),
  status: oneOf(campaignStatuses),
  sort: oneOf(['status', 'name', 'created_at'], 'status'),
  page: aNumber(1),
};

const columns: readonly Column<CampaignShown>[] = [
  {
    key: 'name',
    header: 'Name',
    isTitle: true,
    cell: ({ id, name }) => (
      <Link to="/campaigns/$id/overview" params={{ id }} className="plain-link row-open">
        {name}
      </Link>
    ),
  },
  { key: 'status', header: 'Status', cell: ({ status }) => <CampaignBadge status={status} /> },
  { key: 'template', header: 'Template', cell: ({ template }) => template.name ?? 'Untitled' },
  { key: 'review', header: 'To review', align: 'right', cell: ({ leads }) => leads.PENDING_REVIEW },
  { key: 'open', header: 'Open', align: 'right', cell: openCount },
  { key: 'succeeded', header: 'Succeeded', align: 'right', cell: ({ sequences }) => sequences.SUCCEEDED },
  {
    key: 'next',
    header: 'Next send',
    cell: ({ next_send_at, timezone }) => <Instant at={next_send_at} zone={timezone} inline />,
  },
];

/** `/campaigns`. */
export function CampaignList() {
  const [isMaking, setMaking] = useState(false);
  const navigate = useNavigate();
  const filters = useFilters(readers);
  const { q, status, sort, page } = filters.values;
  const query = useQuery({
    queryKey: ['campaigns', 'list', q, status, sort, page],
    queryFn: ({ signal }) =>
      get<Listing<CampaignShown>>(
        '/v1/campaigns',
        { q, status, sort_by: sort, sort_order: orderOf[sort], page, size: 50 },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  const make = (
    <ActionButton
      scope="campaigns:write"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setMaking(true)}
    >
      New campaign
    </ActionButton>
  );
  return (
    <Page title="Campaigns" actions={make}>
      <div className="toolbar">
        <SearchField label="Search campaigns" value={q} onChange={(text) => filters.set({ q: text })} />
        <SegmentedControl
          size="xs"
          aria-label="Status"
          value={status}
          onChange={(value) => filters.set({ status: campaignStatuses.find((each) => each === value) ?? '' })}
          data={[
            { value: '', label: 'All' },
            ...campaignStatuses.map((value) => ({ value, label: campaignStatusNames[value] })),
          ]}
        />
        <SegmentedControl
          size="xs"
          className="toolbar-end"
          aria-label="Order"
          value={sort}
          onChange={(value) => filters.set({ sort: readers.sort.read(value) ?? 'status' })}
          data={[
            { value: 'status', label: 'By status' },
            { value: 'name', label: 'By name' },
            { value: 'created_at', label: 'Newest' },
          ]}
        />
      </div>
      <QueryState
        query={query}
        noMatch={{ when: (data) => data.items.length === 0 && (q !== '' || status !== ''), onClear: filters.clear }}
        empty={{
          when: (data) => data.items.length === 0,
          title: 'No campaigns yet',
          hint: 'A campaign runs one template over its leads, with its accounts.',
          action: make,
        }}
      >
        {(data) => (
          <>
            <DataTable
              label="Campaigns"
              rows={data.items}
              columns={columns}
              keyOf={({ id }) => id}
              nameOf={({ name }) => name}
            />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun={data.total_count === 1 ? 'campaign' : 'campaigns'}
              onPage={(next) => filters.set({ page: next })}
            />
          </>
        )}
      </QueryState>
      <NewCampaign
        opened={isMaking}
        onClose={() => setMaking(false)}
        onMade={({ id }) => void navigate({ to: '/campaigns/$id/leads', params: { id } })}
      />
    </Page>
  );
}

const orderOf = { status: 'asc', name: 'asc', created_at: 'desc' } as const;
