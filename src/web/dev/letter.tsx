import { Button, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { DevLetterShown } from '../../api/shapes/dev.ts';
import { get, isNotFound, withQuery } from '../client.ts';
import { counted } from '../shell/counted.ts';
import { Instant } from '../shell/instant.tsx';
import { MailFrame } from '../shell/mail-frame.tsx';
import { Empty, QueryState } from '../shell/query-state.tsx';
import { SideDrawer } from '../shell/side-drawer.tsx';
import './dev.css';
import { Answers } from './answers.tsx';
import { KindTag } from './kind-tag.tsx';
import { Linked } from './linked.tsx';
import { personOf, subjectOf } from './words.ts';

const LETTER = '/app/api/dev/mailbox/letter';

interface LetterProps {
  /** Of its place in the mailbox. */
  path: string;
  /** Another one of its thread. */
  onOpen: (path: string) => void;
  onClose: () => void;
}

/** One message with its thread, the ways in which whoever got it may answer, and all of it as it was sent. */
export function Letter({ path, onOpen, onClose }: LetterProps) {
  const query = useQuery({
    queryKey: ['sequences', 'dev', 'mailbox', 'letter', path],
    queryFn: ({ signal }) => get<DevLetterShown>(LETTER, { path }, signal),
    placeholderData: keepPreviousData, // the focus stays in the thread while another of it is opened
    meta: { often: true },
  });
  return (
    <SideDrawer title={query.data ? subjectOf(query.data) : 'Message'} onClose={onClose}>
      {isNotFound(query.error) ? (
        <Empty title="There is no such message" hint="Its address is not right, or the data folder is another one." />
      ) : (
        <QueryState query={query}>
          {(letter) => (
            <Stack>
              <Facts letter={letter} />
              {letter.whole_thread.length > 1 && <Thread letter={letter} onOpen={onOpen} />}
              <Words key={`words of ${letter.path}`} letter={letter} />
              {letter.id !== null && <Answers key={`answers to ${letter.path}`} id={letter.id} mail={letter} />}
              <Source letter={letter} />
            </Stack>
          )}
        </QueryState>
      )}
    </SideDrawer>
  );
}

const written = ({ name, address }: DevLetterShown['from']) => (name === '' ? address : `${name} <${address}>`);

function Facts({ letter }: { letter: DevLetterShown }) {
  const { from, to, recipients, delivered_to, inbox, at, received_at } = letter;
  const facts: [name: string, value: ReactNode][] = [
    ['From', written(from)],
    ['To', (recipients.length === 0 ? [to] : recipients).map(written).join(', ')],
    ['Delivered to', delivered_to?.join(', ')],
    ['Inbox', inbox && `${inbox.account}, UID ${inbox.uid}`],
    ['Sent', <Instant key="sent" at={at} inline />],
    [
      'Received',
      at !== received_at && (
        <>
          <Instant at={received_at} inline /> by the real clock
        </>
      ),
    ],
  ];
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap">
      <dl className="letter-facts">
        {facts.map(([name, value]) => value && <Fact key={name} name={name} value={value} />)}
      </dl>
      <KindTag mail={letter} />
    </Group>
  );
}

const Fact = ({ name, value }: { name: string; value: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
);

const Thread = ({
  letter: { path, whole_thread },
  onOpen,
}: {
  letter: DevLetterShown;
  onOpen: LetterProps['onOpen'];
}) => (
  <section aria-labelledby="thread">
    <Title order={3} size="h6" id="thread" mb={4}>
      Thread
    </Title>
    <ol className="letter-thread" aria-labelledby="thread">
      {whole_thread.map((mail) => (
        <li key={mail.path} aria-current={mail.path === path || undefined}>
          <UnstyledButton onClick={() => onOpen(mail.path)}>
            <span>
              {personOf(mail.from)} → {personOf(mail.to)}
            </span>
            <KindTag mail={mail} />
            <Text component="span" size="xs" c="dimmed">
              <Instant at={mail.at} inline />
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ol>
  </section>
);

/** The plain part, or the HTML part as it was written. */
function Words({ letter: { path, text, has_html } }: { letter: DevLetterShown }) {
  const hasText = text.trim() !== '';
  const [isHtml, setHtml] = useState(!hasText && has_html);
  return (
    <div>
      {isHtml ? (
        <MailFrame src={withQuery(`${LETTER}/html`, { path })} title="The message as it was written" />
      ) : (
        <div className="letter">{hasText ? <Linked text={text.trim()} /> : 'No text'}</div>
      )}
      {has_html && hasText && (
        <Button variant="subtle" size="compact-xs" mt={6} onClick={() => setHtml(!isHtml)}>
          {isHtml ? 'Show as text' : 'Show as it was written'}
        </Button>
      )}
    </div>
  );
}

function Source({ letter: { path, id, headers, source, is_cut, size } }: { letter: DevLetterShown }) {
  const lines = headers.map((header, at) => ({ ...header, place: at + 1 })); // two may be the same
  return (
    <section aria-labelledby="source" className="letter-source">
      <Title order={3} size="h6" id="source">
        {id === null ? 'As it came' : 'As it was sent'}
      </Title>
      <details>
        <summary>{counted(headers.length, 'header')}</summary>
        <dl className="letter-facts">
          {lines.map(({ place, name, value }) => (
            <Fact key={place} name={name} value={<Linked text={value} />} />
          ))}
        </dl>
      </details>
      <details>
        <summary>Source, {counted(size, 'byte')}</summary>
        <pre className="letter">{source}</pre>
        {is_cut && <p>Only its beginning.</p>}
      </details>
      <a href={withQuery(`${LETTER}/raw`, { path })} target="_blank" rel="noopener noreferrer">
        Show the source alone
      </a>
    </section>
  );
}
