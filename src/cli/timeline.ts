import type { EventShown } from '../api/shapes/events.ts';
import { instantText } from '../domain/instant-text.ts';
import { sequenceStatuses, statusNames } from '../domain/sequence.ts';

type Data = EventShown['data'];

const said = (value: Data[string] | undefined) => String(value ?? '?').replaceAll('_', ' ');
const step = (data: Data) =>
  `step ${data.step ?? '?'}${data.step_kind === undefined ? '' : ` (${said(data.step_kind)})`}`;
const because = ({ reason }: Data) => (reason === undefined || reason === null ? '' : `: ${said(reason)}`);
const statusName = (value: Data[string] | undefined) => {
  const status = sequenceStatuses.find((known) => known === value);
  return status ? statusNames[status] : said(value);
};

/** The lines that need more than the kind's own name. */
const texts: Partial<Record<EventShown['kind'], (data: Data, zone: string) => string>> = {
  sequence_enrolled: ({ template_version: version }) => `enrolled, with version ${version ?? '?'} of the template`,
  sequence_personalised: ({ steps }) => `copy written for ${steps ?? '?'} steps`,
  step_edited: (data) => `${step(data)} edited: version ${data.version ?? '?'} of its copy`,
  step_regenerated: (data) => `${step(data)} written anew: version ${data.version ?? '?'} of its copy`,
  step_sent: (data) => `${step(data)} sent${because(data)}`,
  step_done: (data) => `${step(data)} done`,
  step_skipped: (data) => `${step(data)} skipped${because(data)}`,
  step_failed: (data) => `${step(data)} failed${because(data)}`,
  step_deferred: (data, zone) => `${step(data)} goes later, ${until(data, zone)}: ${said(data.why)}`,
  sequence_waits_for_connection: (data, zone) => `${step(data)} waits for the connection, until ${until(data, zone)}`,
  sequence_ended: (data) =>
    `ended: ${statusName(data.status)}${data.reason === undefined ? '' : ` (${said(data.reason)})`}`,
  task_opened: ({ task_kind: kind }) => `task opened: ${said(kind)}`,
  task_completed: ({ task_kind: kind, outcome }) =>
    `task completed: ${said(kind)}${outcome === undefined ? '' : `, ${said(outcome)}`}`,
  task_skipped: ({ task_kind: kind }) => `task skipped: ${said(kind)}`,
  task_dismissed: ({ task_kind: kind }) => `task dismissed: ${said(kind)}`,
  reply_received: ({ intent }) => `reply: ${said(intent)}`,
  bounce_received: ({ bounce }) => `bounce: ${said(bounce)}`,
  lead_failed: (data) => `lead failed${because(data)}`,
};

const until = ({ until }: Data, zone: string) =>
  typeof until === 'string' ? instantText(Date.parse(until), zone) : '?';

/** What one event says, without its instant: "step 1 (email) sent". */
export const eventText = ({ kind, data }: EventShown, zone: string): string => texts[kind]?.(data, zone) ?? said(kind);

/** "Tue 24 Nov, 09:00 (Europe/Paris)  step 1 (email) sent". */
export const eventLine = (event: EventShown, zone: string): string =>
  `${instantText(Date.parse(event.at), zone)}  ${eventText(event, zone)}`;
