import { Button, Group, Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AuditLineShown, AuditPage } from '../../api/shapes/audit.ts';
import type { MemberList } from '../../api/shapes/members.ts';
import { get } from '../client.ts';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { aNumber, aText, oneOf, useFilters } from '../shell/search-params.ts';
import { actorOf, sentenceOf } from './audit-sentences.ts';
import './settings.css';
import { type AuditGroup, auditGroups } from '../../domain/audit.ts';

const groupNames: Record<AuditGroup, string> = {
  templates: 'Templates',
  campaigns: 'Campaigns',
  leads: 'Leads',
  sequences: 'Sequences',
  tasks: 'Tasks',
  replies: 'Replies and bounces',
  contacts: 'Contacts',
  accounts: 'Accounts',
  settings: 'Settings',
  access: 'Access',
};
/** `before` goes back in time: the last line of the page before. 0: from now on. */
const readers = { about: oneOf(auditGroups), by: aText(), before: aNumber(0) };

/** Who did what and when, the newest first. */
export function AuditLog() {
  const filters = useFilters(readers);
  const { about, by, before } = filters.values;
  const query = useQuery({
    queryKey: ['audit', about, by, before],
    queryFn: ({ signal }) =>
      get<AuditPage>('/app/api/audit', { about, member_id: by, before: before || null, size: 50 }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Audit" description="Who did what and when. Names are as they are today.">
      <AuditFilters about={about} by={by} onChange={(change) => filters.set({ ...change, before: 0 })} />
      <QueryState query={query} noMatch={{ when: ({ items }) => items.length === 0, onClear: filters.clear }}>
        {({ items, has_more }) => (
          <>
            <ul className="audit" aria-label="Events">
              {items.map((line) => (
                <AuditLine key={line.id} line={line} />
              ))}
            </ul>
            <Group mt="md" gap="xs" component="nav" aria-label="Pages of events">
              {before !== 0 && (
                <Button variant="default" size="xs" onClick={() => filters.set({ before: 0 })}>
                  Newest
                </Button>
              )}
              {has_more && (
                <Button variant="default" size="xs" onClick={() => filters.set({ before: items.at(-1)?.ordinal ?? 0 })}>
                  Older
                </Button>
              )}
            </Group>
          </>
        )}
      </QueryState>
    </Page>
  );
}

interface AuditFiltersProps {
  about: AuditGroup | '';
  by: string;
  onChange: (change: { about?: AuditGroup | ''; by?: string }) => void;
}

function AuditFilters({ about, by, onChange }: AuditFiltersProps) {
  const { data } = useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => get<MemberList>('/app/api/members', {}, signal),
  });
  const members = data?.items ?? [];
  return (
    <div className="toolbar">
      <Select
        aria-label="About"
        w={200}
        data={[
          { value: '', label: 'About everything' },
          ...auditGroups.map((value) => ({ value, label: groupNames[value] })),
        ]}
        value={about}
        onChange={(value) => onChange({ about: auditGroups.find((group) => group === value) ?? '' })}
      />
      <Select
        aria-label="By"
        w={200}
        data={[{ value: '', label: 'By anybody' }, ...members.map(({ id, name }) => ({ value: id, label: name }))]}
        value={members.some(({ id }) => id === by) ? by : ''}
        onChange={(value) => onChange({ by: value ?? '' })}
      />
    </div>
  );
}

function AuditLine({ line }: { line: AuditLineShown }) {
  return (
    <li>
      <Instant at={line.at} inline />
      <Text size="sm" component="div">
        <strong>{actorOf(line)}</strong> {sentenceOf(line)}
        {line.sequence_id !== null && (
          <>
            {' · '}
            <Link to="." search={(search) => ({ ...search, sequence: line.sequence_id ?? undefined })}>
              Sequence
            </Link>
          </>
        )}
      </Text>
    </li>
  );
}
