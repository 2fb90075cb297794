import { Checkbox, Group, Stack, Text } from '@mantine/core';
import { IconBrandLinkedin, IconMail } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { QueryState } from '../shell/query-state.tsx';
import { accountsQuery } from './queries.ts';

interface AccountPickerProps {
  /** null: every connected one that the steps need; the server knows which. */
  chosen: readonly string[] | null;
  onChange: (ids: readonly string[]) => void;
  hint: string;
}

const statusTexts: Readonly<Record<string, string>> = {
  PAUSED: 'Paused',
  RESTING: 'Resting',
  DISCONNECTED: 'Disconnected',
};

/** Which accounts a campaign goes out from. */
export function AccountPicker({ chosen, onChange, hint }: AccountPickerProps) {
  const query = useQuery(accountsQuery);
  return (
    <QueryState
      query={query}
      lines={2}
      empty={{
        when: ({ items }) => items.every(({ status }) => status === 'REMOVED'),
        title: 'No account is connected',
        hint: 'Connect an email or LinkedIn account under Accounts.',
      }}
    >
      {({ items }) => {
        const there = items.filter(({ status }) => status !== 'REMOVED');
        const connected = there.filter(({ status }) => status === 'CONNECTED' || status === 'RESTING');
        const value = chosen ?? connected.map(({ id }) => id);
        return (
          <Checkbox.Group label="Accounts" description={hint} value={[...value]} onChange={onChange}>
            <Stack gap={8} mt={8}>
              {there.map(({ id, channel, address, status }) => (
                <Checkbox
                  key={id}
                  value={id}
                  label={
                    <Group gap={6} wrap="nowrap">
                      {channel === 'email' ? (
                        <IconMail size={15} aria-label="Email" />
                      ) : (
                        <IconBrandLinkedin size={15} aria-label="LinkedIn" />
                      )}
                      {address}
                      {statusTexts[status] && (
                        <Text span size="xs" c="dimmed">
                          {statusTexts[status]}
                        </Text>
                      )}
                    </Group>
                  }
                />
              ))}
            </Stack>
          </Checkbox.Group>
        );
      }}
    </QueryState>
  );
}
