import { type Command, Option } from 'commander';
import { pageOf } from '../api/shapes/primitives.ts';
import { everyOutcome, type TaskShown, taskShape } from '../api/shapes/tasks.ts';
import { statusNames } from '../domain/sequence.ts';
import { taskStatuses } from '../domain/task.ts';
import { type PageOptions, pageOption, segment, sizeOption, statusOption } from './options.ts';
import { readJsonObject } from './read-file.ts';
import { contactName } from './sequences.ts';
import type { Session } from './session.ts';
import { fields, oneLine, pageLine, table } from './terminal.ts';

interface Completion {
  outcome?: string;
  note?: string;
  content?: string;
  returnsOn?: string;
}

const completionHelp = `
Outcomes, where the task's kind has several:
  read_reply    positive, meeting_booked, referral, negative, neutral, unsubscribe, out_of_office, go_on
  confirm_send  sent, send_again

Examples:
  $ topo task complete <id> --note "Spoke to her, call again in May"
  $ topo task complete <id> --outcome meeting_booked
  $ echo '{"kind":"email","subject":"Hello","body":"…"}' | topo task complete <id> --content -`;

/** `topo task …`. */
export function taskCommands(program: Command, session: Session): void {
  const task = program.command('task').description('tasks: what waits for a person');

  task
    .command('list')
    .description('the queue: replies to answer, then the oldest; open ones unless said otherwise')
    .addOption(statusOption(taskStatuses).default('OPEN'))
    .option('--campaign <id>', 'only those of this campaign')
    .option('--sequence <id>', 'only those of this sequence')
    .addOption(pageOption())
    .addOption(sizeOption())
    .action(
      async (options: PageOptions & { status: string; campaign?: string; sequence?: string }, command: Command) => {
        const { status, campaign, sequence, page, size } = options;
        const query = { status, campaign_id: campaign, sequence_id: sequence, page, size };
        const answer = await session.client().get('/v1/tasks', pageOf(taskShape), query);
        session.print(command, answer, ({ items }) =>
          [
            items.length === 0
              ? []
              : table(['ID', 'KIND', 'TITLE', 'CONTACT', 'CAMPAIGN', 'FOR', 'STATUS'], items.map(row)),
            pageLine(page, answer) ?? [],
          ]
            .flat()
            .join('\n'),
        );
      },
    );

  task
    .command('show')
    .description('one task with its instructions, or the reply that is to be read or answered')
    .argument('<id>', 'the task')
    .action(async (id: string, _options: object, command: Command) => {
      session.print(command, await session.client().get(`/v1/tasks/${segment(id)}`, taskShape), whole);
    });

  task
    .command('complete')
    .description('do it: its sequence goes on from here')
    .argument('<id>', 'the task')
    .addOption(
      new Option('--outcome <outcome>', 'what came of it, where its kind asks').choices([...new Set(everyOutcome)]),
    )
    .option('--note <text>', 'a note beside it')
    .option('--content <file>', "for copy to complete: the step's whole content as JSON; - reads the standard input")
    .option('--returns-on <date>', 'for out_of_office: when they are back, 2026-12-03')
    .addHelpText('after', completionHelp)
    .action(async (id: string, { outcome, note, content, returnsOn }: Completion, command: Command) => {
      const answer = await session.client().post(`/v1/tasks/${segment(id)}/complete`, taskShape, {
        ...(outcome === undefined ? {} : { outcome }),
        ...(note === undefined ? {} : { note }),
        ...(content === undefined ? {} : { content: readJsonObject(content) }),
        ...(returnsOn === undefined ? {} : { returns_on: returnsOn }),
      });
      session.print(command, answer, settled);
    });

  task
    .command('skip')
    .description('skip it and its step: the sequence goes on. A reply cannot be skipped')
    .argument('<id>', 'the task')
    .option('--note <text>', 'a note beside it')
    .action(async (id: string, { note }: { note?: string }, command: Command) => {
      const body = note === undefined ? {} : { note };
      session.print(command, await session.client().post(`/v1/tasks/${segment(id)}/skip`, taskShape, body), settled);
    });

  task
    .command('dismiss')
    .description('take a task of an ended sequence off the queue')
    .argument('<id>', 'the task')
    .action(async (id: string, _options: object, command: Command) => {
      session.print(command, await session.client().post(`/v1/tasks/${segment(id)}/dismiss`, taskShape), settled);
    });
}

const row = (one: TaskShown) => [
  one.id,
  one.kind,
  one.title,
  contactName(one.contact),
  one.campaign.name,
  one.assignee.name,
  one.status,
];

function whole(one: TaskShown): string {
  return [
    fields([
      ['Task', one.id],
      ['Title', one.title],
      ['Status', one.outcome === null ? one.status : `${one.status} (${one.outcome})`],
      ['For', one.assignee.name],
      ['Contact', `${contactName(one.contact)}${one.contact.company === null ? '' : `, ${one.contact.company}`}`],
      ['Campaign', one.campaign.name],
      ['Sequence', `${one.sequence.id}, ${statusNames[one.sequence.status]}`],
      ['Step', one.step === null ? null : `${one.step.number} '${one.step.name}'`],
      ['Outcomes', one.outcomes.join(', ') || null],
      ['Note', one.note],
    ]),
    '',
    ...one.instructions.split('\n').map(oneLine),
  ].join('\n');
}

const settled = ({ id, status, outcome, sequence }: TaskShown) =>
  `Task ${id} is ${status}${outcome === null ? '' : ` (${outcome})`}; its sequence ${sequence.id} is ${sequence.status}.`;
