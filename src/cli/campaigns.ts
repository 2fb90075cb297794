import type { Command } from 'commander';
import { type CampaignShown, campaignShape, endedCampaignShape } from '../api/shapes/campaigns.ts';
import { type MissingVariablesShown, missingVariablesShape } from '../api/shapes/missing-variables.ts';
import { pageOf } from '../api/shapes/primitives.ts';
import { campaignStatuses } from '../domain/campaign.ts';
import { instantText } from '../domain/instant-text.ts';
import { unwrittenStatuses } from '../domain/lead.ts';
import { sequenceStatuses, statusNames } from '../domain/sequence.ts';
import { type PageOptions, pageOption, segment, sizeOption, statusOption } from './options.ts';
import type { Session } from './session.ts';
import { fields, pageLine, table } from './terminal.ts';

interface NewCampaign {
  name: string;
  template: string;
  owner?: string;
  account?: string[];
}

/** `topo campaign …`. */
export function campaignCommands(program: Command, session: Session): void {
  const campaign = program.command('campaign').description('campaigns: a template, its leads and its accounts');

  campaign
    .command('create')
    .description('a new campaign, DRAFT')
    .requiredOption('--name <name>', 'what people call it')
    .requiredOption('--template <id>', 'the template it runs (topo template list)')
    .option('--owner <id>', "the member who gets its tasks; left out: the workspace's first")
    .option('--account <id...>', 'the accounts to send from; left out: every connected one that the steps need')
    .addHelpText(
      'after',
      '\nExample:\n  $ topo campaign create --name "Spring" --template 018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5',
    )
    .action(async ({ name, template, owner, account }: NewCampaign, command: Command) => {
      const body = {
        name,
        template_id: template,
        ...(owner === undefined ? {} : { owner_id: owner }),
        ...(account === undefined ? {} : { account_ids: account }),
      };
      const answer = await session.client().post('/v1/campaigns', campaignShape, body);
      session.print(
        command,
        answer,
        ({ id, status, account_ids: accounts }) =>
          `Campaign ${id} ('${name}') is ${status}, with ${accounts.length} account${accounts.length === 1 ? '' : 's'}.`,
      );
    });

  const controls = [
    ['start', 'begin to enrol its approved leads'],
    ['pause', 'hold its open sequences: once this has answered, no message is begun'],
    ['resume', 'go on: what fell due meanwhile goes in the next permitted hours'],
  ] as const;
  for (const [verb, description] of controls)
    campaign
      .command(verb)
      .description(description)
      .argument('<id>', 'the campaign')
      .action(async (id: string, _options: object, command: Command) => {
        const answer = await session.client().post(`/v1/campaigns/${segment(id)}/${verb}`, campaignShape);
        session.print(command, answer, controlled);
      });

  campaign
    .command('end')
    .description('end it for good: its open sequences become Stopped early. There is no undo')
    .argument('<id>', 'the campaign')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await session.client().post(`/v1/campaigns/${segment(id)}/end`, endedCampaignShape);
      session.print(
        command,
        answer,
        (ended) => `${controlled(ended)} ${ended.stopped_sequences} open sequences were stopped.`,
      );
    });

  campaign
    .command('list')
    .description('the campaigns of the workspace')
    .addOption(statusOption(campaignStatuses))
    .addOption(pageOption())
    .addOption(sizeOption())
    .action(async ({ status, page, size }: PageOptions & { status?: string }, command: Command) => {
      const answer = await session.client().get('/v1/campaigns', pageOf(campaignShape), { status, page, size });
      session.print(command, answer, ({ items }) =>
        [
          items.length === 0
            ? []
            : table(
                ['ID', 'NAME', 'STATUS', 'TO REVIEW', 'APPROVED', 'OPEN', 'SUCCEEDED', 'NEXT ENROLMENT'],
                items.map(row),
              ),
          pageLine(page, answer) ?? [],
        ]
          .flat()
          .join('\n'),
      );
    });

  campaign
    .command('show')
    .description('one campaign: how many stand where, when it enrols next and why not sooner')
    .argument('<id>', 'the campaign')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await session.client().get(`/v1/campaigns/${segment(id)}`, campaignShape);
      session.print(command, answer, whole);
    });

  campaign
    .command('missing')
    .description('which variables of its template its leads have no value for: their copy would wait for a person')
    .argument('<id>', 'the campaign')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await session
        .client()
        .get(`/v1/campaigns/${segment(id)}/missing-variables`, missingVariablesShape);
      session.print(command, answer, missing);
    });
}

function missing({ leads, variables }: MissingVariablesShown): string {
  const lacking = variables.filter((each) => unwrittenStatuses.some((status) => each.missing[status] > 0));
  if (lacking.length === 0) return 'Every lead that is not enrolled yet has what the template asks for.';
  const rows = lacking.map((each) => [
    each.name,
    ...unwrittenStatuses.map((status) => `${each.missing[status]} of ${leads[status]}`),
    each.steps.join(', '),
  ]);
  return table(['VARIABLE', 'MISSING TO REVIEW', 'MISSING APPROVED', 'STEPS'], rows);
}

const controlled = ({ id, name, status, next_enrolment_text: why }: CampaignShown) =>
  `Campaign ${id} ('${name}') is ${status}${status === 'RUNNING' && why !== null ? `: ${why}` : ''}.`;

const row = (one: CampaignShown) => [
  one.id,
  one.name,
  one.status,
  one.leads.PENDING_REVIEW,
  one.leads.APPROVED,
  one.sequences.ACTIVE + one.sequences.WAITING_FOR_USER + one.sequences.WAITING_FOR_LEAD,
  one.sequences.SUCCEEDED,
  one.next_enrolment_text,
];

function whole(one: CampaignShown): string {
  const at = one.next_enrolment_at === null ? null : instantText(Date.parse(one.next_enrolment_at), one.timezone);
  return [
    fields([
      ['Campaign', `${one.name} (${one.id})`],
      ['Status', one.status],
      ['Template', `${one.template.name ?? 'no name'}, ${one.template.status} (${one.template.id})`],
      ['Owner', one.owner.name],
      ['Accounts', one.account_ids.length],
      ['Next enrolment', at],
      ['Why not sooner', one.next_enrolment_text],
    ]),
    '',
    table(
      ['LEADS', ''],
      Object.entries(one.leads).map(([status, count]) => [status, count]),
    ),
    '',
    table(
      ['SEQUENCES', ''],
      sequenceStatuses.map((status) => [statusNames[status], one.sequences[status]]),
    ),
  ].join('\n');
}
