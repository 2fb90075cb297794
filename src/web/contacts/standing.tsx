import { Badge } from '@mantine/core';
import { IconBan } from '@tabler/icons-react';
import type { ContactItem } from '../../api/shapes/contact-details.ts';
import { useNow } from '../shell/clock.ts';
import { HoldBadge } from '../shell/status-badge.tsx';
import { useViewer } from '../shell/viewer.ts';
import { dayIn } from '../shell/zoned-time.ts';

/** What keeps everybody from writing to them, whatever the campaign. */
export function ContactStanding({ contact: { is_suppressed, away_until } }: { contact: ContactItem }) {
  const { workspace } = useViewer();
  const now = useNow();
  const away = away_until === null ? null : Date.parse(away_until);
  return (
    <>
      {is_suppressed && (
        <Badge className="hold" leftSection={<IconBan size={13} aria-hidden />} tt="none" radius="sm">
          Never contact
        </Badge>
      )}
      {away !== null && away > now && <HoldBadge text={`Out of office until ${dayIn(away, workspace.zone, now)}`} />}
    </>
  );
}
