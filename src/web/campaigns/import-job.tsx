import { Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { ImportRowShown, ImportShown } from '../../api/shapes/imports.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import { type ImportOutcome, importOutcomes } from '../../domain/lead.ts';
import { get } from '../client.ts';
import { announce } from '../shell/announce.tsx';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { aNumber, oneOf, useFilters } from '../shell/search-params.ts';
import { Chips } from './chips.tsx';
import { BackToLeads } from './new-import.tsx';

const readers = { outcome: oneOf(importOutcomes), page: aNumber(1) };

const outcomeNames: Record<ImportOutcome, string> = {
  pending_review: 'Added',
  approved: 'Added and approved',
  already_in_campaign: 'Already here',
  in_other_sequence: 'In another sequence',
  duplicate_in_request: 'Duplicate',
  suppressed: 'Suppressed',
  conflict: 'Conflict',
  invalid: 'Invalid',
};

const columns: readonly Column<ImportRowShown>[] = [
  { key: 'row', header: 'Row', align: 'right', width: '64px', cell: ({ row }) => row },
  {
    key: 'lead',
    header: 'Lead',
    isTitle: true,
    cell: ({ lead, name }) => (
      <>
        {lead || '–'}
        {name !== '' && (
          <Text size="xs" c="dimmed">
            {name}
          </Text>
        )}
      </>
    ),
  },
  {
    key: 'outcome',
    header: 'Outcome',
    cell: ({ outcome, detail }) => (
      <>
        {outcome === null ? 'Waiting' : outcomeNames[outcome]}
        {detail !== null && (
          <Text size="xs" c="dimmed">
            {detail}
          </Text>
        )}
      </>
    ),
  },
];

/** One import: how far it is, and what became of each row. It goes on without this page. */
export function ImportJob({ campaignId, id }: { campaignId: string; id: string }) {
  const query = useQuery({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => get<ImportShown>(`/app/api/imports/${id}`, {}, signal),
    meta: { often: true },
  });
  return (
    <Stack gap="md" maw={960}>
      <BackToLeads campaignId={campaignId} />
      <QueryState query={query}>{(job) => <Job campaignId={campaignId} job={job} />}</QueryState>
    </Stack>
  );
}

function Job({ campaignId, job }: { campaignId: string; job: ImportShown }) {
  const { id, file_name, finished_at, totals } = job;
  const added = totals.pending_review + totals.approved;
  return (
    <>
      <div>
        <Title order={2}>{file_name}</Title>
        <Text size="sm" c="dimmed">
          {'Handed in '}
          <Instant at={job.created_at} inline />
          {finished_at !== null && `. ${added.toLocaleString('en')} of ${job.rows.toLocaleString('en')} rows added.`}
        </Text>
      </div>
      <ImportProgress job={job} />
      <Rows job={job} />
      <Group gap="xs">
        <Button
          component="a"
          href={`/app/api/imports/${id}/rows.csv`}
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Download the outcomes
        </Button>
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/campaigns/$id/leads/import/$job" params={{ id: campaignId, job: 'new' }} {...props} />
          )}
        >
          Import another file
        </Button>
        {finished_at !== null && added > 0 && (
          <Button
            renderRoot={(props) => (
              <Link
                to="/campaigns/$id/leads"
                params={{ id: campaignId }}
                search={{ status: totals.pending_review > 0 ? 'review' : 'approved' }}
                {...props}
              />
            )}
          >
            {totals.pending_review > 0 ? 'Review them' : 'See them'}
          </Button>
        )}
      </Group>
    </>
  );
}

const TENTH = 10;

/** Said at every tenth of the way, and at its end. */
function ImportProgress({ job: { file_name, rows, done, finished_at } }: { job: ImportShown }) {
  const percent = rows === 0 ? 100 : Math.floor((100 * done) / rows);
  const said = useRef(finished_at === null ? Math.floor(percent / TENTH) : TENTH);
  useEffect(() => {
    const tenth = Math.floor(percent / TENTH);
    if (tenth <= said.current) return;
    said.current = tenth;
    announce(tenth === TENTH ? `Import of ${file_name} is done.` : `Import ${tenth * TENTH}% done.`);
  }, [percent, file_name]);
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="sm">{finished_at === null ? 'Importing. You can leave this page.' : 'Finished'}</Text>
        <Text size="sm" c="dimmed">{`${done.toLocaleString('en')} of ${rows.toLocaleString('en')} rows`}</Text>
      </Group>
      <Progress value={percent} size="md" aria-label={`Import of ${file_name}`} />
    </div>
  );
}

function Rows({ job: { id, rows, done, totals } }: { job: ImportShown }) {
  const filters = useFilters(readers);
  const { outcome, page } = filters.values;
  const query = useQuery({
    queryKey: ['imports', id, 'rows', outcome, page, done],
    queryFn: ({ signal }) =>
      get<Listing<ImportRowShown>>(`/app/api/imports/${id}/rows`, { outcome, page, size: 50 }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Chips
        label="Outcome"
        value={outcome}
        onChange={(value) => filters.set({ outcome: value })}
        choices={[
          { value: '' as const, label: 'All', count: rows },
          ...importOutcomes
            .filter((each) => totals[each] > 0)
            .map((value) => ({ value, label: outcomeNames[value], count: totals[value] })),
        ]}
      />
      <QueryState query={query} noMatch={{ when: ({ items }) => items.length === 0, onClear: filters.clear }}>
        {(data) => (
          <>
            <DataTable
              label="Rows"
              rows={data.items}
              columns={columns}
              keyOf={({ row }) => String(row)}
              nameOf={({ row }) => `row ${row}`}
            />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun={data.total_count === 1 ? 'row' : 'rows'}
              onPage={(next) => filters.set({ page: next })}
            />
          </>
        )}
      </QueryState>
    </>
  );
}
