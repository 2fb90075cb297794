import { Checkbox, Group, Input, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import type { EditedStep } from '../../api/shapes/templates.ts';
import { IconAction } from '../shell/action-button.tsx';
import { announce } from '../shell/announce.tsx';
import { toast } from '../shell/toasts.tsx';
import { useEditing, useProblem, useStep } from './editing.tsx';
import { MessageField } from './message-field.tsx';
import { hasEmailBefore, kindNames, threadSubjectOf, without, withStepAt } from './steps.ts';
import { TaskFields } from './task-fields.tsx';
import { WholeNumber } from './whole-number.tsx';

interface StepFormProps {
  /** From 1. */
  number: number;
  onMove: (from: number, to: number) => void;
  onRemoved: () => void;
}

/** The open step: what it says and how long it waits. */
export function StepForm({ number, onMove, onRemoved }: StepFormProps) {
  const { isReadOnly } = useEditing();
  const here = useStep(number);
  const nameProblem = useProblem(`steps.${number - 1}.name`);
  if (!here)
    return (
      <Text c="dimmed" size="sm">
        No step yet. Add one on the left: most begin with an email.
      </Text>
    );
  const { step, path, set } = here;
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2}>
          Step {number}: {kindNames[step.kind]}
        </Title>
        {!isReadOnly && <StepActions step={step} number={number} onMove={onMove} onRemoved={onRemoved} />}
      </Group>
      <TextInput
        data-field={`${path}.name`}
        label="Step name"
        maxLength={100}
        readOnly={isReadOnly}
        error={nameProblem}
        value={step.name}
        onChange={(event) => set({ ...step, name: event.currentTarget.value })}
      />
      {step.delay !== null && <Wait number={number} />}
      <Content number={number} step={step} path={path} set={set} />
    </Stack>
  );
}

function StepActions({ step, number, onMove, onRemoved }: StepFormProps & { step: EditedStep }) {
  const { file, change } = useEditing();
  const { length } = file.steps;
  const move = (to: number) => {
    onMove(number - 1, to - 1);
    announce(`Step ${number} is now ${to} of ${length}`);
  };
  const remove = () => {
    change((before) => ({ ...before, steps: without(before.steps, number - 1) }));
    onRemoved();
    toast({
      text: `Deleted step ${number}, ${step.name}.`,
      undo: () => change((before) => ({ ...before, steps: withStepAt(before.steps, number - 1, step) })),
    });
  };
  return (
    <Group gap={2} wrap="nowrap">
      <IconAction
        label={`Move step ${number} up`}
        why={number === 1 && 'It is the first'}
        onClick={() => move(number - 1)}
      >
        <IconArrowUp size={16} aria-hidden />
      </IconAction>
      <IconAction
        label={`Move step ${number} down`}
        why={number === length && 'It is the last'}
        onClick={() => move(number + 1)}
      >
        <IconArrowDown size={16} aria-hidden />
      </IconAction>
      <IconAction label={`Delete step ${number}`} onClick={remove}>
        <IconTrash size={16} aria-hidden />
      </IconAction>
    </Group>
  );
}

const units = [
  { value: 'business_days', label: 'business days' },
  { value: 'days', label: 'days' },
  { value: 'hours', label: 'hours' },
  { value: 'minutes', label: 'minutes' },
] as const;

/** "Wait 3 business days after the previous step", and the day that makes. */
function Wait({ number }: { number: number }) {
  const { isReadOnly, preview } = useEditing();
  const here = useStep(number);
  const problem = useProblem(`steps.${number - 1}.delay`);
  if (!here || here.step.delay === null) return null;
  const { step, path, set } = here;
  const { delay } = here.step;
  const planned = preview?.steps.find(({ id }) => id === step.id)?.planned;
  return (
    <div>
      <Group gap="xs" align="flex-start" className="wait">
        <Text size="sm" className="wait-word">
          Wait
        </Text>
        <WholeNumber
          aria-label="Wait"
          path={`${path}.delay`}
          problemId="wait-below"
          w={90}
          value={delay.value}
          onChange={(value) => set({ ...step, delay: { ...delay, value } })}
        />
        <Select
          aria-label="Unit of the wait"
          w={150}
          readOnly={isReadOnly}
          value={delay.unit}
          data={units}
          onChange={(value) =>
            set({ ...step, delay: { ...delay, unit: units.find((each) => each.value === value)?.value ?? delay.unit } })
          }
        />
        <Text size="sm" className="wait-word">
          after the previous step
        </Text>
      </Group>
      <div id="wait-below">
        {problem ? (
          <Input.Error mt={4}>{problem}</Input.Error>
        ) : (
          <Input.Description mt={4}>{planned?.text}</Input.Description>
        )}
      </div>
    </div>
  );
}

interface ContentProps<S extends EditedStep = EditedStep> {
  number: number;
  step: S;
  path: string;
  set: (step: EditedStep) => void;
}

function Content({ step, ...rest }: ContentProps) {
  switch (step.kind) {
    case 'email':
      return <EmailFields {...rest} step={step} />;
    case 'linkedin_message':
      return <Message {...rest} value={step.body} onChange={(body) => rest.set({ ...step, body })} />;
    case 'linkedin_invitation':
      return <NoteFields {...rest} step={step} />;
    case 'manual_task':
      return <TaskFields {...rest} step={step} />;
  }
}

const Message = ({ path, value, onChange }: { path: string; value: string; onChange: (body: string) => void }) => (
  <MessageField label="Message" path={`${path}.body`} value={value} onChange={onChange} />
);

function EmailFields({ number, step, path, set }: ContentProps<Extract<EditedStep, { kind: 'email' }>>) {
  const { file, isReadOnly } = useEditing();
  const answered = threadSubjectOf(file.steps, number - 1);
  return (
    <>
      {hasEmailBefore(file.steps, number - 1) && (
        <Group gap="lg">
          <Checkbox
            label="Reply in the same thread"
            disabled={isReadOnly}
            checked={!step.new_thread}
            onChange={(event) => set({ ...step, new_thread: !event.currentTarget.checked })}
          />
          <Checkbox
            label="Quote the email before"
            disabled={isReadOnly || step.new_thread}
            checked={step.quote_history && !step.new_thread}
            onChange={(event) => set({ ...step, quote_history: event.currentTarget.checked })}
          />
        </Group>
      )}
      <MessageField
        isOneLine
        label="Subject"
        path={`${path}.subject`}
        isLocked={answered !== null}
        {...(answered === null ? {} : { hint: 'A reply keeps the subject of its thread.' })}
        value={answered === null ? step.subject : `Re: ${answered}`}
        onChange={(subject) => set({ ...step, subject })}
      />
      <Message path={path} value={step.body} onChange={(body) => set({ ...step, body })} />
    </>
  );
}

function NoteFields({ step, path, set }: ContentProps<Extract<EditedStep, { kind: 'linkedin_invitation' }>>) {
  const { isReadOnly } = useEditing();
  return (
    <>
      <Checkbox
        label="With a note"
        disabled={isReadOnly}
        checked={step.note !== null}
        onChange={(event) => set({ ...step, note: event.currentTarget.checked ? '' : null })}
      />
      {step.note !== null && (
        <MessageField
          label="Note"
          path={`${path}.note`}
          most={300}
          hint="LinkedIn takes at most 300 characters, variables filled in."
          value={step.note}
          onChange={(note) => set({ ...step, note })}
        />
      )}
    </>
  );
}
