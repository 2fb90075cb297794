import { Group, Text } from '@mantine/core';
import { IconPlayerTrackNext } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ClockShown, Forwarded } from '../../api/shapes/forward.ts';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { SECOND_MS } from '../../domain/durations.ts';
import { get, post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { counted } from '../shell/counted.ts';
import { useViewer } from '../shell/viewer.ts';
import { instantIn } from '../shell/zoned-time.ts';

/** Answers print whole seconds; the step's own instant may lie some milliseconds later. */

/** Moves the clock of the whole installation to the next step, and says what else that moves. Embedded runtime only. */
export function FastForward({ sequence: { next, timezone, holds } }: { sequence: SequenceDetailShown }) {
  const { runtime } = useViewer();
  const isOffered = runtime.embedded && next !== null;
  const clock = useQuery({
    queryKey: ['sequences', 'dev', 'clock', next?.at ?? null],
    queryFn: ({ signal }) => get<ClockShown>('/app/api/dev/clock', { to: next?.at }, signal),
    enabled: isOffered,
  });
  const forward = useAction({
    act: (to: string) => post<Forwarded>('/dev/forward', { to }),
    done: ({ from, to }) => `It is ${instantIn(Date.parse(to), timezone, Date.parse(from))} now.`,
    touches: ['session', 'sequences', 'campaigns', 'tasks', 'replies', 'accounts', 'contacts', 'leads', 'counts'],
  });
  if (!isOffered) return null;
  const { data } = clock;
  const at = next.at === null ? null : Date.parse(next.at) + SECOND_MS;
  const now = data ? Date.parse(data.now) : null;
  const why = whyNot({ next, holds }, at, now);
  const go = () => at !== null && void forward.run(new Date(at).toISOString());
  return (
    <Group gap="sm" mt="sm">
      <ActionButton
        size="xs"
        variant="default"
        leftSection={<IconPlayerTrackNext size={15} aria-hidden />}
        scope="sequences:write"
        why={why}
        isBusy={forward.isBusy}
        onClick={go}
      >
        Fast-forward to this step
      </ActionButton>
      <Text size="xs" c="dimmed">
        {why !== null || !data || now === null || at === null
          ? why
          : `Moves ${counted(data.sequences, 'sequence')} to ${instantIn(at, timezone, now)}.`}
      </Text>
    </Group>
  );
}

type Facts = Pick<SequenceDetailShown, 'holds'> & { next: NonNullable<SequenceDetailShown['next']> };

/** Moving the clock would not bring the step about; null: it would. */
function whyNot({ next, holds }: Facts, at: number | null, now: number | null): string | null {
  if (next.why === 'waiting_for_task') return 'Waiting for a task';
  if (at === null) return next.why === 'held' || holds.length > 0 ? 'Held' : 'It is being handled';
  if (holds.some(({ until }) => until === null)) return 'Held';
  return now !== null && at <= now ? 'It is due now' : null;
}
