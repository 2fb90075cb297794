import { Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import type { SequenceShown } from '../../api/shapes/sequences.ts';
import { type HoldKind, holdKinds, holdUps, milestones } from '../../domain/hold-up.ts';
import { openStatuses, sequenceStatuses, statusNames } from '../../domain/sequence.ts';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { confirm } from '../shell/dialog.tsx';
import { Instant } from '../shell/instant.tsx';
import { Pager } from '../shell/pager.tsx';
import { usePathId } from '../shell/path-id.ts';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, oneOf, useFilters, useSearchParam } from '../shell/search-params.ts';
import { HoldBadge, StatusBadge } from '../shell/status-badge.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { Chips } from './chips.tsx';
import { holdUpNames } from './hold-ups.tsx';
import { contactLine, contactName, sentence } from './names.ts';
import { campaignQuery } from './queries.ts';

const readers = {
  q: aText(),
  status: oneOf(sequenceStatuses),
  hold: oneOf(holdKinds),
  waits: oneOf(holdUps),
  reached: oneOf(milestones),
  sort: oneOf(['next_at', 'enrolled_at', 'name'], 'next_at'),
  page: aNumber(1),
};

const holdNames: Record<HoldKind, string> = {
  campaign_paused: 'Campaign paused',
  out_of_office: 'Out of office',
  account_paused: 'Account paused',
};

const columns: readonly Column<SequenceShown>[] = [
  {
    key: 'contact',
    header: 'Contact',
    isTitle: true,
    cell: ({ contact }) => (
      <>
        {contactName(contact)}
        <Text size="xs" c="dimmed" fw={400}>
          {contactLine(contact)}
        </Text>
      </>
    ),
  },
  {
    key: 'status',
    header: 'Status',
    cell: ({ status, end_reason, holds }) => (
      <span className="chips">
        <StatusBadge status={status} reason={end_reason} />
        {holds.map(({ kind, text }) => (
          <HoldBadge key={kind} text={sentence(text)} />
        ))}
      </span>
    ),
  },
  {
    key: 'step',
    header: 'Step',
    cell: ({ next, steps_finished, step_count }) => `${next?.number ?? steps_finished}/${step_count}`,
  },
  {
    key: 'next',
    header: 'Next',
    cell: ({ next, timezone }) => <Instant at={next?.at ?? null} zone={timezone} inline />,
  },
  {
    key: 'why',
    header: 'Why not sooner',
    cell: ({ next }) => <span className="samples">{sentence(next?.text ?? '')}</span>,
  },
];

const isOpen = ({ status }: SequenceShown) => openStatuses.some((open) => open === status);

/** `/campaigns/$id/sequences`. */
export function CampaignSequences() {
  const id = usePathId();
  const filters = useFilters(readers);
  const { q, status, hold, waits, reached, sort, page } = filters.values;
  const [openKey, open] = useSearchParam('sequence');
  const search = { q, status, hold, hold_up: waits, reached };
  const campaign = useQuery(campaignQuery(id));
  const query = useQuery({
    queryKey: ['sequences', 'campaign', id, search, sort, page],
    queryFn: ({ signal }) =>
      get<Listing<SequenceShown>>(
        '/v1/sequences',
        { campaign_id: id, ...search, sort_by: sort, page, size: 50 },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      {campaign.data && (
        <Chips
          label="Status"
          value={status}
          onChange={(value) => filters.set({ status: value })}
          choices={statusChoices(campaign.data)}
        />
      )}
      <div className="toolbar" style={{ marginTop: 12 }}>
        <SearchField label="Search sequences" value={q} onChange={(text) => filters.set({ q: text })} />
        <Select
          size="sm"
          aria-label="Held by"
          placeholder="Any hold"
          clearable
          allowDeselect
          value={hold === '' ? null : hold}
          onChange={(value) => filters.set({ hold: holdKinds.find((kind) => kind === value) ?? '' })}
          data={holdKinds.map((value) => ({ value, label: holdNames[value] }))}
        />
        {(waits !== '' || reached !== '') && (
          <button type="button" className="chip" onClick={() => filters.set({ waits: '', reached: '' })}>
            {waits !== '' ? holdUpNames[waits] : reached === 'replied' ? 'Replied' : 'Contacted'}
            <span aria-hidden>×</span>
            <span className="visually-hidden">, remove this filter</span>
          </button>
        )}
        <Select
          size="sm"
          className="toolbar-end"
          aria-label="Order"
          value={sort}
          onChange={(value) => filters.set({ sort: readers.sort.read(value ?? '') ?? 'next_at' })}
          data={[
            { value: 'next_at', label: 'Soonest next step' },
            { value: 'enrolled_at', label: 'In order of enrolment' },
            { value: 'name', label: 'By name' },
          ]}
        />
      </div>
      <QueryState
        query={query}
        noMatch={{ when: (data) => data.total_count === 0 && isNarrowed(filters.values), onClear: filters.clear }}
        empty={{
          when: (data) => data.total_count === 0,
          title: 'No sequences yet',
          hint: 'Approved leads are enrolled on permitted days, within the daily leads target.',
        }}
      >
        {(data) => (
          <>
            <Selected id={id} data={data} search={search} onOpen={(key) => open(key)} openKey={openKey} />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun={data.total_count === 1 ? 'sequence' : 'sequences'}
              onPage={(next) => filters.set({ page: next })}
            />
          </>
        )}
      </QueryState>
    </>
  );
}

const isNarrowed = ({
  q,
  status,
  hold,
  waits,
  reached,
}: Record<'q' | 'status' | 'hold' | 'waits' | 'reached', string>) =>
  [q, status, hold, waits, reached].some((value) => value !== '');

const statusChoices = ({ sequences }: CampaignShown) => [
  { value: '' as const, label: 'All', count: sequenceStatuses.reduce((sum, status) => sum + sequences[status], 0) },
  ...sequenceStatuses.map((value) => ({ value, label: statusNames[value], count: sequences[value] })),
];

interface SelectedProps {
  id: string;
  data: Listing<SequenceShown>;
  search: Readonly<Record<string, string>>;
  openKey: string | null;
  onOpen: (key: string) => void;
}

/** The page's rows, and what is done to those that are ticked. */
function Selected({ id, data, search, openKey, onOpen }: SelectedProps) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [isAll, setAll] = useState(false);
  const clear = () => {
    setTicked(new Set());
    setAll(false);
  };
  const stop = useAction({
    act: () =>
      post<{ stopped: number }>(
        `/v1/campaigns/${id}/stop-sequences`,
        isAll ? { all: given(search) } : { sequence_ids: [...ticked] },
      ),
    done: ({ stopped }) => `Stopped ${counted(stopped, 'sequence')}.`,
    touches: ['sequences', 'campaigns', 'tasks', 'counts'],
    after: clear,
  });
  const count = isAll ? data.total_count : ticked.size;
  const isNoneOpen = !isAll && data.items.filter(({ id: key }) => ticked.has(key)).every((row) => !isOpen(row));
  const ask = async () => {
    const body = `No further step is sent for ${count === 1 ? 'it' : `the open ones of these ${count.toLocaleString('en')}`}. Open tasks stay until dismissed. No undo.`;
    if (await confirm({ title: `Stop ${counted(count, 'sequence')}?`, body, verb: 'Stop', isDangerous: true }))
      await stop.run();
  };
  return (
    <>
      {count > 0 && (
        <BulkBar
          count={count}
          total={data.total_count}
          isAll={isAll}
          isWholePage={ticked.size === data.items.length}
          noun="sequence"
          onAll={() => setAll(true)}
          onClear={clear}
        >
          <ActionButton
            size="xs"
            color="red"
            variant="light"
            scope="sequences:write"
            why={isNoneOpen && 'They have ended'}
            isBusy={stop.isBusy}
            onClick={() => void ask()}
          >
            Stop
          </ActionButton>
        </BulkBar>
      )}
      <DataTable
        label="Sequences"
        rows={data.items}
        columns={columns}
        keyOf={({ id: key }) => key}
        nameOf={({ contact }) => contactName(contact)}
        onOpen={({ id: key }) => onOpen(key)}
        openKey={openKey}
        selection={{
          keys: isAll ? new Set(data.items.map(({ id: key }) => key)) : ticked,
          onChange: (keys) => {
            setAll(false);
            setTicked(keys);
          },
        }}
      />
    </>
  );
}

/** Without what is not asked for. */
const given = (search: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== ''));
