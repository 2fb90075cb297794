import { Badge, NavLink, Stack } from '@mantine/core';
import {
  IconAddressBook,
  IconAt,
  IconChecklist,
  IconMessageReply,
  type IconProps,
  IconSettings,
  IconSpeakerphone,
  IconTemplate,
} from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { Counts } from '../../api/shapes/session.ts';
import { useCounts } from './viewer.ts';

interface Entry {
  label: string;
  to: LinkProps['to'];
  icon: ComponentType<IconProps>;
  /** The number beside it, and what it counts. */
  waiting?: { of: (counts: Counts) => number; noun: string; isAlarm?: boolean };
}

const entries: readonly Entry[] = [
  { label: 'Sequence Templates', to: '/templates', icon: IconTemplate },
  { label: 'Campaigns', to: '/campaigns', icon: IconSpeakerphone },
  { label: 'Contacts', to: '/contacts', icon: IconAddressBook },
  { label: 'Tasks', to: '/tasks', icon: IconChecklist, waiting: { of: ({ tasks }) => tasks, noun: 'open tasks' } },
  {
    label: 'Replies',
    to: '/replies',
    icon: IconMessageReply,
    waiting: { of: ({ replies }) => replies, noun: 'replies to read' },
  },
  {
    label: 'Accounts',
    to: '/accounts',
    icon: IconAt,
    waiting: { of: ({ accounts_in_trouble }) => accounts_in_trouble, noun: 'accounts in trouble', isAlarm: true },
  },
  { label: 'Settings', to: '/settings/workspace', icon: IconSettings },
];

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const counts = useCounts();
  return (
    <Stack gap={2} component="nav" aria-label="Main">
      {entries.map(({ label, to, icon: Icon, waiting }) => {
        const count = counts && waiting ? waiting.of(counts) : 0;
        return (
          <NavLink
            key={label}
            className="nav-link"
            label={label}
            leftSection={<Icon size={17} stroke={1.7} aria-hidden />}
            rightSection={
              count > 0 && waiting ? (
                <Badge size="sm" variant="light" color={waiting.isAlarm ? 'red' : 'gray'} className="nav-count">
                  {count}
                  <span className="visually-hidden"> {waiting.noun}</span>
                </Badge>
              ) : null
            }
            onClick={onNavigate}
            renderRoot={(props) => <Link to={to} {...props} activeProps={{ 'data-active': true }} />}
          />
        );
      })}
    </Stack>
  );
}
