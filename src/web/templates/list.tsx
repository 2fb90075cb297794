import { Group, Select, Text } from '@mantine/core';
import { IconArchive, IconCopy, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Listing } from '../../api/shapes/primitives.ts';
import type { TemplateLineShown } from '../../api/shapes/templates.ts';
import { get } from '../client.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { aNumber, aText, oneOf, useFilters } from '../shell/search-params.ts';
import { useViewer } from '../shell/viewer.ts';
import { cityOf } from '../shell/zoned-time.ts';
import { useArchive, useDuplicate, useMakeTemplate } from './actions.ts';
import { emptyTemplate, fiveStepExample } from './starts.ts';
import { TemplateBadge, templateLooks } from './template-badge.tsx';

const statuses = ['PENDING_SETUP', 'ACTIVE', 'INACTIVE', 'FINISHING', 'ARCHIVED'] as const;
const readers = { q: aText(), status: oneOf(statuses), page: aNumber(1) };
const EVERY = 'every';

const columns: readonly Column<TemplateLineShown>[] = [
  {
    key: 'name',
    header: 'Name',
    isTitle: true,
    cell: ({ id, name, summary }) => (
      <div>
        <Link to="/templates/$id" params={{ id }} className="template-link row-open">
          {name ?? 'Untitled'}
        </Link>
        {summary && (
          <Text size="xs" c="dimmed" lineClamp={1}>
            {summary}
          </Text>
        )}
      </div>
    ),
  },
  { key: 'status', header: 'Status', cell: ({ status }) => <TemplateBadge status={status} /> },
  { key: 'steps', header: 'Steps', align: 'right', cell: ({ step_count }) => step_count },
  { key: 'zone', header: 'Zone', cell: ({ timezone }) => cityOf(timezone) },
  { key: 'open', header: 'Open', align: 'right', cell: ({ open_sequences }) => open_sequences.toLocaleString('en') },
  { key: 'do', header: '', align: 'right', cell: (template) => <RowActions template={template} /> },
];

/** `/templates`: every template, those out of use at the end. */
export function TemplateList() {
  const filters = useFilters(readers);
  const { q, status, page } = filters.values;
  const query = useQuery({
    queryKey: ['templates', 'list', q, status, page],
    queryFn: ({ signal }) =>
      get<Listing<TemplateLineShown>>('/app/api/templates', { q, status, page, size: 50 }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Sequence Templates" actions={<NewButton />}>
      <div className="toolbar">
        <SearchField label="Search templates" value={q} onChange={(text) => filters.set({ q: text })} />
        <Select
          aria-label="Status"
          w={160}
          value={status === '' ? EVERY : status}
          onChange={(value) => filters.set({ status: statuses.find((each) => each === value) ?? '' })}
          data={[
            { value: EVERY, label: 'Every status' },
            ...statuses.map((value) => ({ value, label: templateLooks[value].name })),
          ]}
        />
      </div>
      <QueryState
        query={query}
        noMatch={{ when: ({ items }) => items.length === 0 && filters.isFiltered, onClear: filters.clear }}
        empty={{
          when: ({ items }) => items.length === 0,
          title: 'No sequence templates yet',
          hint: 'A template says which steps a contact gets, when, and in whose name.',
          action: <ExampleButton />,
        }}
      >
        {(data) => (
          <>
            <DataTable
              label="Sequence templates"
              rows={data.items}
              columns={columns}
              keyOf={({ id }) => id}
              nameOf={({ name }) => name ?? 'Untitled'}
            />
            <Pager
              page={page}
              totalPages={data.total_pages}
              totalCount={data.total_count}
              noun="templates"
              onPage={(next) => filters.set({ page: next })}
            />
          </>
        )}
      </QueryState>
    </Page>
  );
}

function NewButton() {
  const viewer = useViewer();
  const make = useMakeTemplate();
  return (
    <ActionButton
      scope="templates:write"
      leftSection={<IconPlus size={16} aria-hidden />}
      isBusy={make.isBusy}
      onClick={() => void make.run(emptyTemplate(viewer))}
    >
      New template
    </ActionButton>
  );
}

function ExampleButton() {
  const viewer = useViewer();
  const make = useMakeTemplate();
  return (
    <ActionButton scope="templates:write" isBusy={make.isBusy} onClick={() => void make.run(fiveStepExample(viewer))}>
      Start from the five-step example
    </ActionButton>
  );
}

function RowActions({ template }: { template: TemplateLineShown }) {
  const { id, name, status, open_sequences: open } = template;
  const duplicate = useDuplicate();
  const archive = useArchive();
  const acted = { id, name, open };
  return (
    <Group gap={2} justify="flex-end" wrap="nowrap">
      <IconAction
        label={`Duplicate “${name ?? 'Untitled'}”`}
        scope="templates:write"
        isBusy={duplicate.isBusy}
        onClick={() => void duplicate.run(acted)}
      >
        <IconCopy size={16} aria-hidden />
      </IconAction>
      <IconAction
        label={`Archive “${name ?? 'Untitled'}”`}
        scope="templates:write"
        why={status === 'ARCHIVED' && 'It is archived already'}
        isBusy={archive.isBusy}
        onClick={() => void archive.ask(acted)}
      >
        <IconArchive size={16} aria-hidden />
      </IconAction>
    </Group>
  );
}
