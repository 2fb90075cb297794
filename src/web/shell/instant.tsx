import { Text } from '@mantine/core';
import { useNow } from './clock.ts';
import { useViewer } from './viewer.ts';
import { distance, forViewer, instantIn, viewerZone } from './zoned-time.ts';

export interface InstantProps {
  /** As the API prints it, or epoch ms. */
  at: string | number | null;
  /** Where it counts: the template's or the account's zone; the workspace's unless given. */
  zone?: string | undefined;
  /** In one line, without the viewer's own clock; it is in the tooltip then. */
  inline?: boolean;
  /** Beside it "in 3 days", by the installation's clock. */
  relative?: boolean;
}

/** "Tue 24 Nov, 09:00 New York"; below it the viewer's own time where that differs. */
export function Instant({ at, zone, inline = false, relative = false }: InstantProps) {
  const { workspace } = useViewer();
  const now = useNow();
  if (at === null)
    return (
      <Text component="span" c="dimmed" inherit>
        –
      </Text>
    );
  const ms = typeof at === 'number' ? at : Date.parse(at);
  const there = zone ?? workspace.zone;
  const here = forViewer(ms, there, viewerZone(), now);
  const text = `${instantIn(ms, there, now)}${relative ? ` (${distance(ms, now)})` : ''}`;
  return (
    <time dateTime={new Date(ms).toISOString()} title={inline ? (here ?? undefined) : undefined} className="instant">
      {text}
      {!inline && here !== null && (
        <Text component="span" size="xs" c="dimmed" display="block">
          {here}
        </Text>
      )}
    </time>
  );
}
