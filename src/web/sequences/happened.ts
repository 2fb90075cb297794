import type { EventShown } from '../../api/shapes/events.ts';
import { sequenceStatuses, statusNames } from '../../domain/sequence.ts';
import { endReasonNames } from '../shell/status-badge.tsx';
import { cityOf, dayIn, timeIn } from '../shell/zoned-time.ts';
import { capitalised, plain } from './words.ts';

type Data = EventShown['data'];

const fact = (data: Data, name: string): string => plain(String(data[name] ?? ''));
const step = (data: Data): string => `Step ${fact(data, 'step')}`;
const because = (data: Data): string => (fact(data, 'reason') === '' ? '' : `: ${fact(data, 'reason')}`);
const task = (data: Data): string => `“${fact(data, 'task_kind')}”`;

const statusOf = ({ status }: Data): string => {
  const known = sequenceStatuses.find((one) => one === status);
  return known ? statusNames[known] : 'Ended';
};

const reasonOf = (data: Data): string =>
  Object.entries(endReasonNames).find(([reason]) => reason === data.reason)?.[1] ?? fact(data, 'reason');

function until({ until }: Data, zone: string): string {
  if (typeof until !== 'string') return 'later';
  const at = Date.parse(until);
  return `${dayIn(at, zone, at)}, ${timeIn(at, zone)} ${cityOf(zone)}`;
}

/** What each kind says of a sequence; the others by their own name. */
const sentences: Partial<Record<EventShown['kind'], (data: Data, zone: string) => string>> = {
  sequence_enrolled: (data) => `Enrolled, with version ${fact(data, 'template_version')} of the template`,
  sequence_personalised: () => 'Copy written for every step',
  step_edited: (data) => `${step(data)} edited`,
  step_regenerated: (data) => `${step(data)} written anew`,
  step_sent: (data) => `${step(data)} sent${because(data)}`,
  step_done: (data) => `${step(data)} done`,
  step_skipped: (data) => `${step(data)} skipped${because(data)}`,
  step_failed: (data) => `${step(data)} failed${because(data)}`,
  step_deferred: (data, zone) => `${step(data)} put off to ${until(data, zone)}: ${fact(data, 'why')}`,
  step_unconfirmed: (data) => `Nobody knows whether ${step(data).toLowerCase()} arrived`,
  sequence_held: () => 'Held',
  sequence_waits_for_connection: (data, zone) => `${step(data)} waits for the connection, until ${until(data, zone)}`,
  sequence_ended: (data) => `${statusOf(data)}: ${reasonOf(data)}`,
  task_opened: (data) => `Task ${task(data)} opened`,
  task_completed: (data) =>
    `Task ${task(data)} completed${fact(data, 'outcome') === '' ? '' : `: ${fact(data, 'outcome')}`}`,
  task_skipped: (data) => `Task ${task(data)} skipped`,
  task_dismissed: (data) => `Task ${task(data)} dismissed`,
  task_snoozed: (data) => `Task ${task(data)} snoozed`,
  task_reassigned: (data) => `Task ${task(data)} given to somebody else`,
  reply_received: (data) => `Reply: ${fact(data, 'intent')}`,
  bounce_received: (data) => `${capitalised(fact(data, 'bounce'))} bounce`,
  complaint_received: () => 'Marked as spam by the contact',
  unsubscribed: () => 'The contact unsubscribed',
  connection_accepted: () => 'The connection was accepted',
  invitation_withdrawn: () => 'The invitation was taken back',
};

/** "Step 1 sent". */
export const happened = ({ kind, data }: EventShown, zone: string): string =>
  sentences[kind]?.(data, zone) ?? capitalised(plain(kind));
