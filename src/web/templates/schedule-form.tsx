import { Button, Checkbox, Group, Input, Select, Stack, TextInput, Title } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { EditedFile } from '../../api/shapes/templates.ts';
import { ActionButton, IconAction } from '../shell/action-button.tsx';
import { useEditing, useProblem } from './editing.tsx';
import { SendingRules } from './sending-rules.tsx';

const weekdays = [
  ['mon', 'Mon'],
  ['tue', 'Tue'],
  ['wed', 'Wed'],
  ['thu', 'Thu'],
  ['fri', 'Fri'],
  ['sat', 'Sat'],
  ['sun', 'Sun'],
] as const;
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];

type Schedule = EditedFile['schedule'];

/** When steps may run, in whose name, how many leads a day and who lets them in. */
export const ScheduleForm = () => (
  <Stack gap="lg" maw={560}>
    <Title order={2}>Schedule settings</Title>
    <Days />
    <Hours />
    <Zone />
    <Holidays />
    <SendingRules />
  </Stack>
);

function useSchedule(): [Schedule, (next: Partial<Schedule>) => void] {
  const { file, change } = useEditing();
  return [file.schedule, (next) => change((now) => ({ ...now, schedule: { ...now.schedule, ...next } }))];
}

function Days() {
  const { isReadOnly } = useEditing();
  const [{ days }, set] = useSchedule();
  return (
    <Checkbox.Group
      data-field="schedule.days"
      label="Days"
      error={useProblem('schedule.days')}
      readOnly={isReadOnly}
      value={days}
      onChange={(chosen) => set({ days: weekdays.map(([day]) => day).filter((day) => chosen.includes(day)) })}
    >
      <Group gap="sm" mt={6}>
        {weekdays.map(([day, name]) => (
          <Checkbox key={day} value={day} label={name} disabled={isReadOnly} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

function Hours() {
  const { isReadOnly } = useEditing();
  const [{ hours }, set] = useSchedule();
  const problem = useProblem('schedule.hours');
  return (
    <fieldset data-field="schedule.hours" className="hours" aria-describedby="hours-problem">
      <Input.Label component="legend">Hours</Input.Label>
      <Stack gap={6} mt={6}>
        {hours.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a block has no identity but its place
          <Group key={index} gap="xs" wrap="nowrap" data-field={`schedule.hours.${index}`}>
            {(['start', 'end'] as const).map((side) => (
              <TextInput
                key={side}
                w={92}
                maxLength={5}
                placeholder={side === 'start' ? '09:00' : '17:30'}
                aria-label={`Hours ${index + 1}, ${side === 'start' ? 'from' : 'until'}`}
                data-field={`schedule.hours.${index}.${side}`}
                readOnly={isReadOnly}
                error={problem !== undefined}
                value={block[side]}
                onChange={({ currentTarget: { value } }) =>
                  set({ hours: hours.map((each, at) => (at === index ? { ...each, [side]: value } : each)) })
                }
              />
            ))}
            {!isReadOnly && (
              <IconAction
                label={`Remove hours ${index + 1}`}
                why={hours.length === 1 && 'At least one stretch of hours is needed'}
                onClick={() => set({ hours: hours.filter((_, at) => at !== index) })}
              >
                <IconX size={15} aria-hidden />
              </IconAction>
            )}
          </Group>
        ))}
      </Stack>
      <div id="hours-problem">{problem && <Input.Error mt={4}>{problem}</Input.Error>}</div>
      {!isReadOnly && (
        <Button
          size="compact-xs"
          variant="subtle"
          mt={6}
          leftSection={<IconPlus size={13} aria-hidden />}
          onClick={() => set({ hours: [...hours, { start: '', end: '' }] })}
        >
          Add hours
        </Button>
      )}
    </fieldset>
  );
}

function Zone() {
  const { file, change, isReadOnly } = useEditing();
  const { timezone } = file;
  return (
    <Select
      data-field="timezone"
      label="Time zone"
      searchable
      limit={60}
      readOnly={isReadOnly}
      error={useProblem('timezone')}
      data={zones.includes(timezone) ? zones : [timezone, ...zones]}
      value={timezone}
      onChange={(value) => change((now) => ({ ...now, timezone: value ?? now.timezone }))}
    />
  );
}

function Holidays() {
  const { isReadOnly } = useEditing();
  const [{ holidays }, set] = useSchedule();
  const [day, setDay] = useState('');
  const problem = useProblem('schedule.holidays');
  const add = () => {
    set({ holidays: [...new Set([...holidays, day])].sort() });
    setDay('');
  };
  return (
    <div data-field="schedule.holidays">
      {!isReadOnly && (
        <Group align="flex-end" gap="xs">
          <TextInput
            type="date"
            label="Holidays"
            description="Nothing is sent on these days."
            value={day}
            onChange={({ currentTarget: { value } }) => setDay(value)}
            error={problem}
          />
          <ActionButton variant="default" why={day === '' && 'Choose a day first'} onClick={add}>
            Add
          </ActionButton>
        </Group>
      )}
      <ul className="holidays" aria-label="Holidays">
        {holidays.map((each) => (
          <li key={each}>
            {each}
            {!isReadOnly && (
              <IconAction
                size="xs"
                label={`Remove the holiday ${each}`}
                onClick={() => set({ holidays: holidays.filter((other) => other !== each) })}
              >
                <IconX size={12} aria-hidden />
              </IconAction>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
