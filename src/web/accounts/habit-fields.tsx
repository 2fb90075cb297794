import { NumberInput, Textarea, TextInput } from '@mantine/core';
import type { AccountShown } from '../../api/shapes/accounts.ts';
import type { Problem } from '../client.ts';
import { ZoneField } from '../settings/zone-field.tsx';
import { fieldProblem } from '../shell/problem-note.tsx';

/** What a person decides about any account; '' and null are not said. */
export interface Habits {
  sender_name: string;
  sender_job_title: string;
  signature: string;
  timezone: string;
  daily_cap: number;
  gap_seconds: number;
  invitations_per_day: number;
  invitations_per_week: number;
  withdraw_after_days: number | null;
}

export const habitsOf = (account: AccountShown): Habits => ({
  sender_name: account.sender_name ?? '',
  sender_job_title: account.sender_job_title ?? '',
  signature: account.signature ?? '',
  timezone: account.timezone,
  daily_cap: account.daily_cap,
  gap_seconds: account.gap_seconds,
  invitations_per_day: account.invitations_per_day ?? 0,
  invitations_per_week: account.invitations_per_week ?? 0,
  withdraw_after_days: account.withdraw_after_days,
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** As the API takes them: each channel its own. */
export function habitsBody(channel: AccountShown['channel'], habits: Habits): object {
  const { sender_name, sender_job_title, signature, timezone, daily_cap, gap_seconds, ...linkedIn } = habits;
  return {
    sender_name: orNull(sender_name),
    sender_job_title: orNull(sender_job_title),
    timezone,
    daily_cap,
    gap_seconds,
    ...(channel === 'email' ? { signature: orNull(signature) } : linkedIn),
  };
}

export const habitPaths = ['sender_name', 'sender_job_title', 'signature', 'timezone', 'daily_cap', 'gap_seconds'];
export const invitationPaths = ['invitations_per_day', 'invitations_per_week', 'withdraw_after_days'];

interface HabitFieldsProps {
  channel: AccountShown['channel'];
  habits: Habits;
  problem: Problem | null;
  onChange: (change: Partial<Habits>) => void;
}

/** Limits and who the messages are from. */
export function HabitFields({ channel, habits, problem, onChange }: HabitFieldsProps) {
  const number = (path: keyof Habits, label: string, description: string) => (
    <NumberInput
      label={label}
      description={description}
      min={0}
      allowDecimal={false}
      value={Number(habits[path])}
      error={fieldProblem(problem, path)}
      onChange={(value) => onChange({ [path]: Number(value) })}
    />
  );
  return (
    <div className="form-columns">
      {number('daily_cap', channel === 'email' ? 'Emails a day' : 'Messages a day', 'Counts by its local day')}
      {number('gap_seconds', 'Seconds between two', 'At least; some chance is added')}
      {channel === 'linkedin' && <InvitationFields {...{ channel, habits, problem, onChange }} />}
      <ZoneField
        label="Time zone"
        description="Its day begins there at 00:00"
        value={habits.timezone}
        error={fieldProblem(problem, 'timezone')}
        onChange={(timezone) => onChange({ timezone })}
      />
      <TextInput
        label="Sender name"
        description="Instead of the template’s"
        value={habits.sender_name}
        error={fieldProblem(problem, 'sender_name')}
        onChange={(event) => onChange({ sender_name: event.currentTarget.value })}
      />
      <TextInput
        label="Sender job title"
        description="Instead of the template’s"
        value={habits.sender_job_title}
        error={fieldProblem(problem, 'sender_job_title')}
        onChange={(event) => onChange({ sender_job_title: event.currentTarget.value })}
      />
      {channel === 'email' && (
        <Textarea
          className="wide"
          label="Signature"
          description="Plain text below each email; without one, the sender’s name and job title"
          autosize
          minRows={2}
          value={habits.signature}
          error={fieldProblem(problem, 'signature')}
          onChange={(event) => onChange({ signature: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

function InvitationFields({ habits, problem, onChange }: HabitFieldsProps) {
  const { invitations_per_day, invitations_per_week, withdraw_after_days } = habits;
  const common = { min: 0, allowDecimal: false } as const;
  return (
    <>
      <NumberInput
        {...common}
        label="Invitations a day"
        value={invitations_per_day}
        error={fieldProblem(problem, 'invitations_per_day')}
        onChange={(value) => onChange({ invitations_per_day: Number(value) })}
      />
      <NumberInput
        {...common}
        label="Invitations in any 7 days"
        value={invitations_per_week}
        error={fieldProblem(problem, 'invitations_per_week')}
        onChange={(value) => onChange({ invitations_per_week: Number(value) })}
      />
      <NumberInput
        {...common}
        label="Take invitations back after days"
        description="Empty: never"
        value={withdraw_after_days ?? ''}
        error={fieldProblem(problem, 'withdraw_after_days')}
        onChange={(value) => onChange({ withdraw_after_days: value === '' ? null : Number(value) })}
      />
    </>
  );
}
