import { Badge, Button, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { TaskShown } from '../../api/shapes/tasks.ts';
import { skippableTasks } from '../../domain/task.ts';
import { contactLine, contactName } from '../campaigns/names.ts';
import { Copy } from '../sequences/copy.tsx';
import { ActionButton } from '../shell/action-button.tsx';
import { Instant } from '../shell/instant.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';
import { CompleteCopy, StepCopy } from './copy-form.tsx';
import { TheirWords } from './their-words.tsx';
import { hasEnded, kindNames, manualNames } from './words.ts';

/** What can be done about the task in hand; keys do the same. */
export interface TaskActions {
  complete: () => void;
  skip: () => void;
  snooze: () => void;
  reassign: () => void;
  dismiss: () => void;
  confirmSend: (outcome: 'sent' | 'send_again') => void;
  onCopyDone: (task: TaskShown) => void;
  isBusy: boolean;
}

interface TaskPanelProps {
  task: TaskShown;
  actions: TaskActions;
  onBack: () => void;
}

/** The task in hand, with all that a person needs to do it. */
export function TaskPanel({ task, actions, onBack }: TaskPanelProps) {
  return (
    <article className="task-panel" aria-label={task.title}>
      <Button className="task-back" variant="default" size="xs" onClick={onBack}>
        Back to the queue
      </Button>
      <Group gap="xs" mb={6}>
        <Badge variant="default" radius="sm" tt="none">
          {task.manual_kind === null ? kindNames[task.kind] : manualNames[task.manual_kind]}
        </Badge>
        <StatusBadge status={task.sequence.status} />
      </Group>
      <Title order={2} size="h3" className="task-title">
        {task.title}
      </Title>
      <Facts task={task} />
      <Body task={task} actions={actions} />
      {task.status === 'OPEN' ? <Foot task={task} actions={actions} /> : <Settled task={task} />}
    </article>
  );
}

const Facts = ({
  task: { contact, campaign, step, sequence, assignee, due_at, snoozed_until, note },
}: {
  task: TaskShown;
}) => (
  <dl className="task-facts">
    <Fact name="Contact">
      <Link to="/contacts/$id" params={{ id: contact.id }}>
        {contactName(contact)}
      </Link>{' '}
      <span className="task-dim">{contactLine(contact)}</span>
    </Fact>
    <Fact name="Sequence">
      <Link to="." search={(before) => ({ ...before, sequence: sequence.id })}>
        {step === null ? campaign.name : `Step ${step.number} of ${campaign.name}`}
      </Link>
    </Fact>
    <Fact name="For">{assignee.name}</Fact>
    <Fact name={snoozed_until === null ? 'Since' : 'Snoozed until'}>
      <Instant at={due_at} />
    </Fact>
    {note !== null && <Fact name="Note">{note}</Fact>}
  </dl>
);

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Body({ task, actions }: { task: TaskShown; actions: TaskActions }) {
  const words = task.instructions !== '' && <Text className="task-words">{task.instructions}</Text>;
  if (task.status !== 'OPEN') return words;
  switch (task.kind) {
    case 'manual_step':
      return words;
    case 'read_reply':
      return (
        <>
          {words}
          <Link to="/replies" search={{ reply: task.id }} className="task-read">
            Read it in Replies
          </Link>
        </>
      );
    case 'answer_reply':
      return <TheirWords task={task} />;
    case 'confirm_send':
      return (
        <>
          {words}
          <StepCopy task={task}>
            {(_, { content }) => (
              <div className="task-message">
                <Copy content={content} />
              </div>
            )}
          </StepCopy>
          <Group gap="xs" mt="md" role="group" aria-label="Was this sent?">
            <ActionButton scope="tasks:write" isBusy={actions.isBusy} onClick={() => actions.confirmSend('sent')}>
              Yes
            </ActionButton>
            <ActionButton
              variant="default"
              scope="tasks:write"
              why={hasEnded(task) && 'The sequence has ended: nothing more is sent'}
              isBusy={actions.isBusy}
              onClick={() => actions.confirmSend('send_again')}
            >
              No, send it
            </ActionButton>
            <ActionButton variant="default" scope="tasks:write" isBusy={actions.isBusy} onClick={actions.skip}>
              Skip
            </ActionButton>
          </Group>
        </>
      );
    case 'complete_copy':
      return (
        <StepCopy task={task}>
          {(sequence, step) => (
            <CompleteCopy key={task.id} task={task} sequence={sequence} step={step} onDone={actions.onCopyDone} />
          )}
        </StepCopy>
      );
  }
}

function Foot({ task, actions }: { task: TaskShown; actions: TaskActions }) {
  const mayComplete = task.kind === 'manual_step' || task.kind === 'answer_reply';
  // The one asks for itself above, the other has no step.
  const isOfferedSkip = task.kind !== 'confirm_send' && task.kind !== 'answer_reply';
  return (
    <Group gap="xs" className="task-foot" data-kind={task.kind}>
      {mayComplete && (
        <ActionButton size="xs" scope="tasks:write" onClick={actions.complete}>
          Complete
        </ActionButton>
      )}
      {isOfferedSkip && (
        <ActionButton
          size="xs"
          variant="default"
          scope="tasks:write"
          why={!skippableTasks.includes(task.kind) && 'A reply cannot be skipped: say what it means'}
          isBusy={actions.isBusy}
          onClick={actions.skip}
        >
          Skip
        </ActionButton>
      )}
      <ActionButton size="xs" variant="default" scope="tasks:write" onClick={actions.snooze}>
        Snooze
      </ActionButton>
      <ActionButton size="xs" variant="default" scope="tasks:write" onClick={actions.reassign}>
        Reassign
      </ActionButton>
      <ActionButton
        size="xs"
        variant="default"
        scope="tasks:write"
        why={!hasEnded(task) && 'Complete or skip it'}
        isBusy={actions.isBusy}
        onClick={actions.dismiss}
      >
        Dismiss
      </ActionButton>
    </Group>
  );
}

const settledWords = { OPEN: '', COMPLETED: 'Completed', SKIPPED: 'Skipped', DISMISSED: 'Dismissed' } as const;

const Settled = ({ task: { status, settled_at } }: { task: TaskShown }) => (
  <Text size="sm" c="dimmed" mt="md">
    {settledWords[status]} <Instant at={settled_at} inline />
  </Text>
);
