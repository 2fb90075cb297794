import { Badge, Button, Group, Text } from '@mantine/core';
import { IconBrandLinkedin, IconMail } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ContactMessageShown } from '../../api/shapes/contact-details.ts';
import { Instant } from '../shell/instant.tsx';

type Sent = Extract<ContactMessageShown, { direction: 'sent' }>;
type Received = Extract<ContactMessageShown, { direction: 'received' }>;

const fates: Record<Sent['state'], string | null> = {
  CLAIMED: null,
  RELEASED: 'Not sent',
  DATA_STARTED: 'On its way',
  SENT: null,
  REJECTED: 'Refused',
  UNCONFIRMED: 'Unconfirmed',
};
const reports: Record<NonNullable<Sent['bounce']>, string> = {
  soft: 'Soft bounce',
  hard: 'Bounced',
  complaint: 'Marked as spam',
};
const kinds: Record<Received['kind'], string | null> = {
  reply: null,
  out_of_office: 'Out of office',
  auto_reply: 'Automatic reply',
  bounce: 'Bounce',
  complaint: 'Spam complaint',
  own: null,
  unrelated: null,
  unreadable: 'Unreadable',
};
const intents: Record<NonNullable<Received['intent']>, string> = {
  positive: 'Interested',
  meeting_booked: 'Meeting booked',
  referral: 'Referral',
  negative: 'Not interested',
  neutral: 'Neutral',
  unsubscribe: 'Remove me',
  out_of_office: 'Out of office',
  auto_reply: 'Automatic reply',
  unclear: 'Unclear',
};

/** The newest first; ours to one side, theirs to the other. */
export const Messages = ({ messages, name }: { messages: readonly ContactMessageShown[]; name: string }) => (
  <ol className="messages" aria-label={`Messages with ${name}`}>
    {messages.map((message) => (
      <li key={`${message.direction} ${message.at} ${message.sequence_id}`} data-direction={message.direction}>
        <MessageHead message={message} name={name} />
        {message.subject !== null && message.subject !== '' && (
          <Text size="sm" fw={550}>
            {message.subject}
          </Text>
        )}
        <Words text={message.text} />
      </li>
    ))}
  </ol>
);

function MessageHead({ message, name }: { message: ContactMessageShown; name: string }) {
  const Icon = message.channel === 'email' ? IconMail : IconBrandLinkedin;
  return (
    <Group gap={8} mb={4} wrap="wrap">
      <Icon size={15} aria-label={message.channel === 'email' ? 'Email' : 'LinkedIn'} />
      <Text size="sm" fw={550}>
        {message.direction === 'sent' ? message.account : name}
      </Text>
      <Text size="xs" c="dimmed">
        <Instant at={message.at} inline />
        {message.direction === 'sent' && ` · step ${message.step.number}`} ·{' '}
        <Link to="." search={(before) => ({ ...before, sequence: message.sequence_id })}>
          {message.campaign.name}
        </Link>
      </Text>
      {labelsOf(message).map((label) => (
        <Badge key={label} size="sm" variant="default" tt="none" radius="sm">
          {label}
        </Badge>
      ))}
    </Group>
  );
}

function labelsOf(message: ContactMessageShown): string[] {
  const labels =
    message.direction === 'sent'
      ? [fates[message.state], message.bounce && reports[message.bounce]]
      : [kinds[message.kind], message.intent && intents[message.intent]];
  return [...new Set(labels.filter((label) => label !== null))];
}

const FOLDED = 420;

/** Plain text; what is long can be unfolded. */
function Words({ text }: { text: string }) {
  const [isOpen, setOpen] = useState(false);
  if (text === '')
    return (
      <Text size="sm" c="dimmed">
        No text
      </Text>
    );
  const isLong = text.length > FOLDED;
  return (
    <>
      <Text size="sm" className="message-text">
        {isLong && !isOpen ? `${text.slice(0, FOLDED)}…` : text}
      </Text>
      {isLong && (
        <Button variant="subtle" size="compact-xs" mt={4} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
          {isOpen ? 'Show less' : 'Show all'}
        </Button>
      )}
    </>
  );
}
