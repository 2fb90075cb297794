import { Button, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type StepKind, stepKinds } from '../../domain/sequence.ts';
import { counted } from '../shell/counted.ts';
import { useEditing } from './editing.tsx';
import { StepIcon } from './step-icon.tsx';
import { kindNames, withStep } from './steps.ts';

const lines: Record<StepKind, string> = {
  email: 'Sent from a connected account, in one thread',
  linkedin_invitation: 'A connection request, with or without a note',
  linkedin_message: 'To contacts who are connected',
  manual_task: 'A call or anything else that a person does',
};

/** Chooses the kind; the new step comes last and is opened. */
export function AddStep({ onAdded }: { onAdded: (number: number) => void }) {
  const { file, change, isReadOnly } = useEditing();
  const add = (kind: StepKind) => {
    change((before) => ({ ...before, steps: withStep(before.steps, kind) }));
    onAdded(file.steps.length + 1);
  };
  return (
    <div data-field="steps">
      {!isReadOnly && (
        <Menu position="bottom-start" shadow="md" width={300} returnFocus={false}>
          <Menu.Target>
            <Button variant="default" size="xs" fullWidth leftSection={<IconPlus size={15} aria-hidden />}>
              Add step
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {stepKinds.map((kind) => (
              <Menu.Item key={kind} leftSection={<StepIcon kind={kind} />} onClick={() => add(kind)}>
                {kindNames[kind]}
                <Text size="xs" c="dimmed">
                  {lines[kind]}
                </Text>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      <Text size="xs" c="dimmed" mt="xs">
        Most effective sequences have 4–7 steps over 2–3 weeks. <LengthOfThis />
      </Text>
    </div>
  );
}

function LengthOfThis() {
  const { file, preview } = useEditing();
  const days = preview?.steps.at(-1)?.planned?.day;
  const over = days === undefined ? '' : ` over ${days === 0 ? 'one day' : counted(days, 'day')}`;
  return `This one has ${counted(file.steps.length, 'step')}${over}.`;
}
