import { Badge, Button, Group, Text, Textarea } from '@mantine/core';
import { type FormEvent, Fragment, useState } from 'react';
import type { DevDeed, DevLinkedInShown, DevPerson } from '../../api/shapes/dev.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { Instant } from '../shell/instant.tsx';

const standings: Record<NonNullable<DevPerson['invitation']>['status'], string> = {
  pending: 'Invited',
  accepted: 'Connected',
  declined: 'Declined',
  withdrawn: 'Withdrawn',
};

/** Somebody who was invited or written to, with what they can do about it. */
export function PersonCard({ person }: { person: DevPerson }) {
  const { name, profile, invitation, messages } = person;
  const act = useAction({
    act: (deed: DevDeed) => post<DevLinkedInShown>('/app/api/dev/linkedin', deed),
    done: (_, { kind }) => `${name} ${kind === 'reply' ? 'replied' : kind === 'accept' ? 'accepted' : 'declined'}.`,
    touches: ['sequences', 'replies', 'counts'],
  });
  const note = invitation?.note ?? null;
  const isNoteSaid = messages.some(({ text }) => text === note);
  return (
    <li className="person">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Text fw={600} size="sm">
            {name}
          </Text>
          <Text size="xs" c="dimmed" className="long-word">
            in/{profile} · {person.account}
          </Text>
        </div>
        {invitation && (
          <Badge variant="default" tt="none" radius="sm" flex="none">
            {standings[invitation.status]}
          </Badge>
        )}
      </Group>
      {note !== null && !isNoteSaid && (
        <p className="said" data-ours="true">
          {note}
        </p>
      )}
      {invitation && note === null && (
        <Text size="xs" c="dimmed" mt="xs">
          Invited without a note.
        </Text>
      )}
      {messages.map(({ text, is_ours, at }) => (
        <Fragment key={`${at} ${text}`}>
          <p className="said" data-ours={is_ours}>
            {text}
          </p>
          <Text size="xs" c="dimmed" ta={is_ours ? 'right' : 'left'}>
            <Instant at={at} inline />
          </Text>
        </Fragment>
      ))}
      {invitation?.status === 'pending' && (
        <Group gap="xs" mt="sm">
          <ActionButton
            size="xs"
            scope="sequences:write"
            isBusy={act.isBusy}
            onClick={() => void act.run({ kind: 'accept', invitation: invitation.id })}
          >
            Accept
            <span className="visually-hidden"> for {name}</span>
          </ActionButton>
          <ActionButton
            size="xs"
            variant="default"
            scope="sequences:write"
            onClick={() => void act.run({ kind: 'decline', invitation: invitation.id })}
          >
            Decline
            <span className="visually-hidden"> for {name}</span>
          </ActionButton>
        </Group>
      )}
      {invitation?.status === 'accepted' && (
        <Reply
          name={name}
          isBusy={act.isBusy}
          onReply={async (text) =>
            (await act.run({ kind: 'reply', account: person.account, profile, text })) !== undefined
          }
        />
      )}
    </li>
  );
}

/** One of each that the reply policy tells apart. */
const readyReplies = [
  'Sounds good, let’s talk.',
  'We are not interested.',
  'Please remove me from your list.',
  'I am out of the office at the moment.',
  'Hm. What about the other building?',
];

interface ReplyProps {
  name: string;
  isBusy: boolean;
  /** Whether it went. */
  onReply: (text: string) => Promise<boolean>;
}

function Reply({ name, isBusy, onReply }: ReplyProps) {
  const [text, setText] = useState<string | null>(null);
  if (text === null)
    return (
      <Button mt="sm" size="xs" variant="default" onClick={() => setText('')}>
        Reply
        <span className="visually-hidden"> as {name}</span>
      </Button>
    );
  const send = async (said: string) => {
    if (said.trim() !== '' && (await onReply(said))) setText(null);
  };
  const sendTyped = (event: FormEvent) => {
    event.preventDefault();
    void send(text);
  };
  return (
    <form onSubmit={sendTyped}>
      <Textarea
        mt="sm"
        autoFocus
        autosize
        minRows={2}
        aria-label={`What ${name} writes`}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group gap="xs" mt="xs">
        <ActionButton
          type="submit"
          size="xs"
          scope="sequences:write"
          why={text.trim() === '' && 'Write something first'}
          isBusy={isBusy}
        >
          Send the reply
        </ActionButton>
        <Button size="xs" variant="subtle" color="gray" onClick={() => setText(null)}>
          Cancel
        </Button>
      </Group>
      <Group gap={6} mt="sm" role="group" aria-label="Ready answers">
        {readyReplies.map((ready) => (
          <ActionButton
            key={ready}
            size="compact-xs"
            variant="default"
            scope="sequences:write"
            onClick={() => void send(ready)}
          >
            {ready}
          </ActionButton>
        ))}
      </Group>
    </form>
  );
}
