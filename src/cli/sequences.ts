import type { Command } from 'commander';
import type { contactShape } from '../api/shapes/contacts.ts';
import { pageOf } from '../api/shapes/primitives.ts';
import {
  type SequenceDetailShown,
  type SequenceShown,
  sequenceDetailShape,
  sequenceShape,
} from '../api/shapes/sequences.ts';
import { instantText } from '../domain/instant-text.ts';
import { sequenceStatuses, statusNames } from '../domain/sequence.ts';
import { type PageOptions, pageOption, segment, sizeOption, statusOption } from './options.ts';
import { copyCommands } from './sequence-copy.ts';
import type { Session } from './session.ts';
import { fields, oneLine, pageLine, table } from './terminal.ts';
import { eventLine } from './timeline.ts';

/** `topo sequence …`. */
export function sequenceCommands(program: Command, session: Session): void {
  const sequence = program.command('sequence').description("sequences: one contact's way through a campaign");

  sequence
    .command('list')
    .description('where each contact stands, the next step and why not sooner')
    .option('--campaign <id>', 'only those of this campaign')
    .addOption(statusOption(sequenceStatuses))
    .addOption(pageOption())
    .addOption(sizeOption())
    .addHelpText('after', '\nExample:\n  $ topo sequence list --status waiting-for-user')
    .action(
      async (
        { campaign, status, page, size }: PageOptions & { campaign?: string; status?: string },
        command: Command,
      ) => {
        const query = { campaign_id: campaign, status, page, size };
        const answer = await session.client().get('/v1/sequences', pageOf(sequenceShape), query);
        session.print(command, answer, ({ items }) =>
          [
            items.length === 0
              ? []
              : table(['ID', 'CONTACT', 'STATUS', 'STEPS', 'NEXT', 'WHY NOT SOONER'], items.map(row)),
            pageLine(page, answer) ?? [],
          ]
            .flat()
            .join('\n'),
        );
      },
    );

  sequence
    .command('show')
    .description('one sequence: holds, next step, every step, open tasks, timeline')
    .argument('<id>', 'the sequence')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await session.client().get(`/v1/sequences/${segment(id)}`, sequenceDetailShape);
      session.print(command, answer, whole);
    });

  sequence
    .command('stop')
    .description('end it: no further step is sent, open tasks stay until dismissed. There is no undo')
    .argument('<id>', 'the sequence')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await session.client().post(`/v1/sequences/${segment(id)}/stop`, sequenceShape);
      session.print(command, answer, standing);
    });

  copyCommands(sequence, session);
}

/** "Sequence … (Ada Lovelace) is Stopped early (stopped by user)." */
export const standing = (one: SequenceShown): string =>
  `Sequence ${one.id} (${contactName(one.contact)}) is ${statusText(one)}.`;

const statusText = ({ status, end_reason: reason }: SequenceShown) =>
  `${statusNames[status]}${reason === null ? '' : ` (${reason.replaceAll('_', ' ')})`}`;

/** A person's name, or what else we know them by. */
export function contactName(contact: (typeof contactShape)['_output']): string {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
  return oneLine(name || contact.email || contact.linkedin_profile || contact.id);
}

const instant = (at: string | null, zone: string) => (at === null ? null : instantText(Date.parse(at), zone));

const row = (one: SequenceShown) => [
  one.id,
  contactName(one.contact),
  statusText(one),
  `${one.steps_finished}/${one.step_count}`,
  one.next === null
    ? null
    : `${one.next.number} ${one.next.name}${one.next.at === null ? '' : `, ${instant(one.next.at, one.timezone)}`}`,
  one.next?.text ?? null,
];

function whole(one: SequenceDetailShown): string {
  const { timezone: zone, next } = one;
  const open = one.tasks.filter(({ status }) => status === 'OPEN');
  return [
    fields([
      ['Sequence', one.id],
      ['Contact', `${contactName(one.contact)}${one.contact.company === null ? '' : `, ${one.contact.company}`}`],
      [
        'Reached at',
        [one.contact.email, one.contact.linkedin_profile && `linkedin.com/in/${one.contact.linkedin_profile}`]
          .filter(Boolean)
          .join(', '),
      ],
      ['Campaign', `${one.campaign.name}, ${one.campaign.status}`],
      ['Status', statusText(one)],
      ['Held by', one.holds.length === 0 ? null : one.holds.map(({ text }) => text).join('; ')],
      ['Next', next && `step ${next.number} '${next.name}'${next.at === null ? '' : `, ${instant(next.at, zone)}`}`],
      ['Why not sooner', next?.text ?? null],
      ...(one.ai_note === null ? [] : [['Copy', one.ai_note] as const]),
    ]),
    '',
    table(
      ['STEP', 'KIND', 'NAME', 'STATUS', 'FINISHED'],
      one.steps.map((step) => stepRow(step, zone)),
    ),
    ...(open.length === 0
      ? []
      : [
          '',
          table(
            ['OPEN TASK', 'TITLE', 'FOR'],
            open.map((task) => [task.id, task.title, task.assignee.name]),
          ),
        ]),
    '',
    'Timeline',
    ...one.timeline.map((event) => `  ${oneLine(eventLine(event, zone))}`),
    ...(next === null
      ? []
      : [
          `  ${next.at === null ? 'not yet' : instant(next.at, zone)}  step ${next.number} (${next.kind.replaceAll('_', ' ')}): ${oneLine(next.text)}`,
        ]),
  ].join('\n');
}

const stepRow = (step: SequenceDetailShown['steps'][number], zone: string) => [
  step.number,
  step.kind,
  step.name,
  `${step.status}${step.reason === null ? '' : ` (${step.reason.replaceAll('_', ' ')})`}`,
  instant(step.finished_at, zone),
];
