import { Button, Group, Progress, Select, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import type { ImportShown } from '../../api/shapes/imports.ts';
import type { LeadShown } from '../../api/shapes/leads.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import { get } from '../client.ts';
import { Pager } from '../shell/pager.tsx';
import { usePathId } from '../shell/path-id.ts';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, oneOf, useFilters } from '../shell/search-params.ts';
import { Chips } from './chips.tsx';
import { type LeadView, leadViews, viewNames, viewOrder } from './lead-views.ts';
import { MissingValues } from './missing-values.tsx';
import { campaignQuery } from './queries.ts';
import { Review } from './review.tsx';

const readers = {
  status: oneOf(viewOrder, 'review'),
  q: aText(),
  missing: aText(),
  sort: oneOf(['created_at', 'name', 'company'], 'created_at'),
  page: aNumber(1),
};

/** `/campaigns/$id/leads`: the review queue, and everybody else who was proposed. */
export function CampaignLeads() {
  const id = usePathId();
  const filters = useFilters(readers);
  const { status: view, q, missing, sort, page } = filters.values;
  const campaign = useQuery(campaignQuery(id));
  const query = useQuery({
    queryKey: ['leads', id, view, q, missing, sort, page],
    queryFn: ({ signal }) =>
      get<Listing<LeadShown>>(
        `/v1/campaigns/${id}/leads`,
        { status: leadViews[view].join(','), q, missing, sort_by: sort, page, size: 50 },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  const isEmpty = ({ items }: Listing<LeadShown>) => items.length === 0;
  return (
    <>
      <RunningImport id={id} />
      <Group justify="space-between" gap="sm" mb={12}>
        {campaign.data && (
          <Chips
            label="Status"
            value={view}
            onChange={(value) => filters.set({ status: value })}
            choices={viewChoices(campaign.data, view)}
          />
        )}
        <ImportLink id={id} />
      </Group>
      <div className="toolbar">
        <SearchField label="Search leads" value={q} onChange={(text) => filters.set({ q: text })} />
        <Select
          size="sm"
          className="toolbar-end"
          aria-label="Order"
          value={sort}
          onChange={(value) => filters.set({ sort: readers.sort.read(value ?? '') ?? 'created_at' })}
          data={[
            { value: 'created_at', label: 'As they came' },
            { value: 'name', label: 'By name' },
            { value: 'company', label: 'By company' },
          ]}
        />
      </div>
      <MissingValues campaignId={id} view={view} shown={missing} onShow={(name) => filters.set({ missing: name })} />
      <QueryState
        query={query}
        noMatch={{
          when: (data) => isEmpty(data) && (q !== '' || missing !== ''),
          onClear: () => filters.set({ q: '', missing: '' }),
        }}
        empty={{ when: isEmpty, ...emptyTexts(view, campaign.data), action: <ImportLink id={id} /> }}
      >
        {(data) => (
          <Review
            key={`${view} ${q} ${missing}`}
            campaign={campaign.data}
            campaignId={id}
            leads={data}
            search={{ view, q, missing }}
            pager={
              <Pager
                page={page}
                totalPages={data.total_pages}
                totalCount={data.total_count}
                noun={data.total_count === 1 ? 'lead' : 'leads'}
                onPage={(next) => filters.set({ page: next })}
              />
            }
          />
        )}
      </QueryState>
    </>
  );
}

/** `accepted` is where the funnel leads; it is offered while it is looked at. */
const viewChoices = ({ leads }: CampaignShown, view: LeadView) =>
  viewOrder
    .filter((each) => each !== 'accepted' || view === 'accepted')
    .map((value) => ({
      value,
      label: viewNames[value],
      count: leadViews[value].reduce((sum, status) => sum + leads[status], 0),
    }));

function emptyTexts(view: LeadView, campaign: CampaignShown | undefined): { title: string; hint: string } {
  const all = campaign ? leadViews.all.reduce((sum, status) => sum + campaign.leads[status], 0) : 0;
  if (all === 0)
    return { title: 'No leads yet', hint: 'Import a CSV file with an email or a LinkedIn URL in each row.' };
  return view === 'review'
    ? { title: 'Nothing to review', hint: 'Everybody who was proposed has been decided on.' }
    : { title: `Nobody is here: ${viewNames[view]}`, hint: 'Look under another status, or import more leads.' };
}

const ImportLink = ({ id }: { id: string }) => (
  <Button
    variant="default"
    size="sm"
    leftSection={<IconUpload size={16} aria-hidden />}
    renderRoot={(props) => <Link to="/campaigns/$id/leads/import/$job" params={{ id, job: 'new' }} {...props} />}
  >
    Import
  </Button>
);

/** An import under way, wherever it was started. */
function RunningImport({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['imports', 'of', id],
    queryFn: ({ signal }) => get<{ items: ImportShown[] }>(`/app/api/campaigns/${id}/imports`, {}, signal),
    meta: { often: true },
  });
  const running = data?.items.find(({ finished_at }) => finished_at === null);
  if (!running) return null;
  return (
    <div className="bulk-bar">
      <Text size="sm">
        Importing{' '}
        <Link to="/campaigns/$id/leads/import/$job" params={{ id, job: running.id }}>
          {running.file_name}
        </Link>
      </Text>
      <Progress value={(100 * running.done) / running.rows} w={160} aria-label={`Import of ${running.file_name}`} />
      <Text
        size="sm"
        c="dimmed"
      >{`${running.done.toLocaleString('en')} of ${running.rows.toLocaleString('en')} rows`}</Text>
    </div>
  );
}
