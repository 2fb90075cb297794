import { Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TokenList, TokenShown } from '../../api/shapes/members.ts';
import { scopes as everyScope } from '../../domain/scope.ts';
import { del, get } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { confirm } from '../shell/dialog.tsx';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { NewToken } from './new-token.tsx';
import './settings.css';

const columns: readonly Column<TokenShown>[] = [
  {
    key: 'name',
    header: 'Name',
    isTitle: true,
    cell: ({ name, shown, is_own }) => (
      <div>
        {name}
        {is_own && ' (yours, now)'}
        <Text size="xs" c="dimmed" ff="monospace">
          {shown}
        </Text>
      </div>
    ),
  },
  { key: 'whose', header: 'Belongs to', cell: ({ member }) => member?.name ?? 'A service' },
  {
    key: 'scopes',
    header: 'May',
    cell: ({ scopes }) => (
      <Text size="xs" title={scopes.join('\n')}>
        {scopes.length === everyScope.length ? 'Everything' : scopes.join(', ')}
      </Text>
    ),
  },
  {
    key: 'used',
    header: 'Last used',
    cell: ({ last_used_at }) => (last_used_at === null ? 'Never' : <Instant at={last_used_at} inline />),
  },
  {
    key: 'expires',
    header: 'Expires',
    cell: ({ expires_at }) => (expires_at === null ? 'Never' : <Instant at={expires_at} inline />),
  },
  { key: 'do', header: '', align: 'right', cell: (token) => <Revoke token={token} /> },
];

/** Who may come in, and what they may do. */
export function TokenSettings() {
  const [isMaking, setMaking] = useState(false);
  const query = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => get<TokenList>('/app/api/tokens', {}, signal),
  });
  return (
    <Page
      title="Tokens"
      description="A member signs in with theirs; programs call the API with them."
      actions={
        <ActionButton
          scope="settings:write"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setMaking(true)}
        >
          New token
        </ActionButton>
      }
    >
      <QueryState query={query}>
        {({ items }) => (
          <DataTable label="Tokens" rows={items} columns={columns} keyOf={({ id }) => id} nameOf={({ name }) => name} />
        )}
      </QueryState>
      {isMaking && <NewToken onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Revoke({ token }: { token: TokenShown }) {
  const { id, name, member, is_own } = token;
  const revoke = useAction({
    act: () => del(`/app/api/tokens/${id}`),
    done: () => `Revoked “${name}”.`,
    touches: is_own ? ['session'] : ['tokens'],
  });
  const ask = () =>
    confirm({
      title: `Revoke “${name}”?`,
      body: is_own
        ? 'You are signed in with it: you are signed out at once. No undo.'
        : `${member === null ? 'Programs that use it' : `${member.name} is signed out where they used it, and programs with it`} are refused from now on. No undo.`,
      verb: 'Revoke',
      isDangerous: true,
    });
  return (
    <IconAction
      label={`Revoke “${name}”`}
      scope="settings:write"
      isBusy={revoke.isBusy}
      onClick={() => void ask().then((yes) => (yes ? revoke.run() : undefined))}
    >
      <IconTrash size={16} aria-hidden />
    </IconAction>
  );
}
