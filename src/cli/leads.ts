import type { Command } from 'commander';
import { type LeadShown, leadShape } from '../api/shapes/leads.ts';
import { pageOf } from '../api/shapes/primitives.ts';
import { leadStatuses } from '../domain/lead.ts';
import { importCommand } from './import-leads.ts';
import { type PageOptions, pageOption, segment, sizeOption, statusOption } from './options.ts';
import { contactName } from './sequences.ts';
import type { Session } from './session.ts';
import { pageLine, table } from './terminal.ts';

/** `topo leads …`. */
export function leadCommands(program: Command, session: Session): void {
  const leads = program.command('leads').description('leads: contacts proposed to a campaign');
  importCommand(leads, session);

  leads
    .command('list')
    .description("a campaign's leads")
    .requiredOption('--campaign <id>', 'the campaign')
    .addOption(statusOption(leadStatuses))
    .option('--missing <variable>', 'those who have no value for it, such as custom.phone')
    .addOption(pageOption())
    .addOption(sizeOption())
    .action(
      async (
        {
          campaign,
          status,
          missing,
          page,
          size,
        }: PageOptions & { campaign: string; status?: string; missing?: string },
        command: Command,
      ) => {
        const answer = await session
          .client()
          .get(`/v1/campaigns/${segment(campaign)}/leads`, pageOf(leadShape), { status, missing, page, size });
        session.print(command, answer, ({ items }) =>
          [
            items.length === 0 ? [] : table(['ID', 'CONTACT', 'EMAIL', 'STATUS', 'SEQUENCE'], items.map(row)),
            pageLine(page, answer) ?? [],
          ]
            .flat()
            .join('\n'),
        );
      },
    );

  for (const [verb, description] of [
    ['approve', 'approve leads: the campaign enrols them when its day allows'],
    ['reject', 'reject leads'],
  ] as const)
    leads
      .command(verb)
      .description(description)
      .argument('<id...>', 'the leads')
      .action(async (ids: string[], _options: object, command: Command) => {
        const client = session.client();
        const answers: LeadShown[] = [];
        for (const id of ids) answers.push(await client.post(`/v1/leads/${segment(id)}/${verb}`, leadShape));
        session.print(command, answers, (done) =>
          done.map((lead) => `Lead ${lead.id} (${contactName(lead.contact)}) is ${lead.status}.`).join('\n'),
        );
      });
}

const row = (one: LeadShown) => [
  one.id,
  contactName(one.contact),
  one.contact.email,
  one.failure === null ? one.status : `${one.status} (${one.failure.replaceAll('_', ' ')})`,
  one.sequence_id,
];
