import '../campaigns/campaigns.css';
import '../tasks/tasks.css';
import './replies.css';
import { Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { ReplyTaskShown } from '../../api/shapes/reply-tasks.ts';
import type { TaskPage, TaskShown } from '../../api/shapes/tasks.ts';
import { Chips } from '../campaigns/chips.tsx';
import { contactName } from '../campaigns/names.ts';
import { get } from '../client.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { Page } from '../shell/page.tsx';
import { Pager } from '../shell/pager.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { aNumber, oneOf, useFilters } from '../shell/search-params.ts';
import { useCounts } from '../shell/viewer.ts';
import { useInHand } from '../tasks/in-hand.ts';
import { nameOf } from './choices.ts';
import { ReplyPanel } from './reply-panel.tsx';

const readers = { show: oneOf(['to-read', 'handled'], 'to-read'), page: aNumber(1) };

const asked = {
  'to-read': { status: 'OPEN', due: 'now' },
  handled: { status: 'COMPLETED', order: 'desc' },
} as const;

const NOBODY: readonly TaskShown[] = [];

const who: Column<TaskShown> = {
  key: 'reply',
  header: 'Reply',
  isTitle: true,
  cell: ({ contact, instructions }) => (
    <>
      {contactName(contact)}
      <Text size="xs" c="dimmed" fw={400} lineClamp={1} className="reply-excerpt">
        {instructions.slice(0, 160)}
      </Text>
    </>
  ),
};
const when: Column<TaskShown> = {
  key: 'at',
  header: 'Received',
  width: '195px',
  cell: ({ created_at }) => <Instant at={created_at} inline />,
};
const meaning: Column<TaskShown> = { key: 'meaning', header: 'Meaning', cell: ({ outcome }) => nameOf(outcome) };

/** `/replies`: what nobody could say the meaning of but a person, the oldest first. */
export function ReplyQueue() {
  const filters = useFilters(readers);
  const { show, page } = filters.values;
  const toRead = useCounts()?.replies;
  const query = useQuery({
    queryKey: ['replies', 'queue', show, page],
    queryFn: ({ signal }) => get<TaskPage>('/v1/tasks', { kind: 'read_reply', ...asked[show], page, size: 50 }, signal),
    placeholderData: keepPreviousData,
  });
  const list = useRef<HTMLElement>(null);
  const { chosen, row, choose, move, passOn } = useInHand('reply', query.data?.items ?? NOBODY, list);
  useShortcuts([
    { key: 'j', does: 'Next reply', run: () => move(1) },
    { key: 'k', does: 'Reply before', run: () => move(-1) },
  ]);
  const id = row?.id ?? chosen;
  return (
    <Page title="Replies">
      <div className="toolbar">
        <Chips
          label="Which replies"
          value={show}
          choices={[
            { value: 'to-read', label: 'To read', ...(toRead === undefined ? {} : { count: toRead }) },
            { value: 'handled', label: 'Handled' },
          ]}
          onChange={(show) => {
            choose('');
            filters.set({ show });
          }}
        />
      </div>
      <div className="queue reply-queue" data-open={chosen !== ''}>
        <section ref={list} tabIndex={-1} className="queue-list" aria-label="Replies">
          <QueryState
            query={query}
            empty={{
              when: ({ items }) => items.length === 0,
              title: show === 'handled' ? 'No reply was read by a person yet' : 'No reply waits to be read',
              hint: 'Clear answers are handled by themselves; what is not clear is asked here.',
            }}
          >
            {(replies) => (
              <>
                <DataTable
                  label="Replies"
                  rows={replies.items}
                  columns={show === 'handled' ? [who, meaning, when] : [who, when]}
                  keyOf={(task) => task.id}
                  nameOf={({ contact }) => contactName(contact)}
                  onOpen={(task) => choose(task.id)}
                  openKey={row?.id ?? null}
                  hasKeys={false}
                />
                <Pager
                  page={page}
                  totalPages={replies.total_pages}
                  totalCount={replies.total_count}
                  noun="replies"
                  onPage={(page) => filters.set({ page })}
                />
              </>
            )}
          </QueryState>
        </section>
        {id !== '' && <ReplyInHand key={id} id={id} onLeft={passOn} onBack={() => choose('')} />}
      </div>
    </Page>
  );
}

interface ReplyInHandProps {
  id: string;
  onLeft: (id: string) => void;
  onBack: () => void;
}

function ReplyInHand({ id, onLeft, onBack }: ReplyInHandProps) {
  const query = useQuery({
    queryKey: ['replies', id],
    queryFn: ({ signal }) => get<ReplyTaskShown>(`/app/api/tasks/${encodeURIComponent(id)}/reply`, {}, signal),
  });
  return (
    <aside className="queue-side" aria-label="The reply in hand">
      <QueryState query={query}>
        {(reply) => <ReplyPanel reply={reply} onDone={() => onLeft(id)} onBack={onBack} />}
      </QueryState>
    </aside>
  );
}
