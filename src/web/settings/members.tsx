import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { MemberList, MemberShown } from '../../api/shapes/members.ts';
import { get } from '../client.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { useViewer } from '../shell/viewer.ts';
import { AddMember } from './add-member.tsx';
import { RemoveMember } from './remove-member.tsx';

/** Who is in the workspace. */
export function MemberSettings() {
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<MemberShown | null>(null);
  const { member: viewer } = useViewer();
  const query = useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => get<MemberList>('/app/api/members', {}, signal),
  });
  const items = query.data?.items ?? [];
  return (
    <Page
      title="Members"
      actions={
        <ActionButton
          scope="settings:write"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          Add member
        </ActionButton>
      }
    >
      <QueryState query={query}>
        {() => (
          <DataTable
            label="Members"
            rows={items}
            keyOf={({ id }) => id}
            nameOf={({ name }) => name}
            columns={[
              {
                key: 'name',
                header: 'Name',
                isTitle: true,
                cell: ({ id, name }) => (id === viewer.id ? `${name} (you)` : name),
              },
              { key: 'email', header: 'Email', cell: ({ email }) => email },
              { key: 'since', header: 'Member since', cell: ({ created_at }) => <Instant at={created_at} inline /> },
              {
                key: 'do',
                header: '',
                align: 'right',
                cell: (member) => (
                  <IconAction
                    label={`Remove ${member.name}`}
                    scope="settings:write"
                    why={member.id === viewer.id && 'Nobody removes themselves: ask another member'}
                    onClick={() => setLeaving(member)}
                  >
                    <IconTrash size={16} aria-hidden />
                  </IconAction>
                ),
              },
            ]}
          />
        )}
      </QueryState>
      {isAdding && <AddMember onClose={() => setAdding(false)} />}
      {leaving && (
        <RemoveMember
          member={leaving}
          others={items.filter(({ id }) => id !== leaving.id)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Page>
  );
}
