import { Badge, Group, Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight, IconPencil } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { ActionButton } from '../shell/action-button.tsx';
import { Instant } from '../shell/instant.tsx';
import { useLacking } from '../shell/viewer.ts';
import { StepIcon } from '../templates/step-icon.tsx';
import { Copy } from './copy.tsx';
import { CopyForm } from './copy-form.tsx';
import type { StepShown } from './queries.ts';
import { Regenerate } from './regenerate.tsx';
import { deliveryWords, isPast, kindNames, plain, stepStatusNames } from './words.ts';

interface StepCardProps {
  sequence: SequenceDetailShown;
  step: StepShown;
  isNext: boolean;
}

/** One step: when, what became of it, and what it says or said. */
export function StepCard({ sequence, step, isNext }: StepCardProps) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const [isEditing, setEditing] = useState(false);
  const id = useId();
  const isShown = isEditing || (chosen ?? isNext);
  const { number, name, kind, status, missing } = step;
  return (
    <li data-status={status} data-next={isNext || undefined}>
      <span className="sequence-step-mark">
        <StepIcon kind={kind} />
      </span>
      <div className="sequence-step-body">
        <UnstyledButton
          className="sequence-step-head"
          aria-expanded={isShown}
          aria-controls={id}
          onClick={() => setChosen(!isShown)}
        >
          <span className="sequence-step-name">
            {number}. {name}
          </span>
          {name !== kindNames[kind] && <span className="sequence-step-kind">{kindNames[kind]}</span>}
          {stepStatusNames[status] !== null && (
            <Badge className="step-status" data-status={status} tt="none" radius="sm" size="sm">
              {stepStatusNames[status]}
            </Badge>
          )}
          <IconChevronRight size={15} aria-hidden className="sequence-step-chevron" />
        </UnstyledButton>
        <When sequence={sequence} step={step} isNext={isNext} />
        {missing.length > 0 && !isPast(step) && (
          <Text size="sm" className="sequence-missing">
            Needs a person before it is sent: {missing.join(', ')}
          </Text>
        )}
        <div id={id}>
          {isShown && <Shown sequence={sequence} step={step} isEditing={isEditing} onEdit={setEditing} />}
        </div>
      </div>
    </li>
  );
}

/** In the template's zone and the viewer's; and how it went. */
function When({ sequence: { timezone }, step, isNext }: StepCardProps) {
  const { finished_at, planned_at, reason, status, delivery } = step;
  const fate = delivery && status !== 'SENT' ? deliveryWords[delivery.state] : null;
  return (
    <Text size="sm" component="div" className="sequence-when">
      {finished_at !== null && <Instant at={finished_at} zone={timezone} />}
      {finished_at === null && planned_at !== null && <Instant at={planned_at} zone={timezone} relative={isNext} />}
      {finished_at === null && planned_at === null && !isPast(step) && (
        <Text span c="dimmed">
          {isNext ? 'When a person has decided' : 'After the steps before it'}
        </Text>
      )}
      {reason !== null && <div>Because: {plain(reason)}</div>}
      {fate !== null && <div>{fate}</div>}
    </Text>
  );
}

interface ShownProps extends Omit<StepCardProps, 'isNext'> {
  isEditing: boolean;
  onEdit: (isEditing: boolean) => void;
}

function Shown({ sequence, step, isEditing, onEdit }: ShownProps) {
  const { content, delivery } = step;
  if (content === null)
    return (
      <Text size="sm" c="dimmed">
        Its copy is being written.
      </Text>
    );
  if (isEditing) return <CopyForm sequence={sequence} step={{ ...step, content }} onClose={() => onEdit(false)} />;
  return (
    <div className="sequence-copy">
      <Copy content={content} />
      {delivery && (
        <Text size="xs" c="dimmed" mt={8}>
          To {delivery.recipient}
          {delivery.attempt > 1 && ` · attempt ${delivery.attempt}`}
          {delivery.answer !== null && ` · answer: ${delivery.answer}`}
        </Text>
      )}
      {!isPast(step) && <CopyActions sequence={sequence} step={step} onEdit={() => onEdit(true)} />}
    </div>
  );
}

interface CopyActionsProps extends Omit<StepCardProps, 'isNext'> {
  onEdit: () => void;
}

/** Until it is claimed; from then on, why not. */
function CopyActions({ sequence, step, onEdit }: CopyActionsProps) {
  const lacking = useLacking('sequences:write');
  return (
    <Group gap="xs" mt={10}>
      <ActionButton
        size="xs"
        variant="default"
        leftSection={<IconPencil size={14} aria-hidden />}
        scope="sequences:write"
        why={step.why_not_editable}
        onClick={onEdit}
      >
        Edit<span className="visually-hidden"> step {step.number}</span>
      </ActionButton>
      <Regenerate sequence={sequence} step={step} />
      {lacking === null && step.why_not_editable !== null && (
        <Text size="xs" c="dimmed">
          {step.why_not_editable}
        </Text>
      )}
    </Group>
  );
}
