import { Group, Radio, Stack, TextInput } from '@mantine/core';
import { useEditing, useProblem } from './editing.tsx';
import { WholeNumber } from './whole-number.tsx';

/** How many leads a day, who lets them in, what happens without a connection, and in whose name it goes out. */
export function SendingRules() {
  return (
    <>
      <Leads />
      <NoConnection />
      <Sender />
    </>
  );
}

function Leads() {
  const { file, change, isReadOnly } = useEditing();
  return (
    <>
      <WholeNumber
        path="daily_leads_target"
        label="Daily leads target"
        description="The most new contacts that are enrolled in a day. Acts at once."
        value={file.daily_leads_target}
        onChange={(value) => change((now) => ({ ...now, daily_leads_target: value }))}
      />
      <Radio.Group
        data-field="approval_mode"
        label="Lead approval"
        description="Acts at once."
        value={file.approval_mode}
        onChange={(value) =>
          change((now) => ({ ...now, approval_mode: value === 'AUTOPILOT' ? 'AUTOPILOT' : 'MANUAL_REVIEW' }))
        }
      >
        <Stack gap={8} mt={8}>
          <Radio
            value="AUTOPILOT"
            label="Autopilot"
            description="Leads are approved as they come in."
            disabled={isReadOnly}
          />
          <Radio
            value="MANUAL_REVIEW"
            label="Manual review"
            description="A person approves each lead."
            disabled={isReadOnly}
          />
        </Stack>
      </Radio.Group>
    </>
  );
}

const USUAL_WAIT_DAYS = 15;

function NoConnection() {
  const { file, change, isReadOnly } = useEditing();
  const { linkedin_behaviour: behaviour } = file;
  const set = (next: typeof behaviour) => change((now) => ({ ...now, linkedin_behaviour: next }));
  return (
    <Radio.Group
      data-field="linkedin_behaviour"
      label="No LinkedIn connection"
      description="When a LinkedIn message is due and the contact is not connected."
      value={behaviour.kind}
      onChange={(kind) => set(kind === 'SKIP' ? { kind: 'SKIP' } : { kind: 'DELAY', max_wait_days: USUAL_WAIT_DAYS })}
    >
      <Stack gap={8} mt={8}>
        <Radio value="SKIP" label="Skip" description="Go on without the message." disabled={isReadOnly} />
        <Radio
          value="DELAY"
          label="Delay"
          description="Wait for the connection, then skip the message."
          disabled={isReadOnly}
        />
        {behaviour.kind === 'DELAY' && (
          <WholeNumber
            path="linkedin_behaviour.max_wait_days"
            label="Up to, days"
            w={140}
            value={behaviour.max_wait_days}
            onChange={(value) => set({ kind: 'DELAY', max_wait_days: value })}
          />
        )}
      </Stack>
    </Radio.Group>
  );
}

function Sender() {
  const { file, change, isReadOnly } = useEditing();
  const { sender } = file;
  return (
    <Group grow align="flex-start">
      <TextInput
        data-field="sender.name"
        label="Sender name"
        maxLength={500}
        readOnly={isReadOnly}
        error={useProblem('sender.name', sender.name === '')}
        value={sender.name}
        onChange={({ currentTarget: { value } }) =>
          change((now) => ({ ...now, sender: { ...now.sender, name: value } }))
        }
      />
      <TextInput
        data-field="sender.job_title"
        label="Sender title"
        maxLength={500}
        readOnly={isReadOnly}
        value={sender.job_title ?? ''}
        onChange={({ currentTarget: { value } }) =>
          change((now) => ({ ...now, sender: { ...now.sender, job_title: value === '' ? null : value } }))
        }
      />
    </Group>
  );
}
