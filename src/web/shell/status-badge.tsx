import { Badge, Group, Text, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconFlagCheck,
  IconHourglass,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  type IconProps,
  IconTrophy,
  IconUserQuestion,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { EndReason, SequenceStatus } from '../../domain/sequence.ts';
import { statusNames } from '../../domain/sequence.ts';

interface Look {
  icon: ComponentType<IconProps>;
  /** What the status means, in a line. */
  line: string;
}

/** The colours of each are in shell.css, light and dark; every pair has 5.4:1 or more. */
const statusLooks: Record<SequenceStatus, Look> = {
  ACTIVE: { icon: IconPlayerPlay, line: 'Steps are being sent on schedule.' },
  WAITING_FOR_USER: { icon: IconUserQuestion, line: 'A task needs a person before anything more is sent.' },
  WAITING_FOR_LEAD: {
    icon: IconHourglass,
    line: 'Waiting for the contact: a connection to be accepted, or their return.',
  },
  SUCCEEDED: { icon: IconTrophy, line: 'Replied with interest, booked a meeting or gave a referral.' },
  COMPLETED: { icon: IconFlagCheck, line: 'All steps are done, without a positive reply.' },
  STOPPED_EARLY: { icon: IconPlayerStop, line: 'Ended before all steps were done.' },
  FAILED: { icon: IconAlertTriangle, line: 'Ended by a bounce, unsubscribe, lost account or other error.' },
};

export const endReasonNames: Record<EndReason, string> = {
  positive_reply: 'interested reply',
  meeting_booked: 'meeting booked',
  referral: 'referral',
  no_more_steps: 'no more steps',
  stopped_by_user: 'stopped by a member',
  negative_reply: 'not interested',
  neutral_reply: 'neutral reply',
  campaign_ended: 'campaign ended',
  template_archived: 'template archived',
  lead_removed: 'lead removed',
  suppressed: 'suppressed',
  contact_erased: 'contact erased',
  hard_bounce: 'hard bounce',
  unsubscribed: 'unsubscribed',
  complained: 'marked as spam',
  account_unavailable: 'account unavailable',
  invalid_content: 'invalid content',
  rejected_by_policy: 'rejected by the receiver',
  delivery_failed: 'delivery failed',
  internal_error: 'internal error',
};

export interface StatusBadgeProps {
  status: SequenceStatus;
  reason?: EndReason | null | undefined;
  /** With the line that explains it, below. */
  explained?: boolean;
}

/** A sequence's status: icon and label always, the end reason after it. */
export function StatusBadge({ status, reason = null, explained = false }: StatusBadgeProps) {
  const { icon: Icon, line } = statusLooks[status];
  const badge = (
    <Badge className="status" data-status={status} leftSection={<Icon size={13} aria-hidden />} tt="none" radius="sm">
      {statusNames[status]}
      {reason && <span className="status-reason"> · {endReasonNames[reason]}</span>}
    </Badge>
  );
  if (!explained) return <Tooltip label={line}>{badge}</Tooltip>;
  return (
    <Group gap="xs" wrap="wrap">
      {badge}
      <Text size="sm" c="dimmed">
        {line}
      </Text>
    </Group>
  );
}

/** What keeps a sequence still beside its status: the server's words, "Out of office until 3 Dec". */
export const HoldBadge = ({ text }: { text: string }) => (
  <Badge className="hold" leftSection={<IconPlayerPause size={13} aria-hidden />} tt="none" radius="sm">
    {text}
  </Badge>
);
