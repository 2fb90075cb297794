import { Alert, Badge, Group, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconAt, IconBrandLinkedin } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { AccountShown } from '../../api/shapes/accounts.ts';
import { Instant } from '../shell/instant.tsx';
import { AccountActions } from './actions.tsx';
import { addressOf, needsSomebody, statusNames, useNames } from './words.ts';

/** One account: health, what is wrong, and how much of its limits is used. */
export function AccountCard({ account, onEdit }: { account: AccountShown; onEdit: () => void }) {
  const { id, channel, status, owner, banner, use } = account;
  const Icon = channel === 'email' ? IconAt : IconBrandLinkedin;
  const name = addressOf(account);
  return (
    <li className="account" aria-labelledby={`account-${id}`}>
      <Group justify="space-between" align="flex-start" gap="md">
        <Group gap={10} wrap="nowrap" align="flex-start" className="account-who">
          <Icon size={20} stroke={1.6} aria-hidden />
          <div>
            <Group gap={8}>
              <Title order={2} size="h3" id={`account-${id}`} className="long-word">
                {name}
              </Title>
              <Badge className="account-status" data-status={status} tt="none" radius="sm">
                {statusNames[status]}
              </Badge>
            </Group>
            <Text size="xs" c="dimmed">
              {owner.name}
            </Text>
          </div>
        </Group>
        <AccountActions account={account} onEdit={onEdit} />
      </Group>
      {banner !== null && (
        <Alert
          mt="sm"
          p="xs"
          color={needsSomebody(account) ? 'red' : 'yellow'}
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          className="account-banner"
          data-alarm={needsSomebody(account) || undefined}
        >
          {banner.charAt(0).toUpperCase() + banner.slice(1)}
        </Alert>
      )}
      <dl className="account-figures">
        {use.map((text, at) => (
          <Figure key={useNames[channel][at]} name={useNames[channel][at] ?? 'Use'} value={text} />
        ))}
        <Figures account={account} />
      </dl>
    </li>
  );
}

function Figures({ account }: { account: AccountShown }) {
  const { resting_until, disconnected_at, inbox, last_7_days: week, channel, timezone } = account;
  return (
    <>
      {resting_until !== null && (
        <Figure name="Resting until" value={<Instant at={resting_until} zone={timezone} inline relative />} />
      )}
      {disconnected_at !== null && (
        <Figure name="Disconnected since" value={<Instant at={disconnected_at} zone={timezone} inline relative />} />
      )}
      {channel === 'email' && (
        <Figure
          name="Last 7 days"
          value={`${week.sent} sent, ${week.hard_bounces} bounced, ${week.complaints} marked as spam`}
        />
      )}
      {inbox && (
        <Figure
          name="Inbox"
          value={
            inbox.failing_since === null
              ? inbox.read_at === null
                ? 'Not read yet'
                : 'Replies are read'
              : 'Cannot be read'
          }
        />
      )}
    </>
  );
}

const Figure = ({ name, value }: { name: string; value: ReactNode }) => (
  <div>
    <Text component="dt" size="xs" c="dimmed">
      {name}
    </Text>
    <Text component="dd" size="sm">
      {value}
    </Text>
  </div>
);
