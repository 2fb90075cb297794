import { Button, Group, Text, Title } from '@mantine/core';
import { IconBrandLinkedin, IconMail } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReplyTaskShown, WroteShown } from '../../api/shapes/reply-tasks.ts';
import { contactLine, contactName } from '../campaigns/names.ts';
import { Copy } from '../sequences/copy.tsx';
import { Instant } from '../shell/instant.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';
import { AnswerForm } from './answer-form.tsx';
import { nameOf } from './choices.ts';
import { ReplyFrame } from './reply-frame.tsx';

interface ReplyPanelProps {
  reply: ReplyTaskShown;
  onDone: () => void;
  onBack: () => void;
}

/** One reply: who, what they wrote, what it means, and what we wrote. */
export function ReplyPanel({ reply, onDone, onBack }: ReplyPanelProps) {
  const { task, wrote } = reply;
  const { contact, campaign, sequence } = task;
  return (
    <article className="task-panel" aria-label={`Reply of ${contactName(contact)}`}>
      <Button className="task-back" variant="default" size="xs" onClick={onBack}>
        Back to the list
      </Button>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Title order={2} size="h3" className="task-title">
            <Link to="/contacts/$id" params={{ id: contact.id }} className="plain-link">
              {contactName(contact)}
            </Link>
          </Title>
          <Text size="sm" c="dimmed">
            {contactLine(contact)} ·{' '}
            <Link to="." search={(before) => ({ ...before, sequence: sequence.id })} className="quiet-link">
              {campaign.name}
            </Link>
          </Text>
        </div>
        <StatusBadge status={sequence.status} />
      </Group>
      <Message reply={reply} />
      {task.status === 'OPEN' ? (
        <AnswerForm reply={reply} onDone={onDone} />
      ) : (
        <Text size="sm" mt="md">
          <strong>{nameOf(task.outcome)}</strong>{' '}
          <Text span c="dimmed" size="sm">
            <Instant at={task.settled_at} inline />
          </Text>
        </Text>
      )}
      {wrote.length > 0 && <Wrote wrote={wrote} />}
    </article>
  );
}

function Message({ reply: { task, message } }: { reply: ReplyTaskShown }) {
  const text = message?.text || task.instructions;
  const [isHtml, setHtml] = useState(false);
  const Icon = message?.channel === 'linkedin' ? IconBrandLinkedin : IconMail;
  return (
    <section className="reply-message" aria-label="What they wrote">
      <Group gap={8} mb={6}>
        <Icon size={15} aria-label={message?.channel === 'linkedin' ? 'LinkedIn' : 'Email'} />
        <Text size="xs" c="dimmed">
          <Instant at={message?.received_at ?? task.created_at} inline />
          {message?.from && ` · ${message.from}`}
        </Text>
      </Group>
      {message?.subject && (
        <Text size="sm" fw={600} mb={4} className="copy-text">
          {message.subject}
        </Text>
      )}
      {isHtml && message ? (
        <ReplyFrame id={message.id} title={`Reply of ${contactName(task.contact)}`} />
      ) : (
        <div className="reply-text" {...(text === '' ? { 'data-empty': true } : {})}>
          {text || 'No text'}
        </div>
      )}
      {message?.has_html && (
        <Button variant="subtle" size="compact-xs" mt={6} onClick={() => setHtml(!isHtml)}>
          {isHtml ? 'Show as text' : 'Show as it was written'}
        </Button>
      )}
    </section>
  );
}

/** The message they answer to is open; the others unfold. */
const Wrote = ({ wrote }: { wrote: readonly WroteShown[] }) => {
  const named = wrote.some(({ is_answered }) => is_answered);
  return (
    <section className="reply-wrote" aria-label="What we wrote">
      {wrote.map((sent, at) => (
        <details key={sent.number} open={named ? sent.is_answered : at === 0}>
          <summary>
            {`We wrote, step ${sent.number} · `}
            <Instant at={sent.at} inline />
          </summary>
          {sent.content && <Copy content={sent.content} />}
        </details>
      ))}
    </section>
  );
};
