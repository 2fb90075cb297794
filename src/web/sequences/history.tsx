import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { EventShown } from '../../api/shapes/events.ts';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { Instant } from '../shell/instant.tsx';
import { useViewer } from '../shell/viewer.ts';
import { happened } from './happened.ts';

const FIRST = 8;

/** What happened, the newest first. */
export function History({ sequence: { timeline, timezone } }: { sequence: SequenceDetailShown }) {
  const [isWhole, setWhole] = useState(false);
  const newest = timeline.toReversed();
  const shown = isWhole ? newest : newest.slice(0, FIRST);
  return (
    <>
      <ol className="sequence-history" aria-label="History">
        {shown.map((event) => (
          <li key={event.id}>
            <Instant at={event.at} zone={timezone} inline />
            <span>
              {happened(event, timezone)}
              <Actor event={event} />
            </span>
          </li>
        ))}
      </ol>
      {newest.length > shown.length && (
        <Button variant="subtle" size="compact-sm" mt={6} onClick={() => setWhole(true)}>
          Show all {newest.length}
        </Button>
      )}
    </>
  );
}

/** A person's deeds name the person as far as the viewer needs it: themselves, or somebody else. */
function Actor({ event: { actor } }: { event: EventShown }) {
  const { member } = useViewer();
  const who =
    actor === `member:${member.id}`
      ? 'you'
      : actor.startsWith('member:')
        ? 'a colleague'
        : actor.startsWith('token:')
          ? 'a program'
          : null;
  if (who === null) return null;
  return (
    <Text span c="dimmed">
      {' · '}
      {who}
    </Text>
  );
}
