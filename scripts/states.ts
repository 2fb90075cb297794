/**
 * Writes docs/states.md from the transition tables of src/domain: `npm run docs`. With `--check` it writes nothing and
 * fails when the page differs.
 */
import { fileURLToPath } from 'node:url';
import { accountMoves } from '../src/domain/accounts/account.ts';
import { invitationMoves } from '../src/domain/accounts/linkedin.ts';
import { campaignMoves } from '../src/domain/campaign.ts';
import { deliveryMoves } from '../src/domain/delivery.ts';
import { leadFailures, leadMoves } from '../src/domain/lead.ts';
import { ends, sequenceMoves, statusNames, stepMoves, terminalStatuses } from '../src/domain/sequence.ts';
import { taskMoves, taskOutcomes } from '../src/domain/task.ts';
import { templateMoves } from '../src/domain/template.ts';
import { keepPage, wrapped } from './generated-page.ts';

type Moves = Readonly<Record<string, readonly string[]>>;

/** A table under a noun: a heading per column, then the rows. */
type Table = readonly (readonly string[])[];

export interface Noun {
  name: string;
  about: string;
  moves: Moves;
  /** Where one begins. */
  starts: readonly string[];
  /** Where one may stay for ever; unless said, wherever nothing leads on from. */
  ends?: readonly string[];
  more?: { about: string; table: Table };
}

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ') || '–';

export const nouns: readonly Noun[] = [
  {
    name: 'Sequence',
    about:
      'The three open statuses are never set: they are derived, in the transaction that changes anything, from what the ' +
      'sequence waits for. An end is final, with one arc out: a positive answer to the last message.',
    moves: sequenceMoves,
    starts: ['ACTIVE'],
    ends: terminalStatuses,
    more: {
      about: 'Every end has a reason:',
      table: [
        ['status', 'as people read it', 'end reasons'],
        ...terminalStatuses.map((status) => [`\`${status}\``, statusNames[status], code(ends[status])]),
      ],
    },
  },
  {
    name: 'Step of a sequence',
    about:
      'A claim that is given back returns a step from `SENDING` to `PENDING`, or to `CANCELED` when the sequence has ended ' +
      'meanwhile; a person who says "send again" returns it from `UNCONFIRMED`. The end of a sequence cancels the steps ' +
      'that are `PENDING` or `WAITING`; a message on its way still records what became of it.',
    moves: stepMoves,
    starts: ['PENDING'],
  },
  {
    name: 'Template',
    about: 'Only an `ACTIVE` template takes new leads. `FINISHING` becomes `ARCHIVED` once nothing is open.',
    moves: templateMoves,
    starts: ['PENDING_SETUP'],
  },
  {
    name: 'Campaign',
    about: 'Pausing twice is one pause.',
    moves: campaignMoves,
    starts: ['DRAFT'],
  },
  {
    name: 'Lead',
    about: 'A failed lead can be corrected and approved again. What happens after enrolment is told by its sequence.',
    moves: leadMoves,
    starts: ['PENDING_REVIEW', 'APPROVED'],
    ends: ['REJECTED', 'ENROLLED', 'FAILED'],
    more: {
      about: 'A failure has a reason:',
      table: [
        ['status', 'reasons'],
        ['`FAILED`', code(leadFailures)],
      ],
    },
  },
  {
    name: 'Task',
    about: 'A task is settled once. The same answer again does no harm; another one is refused.',
    moves: taskMoves,
    starts: ['OPEN'],
    more: {
      about: 'Completing a task takes an outcome where its kind has several:',
      table: [
        ['kind', 'outcomes'],
        ...Object.entries(taskOutcomes).map(([kind, outcomes]) => [code([kind]), code(outcomes)]),
      ],
    },
  },
  {
    name: 'Delivery',
    about:
      'The ledger row of one outgoing message. `CLAIMED` to itself is a new attempt on a claim whose worker was lost ' +
      'before the message body began; once it has begun (`DATA_STARTED`) nothing is tried again blindly.',
    moves: deliveryMoves,
    starts: ['CLAIMED'],
  },
  {
    name: 'Invitation',
    about:
      'The newest LinkedIn invitation of an account to a contact, as far as it is ours. `GONE` is one that is pending no ' +
      'more and was not accepted: declined, or taken back by the member. Whoever accepts after all is connected; `PENDING` ' +
      'again is a new invitation.',
    moves: invitationMoves,
    starts: ['PENDING', 'ACCEPTED'],
    ends: ['ACCEPTED', 'WITHDRAWN', 'GONE'],
  },
  {
    name: 'Account',
    about: 'A removed account never returns; its address may be connected anew as another account.',
    moves: accountMoves,
    starts: ['CONNECTED'],
  },
];

/** The page as it should read. */
export const statesPage = (of: readonly Noun[] = nouns): string =>
  `${[
    '# States',
    wrapped(
      'Where each noun can stand and how it may move. Every writer goes through these tables; what they do not hold is a ' +
        'bug, never a silent update.',
    ),
    'Generated from the tables in `src/domain` by `scripts/states.ts`: change the code, then run `npm run docs`.',
    ...of.map(section),
  ].join('\n\n')}\n`;

function section({ name, about, moves, starts, ends, more }: Noun): string {
  const still = ends ?? Object.keys(moves).filter((status) => moves[status]?.length === 0);
  return [
    `## ${name}`,
    wrapped(about),
    diagram(moves, starts, still),
    table([['from', 'may move to'], ...Object.entries(moves).map(([from, to]) => [`\`${from}\``, code(to)])]),
    ...(more ? [more.about, table(more.table)] : []),
  ].join('\n\n');
}

function diagram(moves: Moves, starts: readonly string[], still: readonly string[]): string {
  const peers = peersOf(moves);
  const arcs = (from: string) => (moves[from] ?? []).map((to) => [from, to] as const);
  const inside = peers.flatMap(arcs).filter(([from, to]) => from !== to && peers.includes(to));
  const outside = [
    ...(peers[0] ? arcs(peers[0]).map(([, to]) => ['open', to] as const) : []),
    ...Object.keys(moves)
      .filter((status) => !peers.includes(status))
      .flatMap(arcs),
  ].filter(([, to]) => !peers.includes(to));
  const line = ([from, to]: readonly [string, string]) => `${from} --> ${to}`;
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...starts.map((status) => `  ${line(['[*]', status])}`),
    ...(peers.length > 0 ? ['  state open {', ...inside.map((arc) => `    ${line(arc)}`), '  }'] : []),
    ...outside.map((arc) => `  ${line(arc)}`),
    ...still.map((status) => `  ${line([status, '[*]'])}`),
    '```',
  ].join('\n');
}

/** Statuses that may each move to any other of them and to the same ends: drawn as one box, or nobody could read it. */
function peersOf(moves: Moves): string[] {
  const isPeer = (status: string, other: string) =>
    status !== other && moves[status]?.includes(other) === true && moves[status]?.join() === moves[other]?.join();
  const statuses = Object.keys(moves);
  return statuses.filter((status) => statuses.some((other) => isPeer(status, other)));
}

/** Padded, as the formatter would have it. */
function table(rows: Table): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) keepPage('docs/states.md', statesPage());
