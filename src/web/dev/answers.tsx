import { Group, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { DevAnswer, DevAnswered, DevMailShown } from '../../api/shapes/dev.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { announceError } from '../shell/announce.tsx';
import { personOf } from './words.ts';

/** The ways in which whoever got a message, or their mail system, may answer it. */
export function Answers({ id, mail: { to, why_no_unsubscribe } }: { id: string; mail: DevMailShown }) {
  const [text, setText] = useState('');
  const [returnsOn, setReturnsOn] = useState('');
  const [detail, setDetail] = useState<string | null>(null);
  const send = useAction({
    act: (answer: DevAnswer) => post<DevAnswered>(`/app/api/dev/mailbox/${id}/answers`, answer),
    done: ({ text: done, failed }) => {
      if (failed) announceError(done);
      return done;
    },
    touches: ['sequences'],
    after: (answered, { kind }) => {
      setDetail(answered.detail);
      if (kind === 'reply' && !answered.failed) setText('');
    },
  });
  const reply = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') void send.run({ kind: 'reply', text });
  };
  const scope = 'sequences:write';
  return (
    <section aria-label={`Answer as ${to.address}`}>
      <form onSubmit={reply}>
        <Textarea
          label={`Answer as ${personOf(to)}`}
          autosize
          minRows={3}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ActionButton
          mt="xs"
          type="submit"
          scope={scope}
          why={text.trim() === '' && 'Write something first'}
          isBusy={send.isBusy}
        >
          Reply
        </ActionButton>
      </form>
      <Group mt="lg" gap="xs" align="flex-end">
        <TextInput
          type="date"
          label="Back on"
          description="Without a day, the message names none"
          min="1000-01-01"
          max="9999-12-31"
          value={returnsOn}
          onChange={(event) => setReturnsOn(event.currentTarget.value)}
        />
        <ActionButton
          variant="default"
          scope={scope}
          onClick={() => void send.run({ kind: 'out-of-office', returns_on: returnsOn === '' ? null : returnsOn })}
        >
          Out of office
        </ActionButton>
      </Group>
      <Group mt="md" gap="xs">
        <ActionButton
          variant="default"
          scope={scope}
          onClick={() => void send.run({ kind: 'bounce', severity: 'hard' })}
        >
          Bounce
        </ActionButton>
        <ActionButton
          variant="default"
          scope={scope}
          onClick={() => void send.run({ kind: 'bounce', severity: 'soft' })}
        >
          Soft bounce
        </ActionButton>
        <ActionButton variant="default" scope={scope} onClick={() => void send.run({ kind: 'complaint' })}>
          Spam complaint
        </ActionButton>
        <ActionButton
          variant="default"
          scope={scope}
          why={why_no_unsubscribe}
          onClick={() => void send.run({ kind: 'unsubscribe' })}
        >
          Unsubscribe
        </ActionButton>
      </Group>
      {detail !== null && (
        <>
          <Text size="xs" c="dimmed" mt="md" mb={4}>
            What the server said
          </Text>
          <pre className="letter">{detail}</pre>
        </>
      )}
    </section>
  );
}
