import { Button, Menu } from '@mantine/core';
import { IconAt, IconBrandLinkedin, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountPage, AccountShown } from '../../api/shapes/accounts.ts';
import { get } from '../client.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { Page } from '../shell/page.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { useLacking } from '../shell/viewer.ts';
import { AccountCard } from './card.tsx';
import './accounts.css';
import { ConnectEmail } from './connect-email.tsx';
import { ConnectLinkedIn } from './connect-linkedin.tsx';
import { EditAccount } from './edit.tsx';

type Open = { kind: 'email' } | { kind: 'linkedin' } | { kind: 'edit'; account: AccountShown };

/** The accounts that campaigns write from: how each fares, and what is to be done about it. */
export function AccountList() {
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const query = useQuery({
    queryKey: ['accounts', 'list'],
    queryFn: ({ signal }) => get<AccountPage>('/v1/accounts', { size: 100 }, signal),
  });
  const connect = <ConnectMenu onChoose={(kind) => setOpen({ kind })} />;
  return (
    <Page title="Accounts" description="Campaigns write from these, within their limits." actions={connect}>
      <QueryState
        query={query}
        empty={{
          when: ({ items }) => items.length === 0,
          title: 'No account is connected',
          hint: 'Connect an email account, so that campaigns can write from it and replies are read.',
          action: connect,
        }}
      >
        {({ items }) => (
          <ul className="accounts" aria-label="Accounts">
            {items.map((account) => (
              <AccountCard key={account.id} account={account} onEdit={() => setOpen({ kind: 'edit', account })} />
            ))}
          </ul>
        )}
      </QueryState>
      {open?.kind === 'email' && <ConnectEmail onClose={close} />}
      {open?.kind === 'linkedin' && <ConnectLinkedIn onClose={close} />}
      {open?.kind === 'edit' && <EditAccount account={open.account} onClose={close} />}
    </Page>
  );
}

function ConnectMenu({ onChoose }: { onChoose: (kind: 'email' | 'linkedin') => void }) {
  const lacking = useLacking('accounts:write');
  if (lacking !== null)
    return (
      <ActionButton scope="accounts:write" leftSection={<IconPlus size={16} aria-hidden />}>
        Connect
      </ActionButton>
    );
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button leftSection={<IconPlus size={16} aria-hidden />}>Connect</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconAt size={16} aria-hidden />} onClick={() => onChoose('email')}>
          Email account
        </Menu.Item>
        <Menu.Item leftSection={<IconBrandLinkedin size={16} aria-hidden />} onClick={() => onChoose('linkedin')}>
          LinkedIn account
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
