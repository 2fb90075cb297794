import { Group, Text } from '@mantine/core';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { Instant } from '../shell/instant.tsx';
import { HoldBadge, StatusBadge } from '../shell/status-badge.tsx';
import { FastForward } from './fast-forward.tsx';
import { capitalised, kindNames } from './words.ts';

/** Status, holds, what comes next, and why not sooner. */
export function Standing({ sequence }: { sequence: SequenceDetailShown }) {
  const { status, end_reason, holds, next, timezone, ended_at, steps_finished, step_count } = sequence;
  return (
    <div>
      <StatusBadge status={status} reason={end_reason} explained />
      {holds.length > 0 && (
        <Group gap={6} mt={6}>
          {holds.map(({ kind, text }) => (
            <HoldBadge key={kind} text={capitalised(text)} />
          ))}
        </Group>
      )}
      <dl className="sequence-facts">
        {next && (
          <>
            <dt>Next</dt>
            <dd>
              <Text size="sm" fw={550} component="span">
                Step {next.number} of {step_count}: {next.name}
              </Text>
              {next.name !== kindNames[next.kind] && (
                <Text size="sm" c="dimmed" component="span">
                  {` ${kindNames[next.kind]}`}
                </Text>
              )}
              {next.at !== null && (
                <Text size="sm" component="div">
                  <Instant at={next.at} zone={timezone} relative />
                </Text>
              )}
            </dd>
            <dt>Why not sooner</dt>
            <dd>{capitalised(next.text)}</dd>
          </>
        )}
        {ended_at !== null && (
          <>
            <dt>Ended</dt>
            <dd>
              <Instant at={ended_at} zone={timezone} relative />
              <Text size="sm" c="dimmed">
                {steps_finished} of {step_count} steps were done
              </Text>
            </dd>
          </>
        )}
      </dl>
      <FastForward sequence={sequence} />
    </div>
  );
}
