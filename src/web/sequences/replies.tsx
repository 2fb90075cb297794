import { Badge, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReplyShown } from '../../api/shapes/replies.ts';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { ReplyFrame } from '../replies/reply-frame.tsx';
import { Instant } from '../shell/instant.tsx';

const kindNames: Record<ReplyShown['kind'], string> = {
  reply: 'Reply',
  out_of_office: 'Out of office',
  auto_reply: 'Automatic reply',
  bounce: 'Bounce',
  complaint: 'Spam complaint',
  own: 'Own mail',
  unrelated: 'Unrelated',
  unreadable: 'Could not be read here',
};

const intentNames: Record<NonNullable<ReplyShown['intent']>, string> = {
  positive: 'Interested',
  meeting_booked: 'Meeting booked',
  referral: 'Referral',
  negative: 'Not interested',
  neutral: 'Neutral',
  unsubscribe: 'Remove me',
  out_of_office: 'Out of office',
  auto_reply: 'Automatic reply',
  unclear: 'Not clear yet',
};

interface RepliesProps extends Pick<SequenceDetailShown, 'replies'> {
  /** The workspace's unless given. */
  zone?: string;
}

/** What came back, oldest first. */
export const Replies = ({ replies, zone }: RepliesProps) => (
  <ol className="sequence-replies" aria-label="Replies">
    {replies.map((reply) => (
      <Reply key={reply.id} reply={reply} zone={zone} />
    ))}
  </ol>
);

function Reply({ reply, zone }: { reply: ReplyShown; zone: string | undefined }) {
  const { id, kind, from, subject, text, has_html, intent, received_at } = reply;
  const [isHtml, setHtml] = useState(text === '' && has_html);
  return (
    <li>
      <Group gap={8} mb={4}>
        <Text size="sm" fw={550}>
          {from ?? 'The contact'}
        </Text>
        <Text size="xs" c="dimmed">
          <Instant at={received_at} zone={zone} inline />
        </Text>
        {[...new Set([kindNames[kind], intent && intentNames[intent]])].map(
          (label) =>
            label && (
              <Badge key={label} size="sm" variant="default" tt="none" radius="sm">
                {label}
              </Badge>
            ),
        )}
      </Group>
      {subject && (
        <Text size="sm" fw={550} className="copy-text">
          {subject}
        </Text>
      )}
      {isHtml ? (
        <ReplyFrame id={id} title={`Reply of ${from ?? 'the contact'}`} />
      ) : (
        <Text size="sm" className="copy-text">
          {text || 'No text'}
        </Text>
      )}
      {has_html && text !== '' && (
        <Button variant="subtle" size="compact-xs" mt={6} onClick={() => setHtml(!isHtml)}>
          {isHtml ? 'Show as text' : 'Show as it was written'}
        </Button>
      )}
    </li>
  );
}
