import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { CampaignFiguresShown } from '../../api/shapes/campaigns.ts';
import type { HoldUp } from '../../domain/hold-up.ts';

export const holdUpNames: Record<HoldUp, string> = {
  campaign_ended: 'Campaign ended',
  campaign_paused: 'Campaign paused',
  switched_off: 'Sending is switched off',
  account_paused: 'Account paused',
  suppressed: 'Contact suppressed',
  account_unavailable: 'Account cannot send any more',
  account_disconnected: 'Account disconnected',
  account_resting: 'Account rests',
  out_of_office: 'Out of office',
  writing: 'Copy is being written',
  delay: 'Waiting for the day of the next step',
  sending_window: 'Outside the sending hours',
  holiday: 'Holiday',
  account_cap: 'Account has reached its limit',
  account_gap: 'Account spaces its messages',
  waiting_for_task: 'Waiting for a task',
  waiting_for_connection: 'Connection not accepted yet',
  provider_retry: 'A passing refusal, tried again',
  confirming: 'Finding out whether it was sent',
  inbox_stale: 'Inbox not read for replies',
  held: 'Was held, about to go on',
};

/** Why open sequences wait, counted; each opens the sequences it counts. */
export function HoldUps({ id, holdUps }: { id: string; holdUps: CampaignFiguresShown['hold_ups'] }) {
  const all = holdUps.reduce((sum, { count }) => sum + count, 0);
  if (all === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing: no sequence is open.
      </Text>
    );
  return (
    <ul className="hold-ups">
      {holdUps.map(({ hold_up: holdUp, count }) => (
        <li key={holdUp}>
          <Link to="/campaigns/$id/sequences" params={{ id }} search={{ waits: holdUp }} className="hold-up">
            <span>{holdUpNames[holdUp]}</span>
            <span className="hold-up-count">{count.toLocaleString('en')}</span>
            <span className="hold-up-bar" aria-hidden>
              <span style={{ width: `${(100 * count) / all}%` }} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
