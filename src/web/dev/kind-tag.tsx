import { Badge } from '@mantine/core';
import type { DevMailShown } from '../../api/shapes/dev.ts';

const names: Readonly<Record<string, string>> = {
  reply: 'Reply',
  outOfOffice: 'Out of office',
  bounce: 'Bounce',
  complaint: 'Spam complaint',
};

/** What came back; nothing for what was sent: that is the rule here. */
export const KindTag = ({ mail: { kind } }: { mail: DevMailShown }) =>
  kind === null ? null : (
    <Badge variant="default" tt="none" radius="sm">
      {names[kind] ?? 'Received'}
    </Badge>
  );
