import { type Command, InvalidArgumentError, Option } from 'commander';
import { type EventShown, eventFeed } from '../api/shapes/events.ts';
import { forwardShape } from '../api/shapes/forward.ts';
import { sequenceShape } from '../api/shapes/sequences.ts';
import { instantText } from '../domain/instant-text.ts';
import { type Client, Failure } from './client.ts';
import { segment } from './options.ts';
import { contactName } from './sequences.ts';
import { isJson, type Session } from './session.ts';
import { table } from './terminal.ts';
import { eventLine, eventText } from './timeline.ts';

const PAGE = 1_000;
const NEWEST = 12;

/** `topo forward`: the embedded runtime's clock. */
export function forwardCommand(program: Command, session: Session): void {
  program
    .command('forward')
    .description('move the clock of the whole installation, and see what happens (embedded runtime only)')
    .argument('[duration]', '30m, 12h, 3d, 2w', duration)
    .addOption(new Option('--to-next', 'to the next instant at which anything acts'))
    .addHelpText('after', '\nExamples:\n  $ topo forward 3d\n  $ topo forward --to-next')
    .action(async (given: string | undefined, { toNext = false }: { toNext?: boolean }, command: Command) => {
      if ((given === undefined) === !toNext) command.error('error: give either a duration (3d) or --to-next');
      const client = session.client();
      const before = await newest(client);
      const moved = await move(client, toNext ? { to_next: true } : { duration: given });
      const events = inTime(await since(client, before));
      const names = isJson(command) ? new Map<string, string>() : await namesIn(client, events.slice(-NEWEST));
      session.print(command, { ...moved, events }, (answer) => report(answer, names, toNext));
    });
}

function duration(text: string): string {
  if (!/^[1-9]\d{0,6}[mhdw]$/.test(text))
    throw new InvalidArgumentError('expected a number and a unit: 30m, 12h, 3d, 2w.');
  return text;
}

async function move(client: Client, body: { duration?: string | undefined } | { to_next: true }) {
  try {
    return await client.post('/dev/forward', forwardShape, body);
  } catch (error) {
    if (error instanceof Failure && error.status === 404)
      throw new Failure('this server has no virtual time: only the embedded runtime (npm start) does', [], 404);
    throw error;
  }
}

const newest = async (client: Client): Promise<number> =>
  (await client.get('/v1/events', eventFeed, { since_ordinal: Number.MAX_SAFE_INTEGER, size: 1 })).newest_ordinal;

async function since(client: Client, ordinal: number): Promise<EventShown[]> {
  const events: EventShown[] = [];
  for (;;) {
    const page = await client.get('/v1/events', eventFeed, {
      since_ordinal: events.at(-1)?.ordinal ?? ordinal,
      size: PAGE,
    });
    events.push(...page.items);
    if (!page.has_more) return events;
  }
}

/** Within one move of the clock, what is written later may have happened earlier. */
const inTime = (events: readonly EventShown[]): EventShown[] =>
  [...events].sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || one.ordinal - other.ordinal);

/** Who the lines are about, by sequence. */
async function namesIn(client: Client, events: readonly EventShown[]): Promise<Map<string, string>> {
  const ids = new Set(events.flatMap(({ sequence_id: id }) => id ?? []));
  const named = [...ids].map(async (id): Promise<[string, string]> => {
    const { contact } = await client.get(`/v1/sequences/${segment(id)}`, sequenceShape);
    return [id, contactName(contact)];
  });
  return new Map(await Promise.all(named));
}

const ZONE = 'UTC'; // of no template in particular

type Report = { from: string; to: string; events: readonly EventShown[] };

function report({ from, to, events }: Report, names: ReadonlyMap<string, string>, toNext: boolean): string {
  if (from === to && events.length === 0)
    return toNext ? 'Nothing lies ahead: no step and no enrolment is planned.' : 'Nothing moved.';
  const moved = `From ${instantText(Date.parse(from), ZONE)} to ${instantText(Date.parse(to), ZONE)}.`;
  if (events.length === 0) return `${moved} Nothing happened.`;
  const counts = new Map<string, number>();
  for (const event of events) counts.set(kindText(event), (counts.get(kindText(event)) ?? 0) + 1);
  const rows = [...counts].sort(([, one], [, other]) => other - one).map(([kind, count]) => [count, kind]);
  const line = (event: EventShown) => {
    const id = event.sequence_id;
    return `  ${eventLine(event, ZONE)}${id === null ? '' : `  ${names.get(id) ?? ''} ${id}`}`;
  };
  return [
    `${moved} ${events.length} event${events.length === 1 ? '' : 's'}:`,
    '',
    table(['', ''], rows).trimStart(),
    '',
    events.length > NEWEST ? `The newest ${NEWEST}` : 'In order',
    ...events.slice(-NEWEST).map(line),
  ].join('\n');
}

/** Alike but for whom and when. */
const kindText = (event: EventShown) =>
  event.kind === 'step_deferred'
    ? `a step goes later: ${String(event.data.why ?? '?').replaceAll('_', ' ')}`
    : eventText(event, ZONE);
