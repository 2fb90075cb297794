import { Button, Group, NumberInput, Popover, Stack, Text } from '@mantine/core';
import { IconPlayerTrackNext } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClockShown, Forwarded } from '../../api/shapes/forward.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { useViewer } from '../shell/viewer.ts';
import { instantIn } from '../shell/zoned-time.ts';

const MOST_DAYS = 366;

/** Moves the clock of the whole installation, and says before what that moves. */
export function FastForward() {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={320} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerTrackNext size={16} aria-hidden />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          Fast-forward
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Fast-forward">
        {isOpen && <Choices onDone={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Choices({ onDone }: { onDone: () => void }) {
  const { workspace } = useViewer();
  const [days, setDays] = useState(1);
  const clock = useQuery({
    queryKey: ['sequences', 'dev', 'clock'],
    queryFn: ({ signal }) => get<ClockShown>('/app/api/dev/clock', {}, signal),
  });
  const forward = useAction({
    act: (body: { to_next: true } | { duration: string }) => post<Forwarded>('/dev/forward', body),
    done: ({ from, to }) => (from === to ? 'Nothing lies ahead.' : `It is ${when(to, from)} now.`),
    touches: ['session', 'sequences', 'campaigns', 'tasks', 'replies', 'accounts', 'contacts', 'leads', 'counts'],
    after: onDone,
  });
  const { data } = clock;
  const when = (at: string, now: string) => instantIn(Date.parse(at), workspace.zone, Date.parse(now));
  const moves = (to: string | null): string => {
    if (!data) return 'Looking at the clock …';
    return to === null
      ? 'Nothing is planned.'
      : `Moves ${counted(data.sequences, 'sequence')} to ${when(to, data.now)}.`;
  };
  const later = data ? new Date(Date.parse(data.now) + days * DAY_MS).toISOString() : null;
  const scope = 'sequences:write';
  return (
    <Stack gap="md">
      <Text size="xs" c="dimmed">
        The clock of the whole installation, never back.{data && ` It is ${when(data.now, data.now)}.`}
      </Text>
      <div>
        <ActionButton
          fullWidth
          scope={scope}
          why={data?.next_at === null && 'Nothing is planned: nothing acts by itself'}
          isBusy={forward.isBusy}
          onClick={() => void forward.run({ to_next: true })}
        >
          To the next step
        </ActionButton>
        <Text size="xs" mt={4}>
          {moves(data?.next_at ?? null)}
        </Text>
      </div>
      <div>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <NumberInput
            label="Days"
            w={90}
            min={1}
            max={MOST_DAYS}
            clampBehavior="strict"
            allowDecimal={false}
            value={days}
            onChange={(value) => setDays(Math.max(1, Number(value)))}
          />
          <ActionButton
            flex={1}
            variant="default"
            scope={scope}
            isBusy={forward.isBusy}
            onClick={() => void forward.run({ duration: `${days}d` })}
          >
            {`By ${counted(days, 'day')}`}
          </ActionButton>
        </Group>
        <Text size="xs" mt={4}>
          {moves(later)}
        </Text>
      </div>
    </Stack>
  );
}
