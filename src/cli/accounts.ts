import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { type AccountShown, accountShape, removedAccountShape } from '../api/shapes/accounts.ts';
import { pageOf } from '../api/shapes/primitives.ts';
import { environmentWith } from '../config.ts';
import { accountStatuses, channels } from '../domain/accounts/account.ts';
import { instantText } from '../domain/instant-text.ts';
import { Failure } from './client.ts';
import { type PageOptions, pageOption, segment, sizeOption, statusOption } from './options.ts';
import { readJsonObject } from './read-file.ts';
import type { Session } from './session.ts';
import { fields, pageLine, type Terminal, table } from './terminal.ts';

const connectHelp = `
The file, for example (the names are those of POST /v1/accounts):
  {
    "address": "sam@example.com", "sender_name": "Sam Sender", "timezone": "Europe/Paris", "daily_cap": 50,
    "smtp": { "host": "smtp.example.com", "port": 465, "tls": "implicit", "user": "sam@example.com", "password": { "env": "SAM_PASSWORD" } },
    "imap": { "host": "imap.example.com", "port": 993, "tls": "implicit", "user": "sam@example.com", "password": { "env": "SAM_PASSWORD" } }
  }
tls is "implicit" (ports 465 and 993) or "starttls" (587 and 143). A password is the name of an environment variable, or
it is left out and asked for. Both servers are asked before anything is stored. A LinkedIn account needs no file:
\`topo account connect-linkedin\`.

Examples:
  $ topo account connect sam.json
  $ SAM_PASSWORD="$(cat secret)" topo account connect sam.json --json`;

const connectLinkedInHelp = `
The member signs in at the provider first, which then names the account. The provider is asked before anything is stored.

Example:
  $ topo account connect-linkedin https://www.linkedin.com/in/sam-sender kD8sW1xTQ9 --timezone Europe/Paris --invitations-per-day 15`;

/** `topo account …`. */
export function accountCommands(program: Command, session: Session): void {
  const account = program.command('account').description('the email and LinkedIn accounts that messages leave from');

  account
    .command('connect')
    .description('connect an email account described in a JSON file, after asking its servers')
    .argument('<file>', 'the file; - reads the standard input')
    .addHelpText('after', connectHelp)
    .action(async (file: string, _options: object, command: Command) => {
      const body = await withPasswords(readJsonObject(file), session.terminal);
      const answer = await session.client().post('/v1/accounts', accountShape, body);
      session.print(command, answer, standing);
    });

  account
    .command('connect-linkedin')
    .description('connect a LinkedIn account, after asking its provider; limits that are left out are cautious')
    .argument('<profile>', "the member's own profile: its address, or its last part")
    .argument('<external-id>', 'how the provider names the account')
    .option('--timezone <zone>', 'IANA; its days count by it')
    .addOption(numberOption('--daily-cap <number>', 'messages a day'))
    .addOption(numberOption('--gap-seconds <seconds>', 'at least between two deeds; up to half of it again is added'))
    .addOption(numberOption('--invitations-per-day <number>', 'invitations a day'))
    .addOption(numberOption('--invitations-per-week <number>', 'invitations in any 7 days'))
    .addOption(numberOption('--withdraw-after-days <days>', 'when a pending invitation is taken back'))
    .addHelpText('after', connectLinkedInHelp)
    .action(async (profile: string, externalId: string, options: LinkedInOptions, command: Command) => {
      const answer = await session.client().post('/v1/accounts', accountShape, {
        channel: 'linkedin',
        profile,
        external_id: externalId,
        timezone: options.timezone,
        daily_cap: options.dailyCap,
        gap_seconds: options.gapSeconds,
        invitations_per_day: options.invitationsPerDay,
        invitations_per_week: options.invitationsPerWeek,
        withdraw_after_days: options.withdrawAfterDays,
      });
      session.print(command, answer, standing);
    });

  account
    .command('list')
    .description('the accounts of the workspace, with what they sent and what ails them')
    .addOption(new Option('--channel <channel>', 'only these').choices(channels))
    .addOption(statusOption(accountStatuses))
    .addOption(pageOption())
    .addOption(sizeOption())
    .action(async (options: PageOptions & { status?: string; channel?: string }, command: Command) => {
      const { page, size, status, channel } = options;
      const answer = await session.client().get('/v1/accounts', pageOf(accountShape), { status, channel, page, size });
      session.print(command, answer, ({ items }) =>
        [
          items.length === 0
            ? []
            : table(['ID', 'CHANNEL', 'ADDRESS', 'STATUS', 'TODAY', 'BOUNCED', 'COMPLAINED', ''], items.map(row)),
          pageLine(page, answer) ?? [],
        ]
          .flat()
          .join('\n'),
      );
    });

  account
    .command('show')
    .description('one account: its servers, its inbox, what it sent and what ails it')
    .argument('<id>', 'the account')
    .action(async (id: string, _options: object, command: Command) => {
      session.print(command, await session.client().get(`/v1/accounts/${segment(id)}`, accountShape), whole);
    });

  for (const [verb, description, text] of verbs)
    account
      .command(verb)
      .description(description)
      .argument('<id>', 'the account')
      .addHelpText('after', `\nExample:\n  $ topo account ${verb} 018d7e6f-5c4b-7a39-8281-c0d1e2f3a4b5`)
      .action(async (id: string, _options: object, command: Command) => {
        const answer = await session.client().post(`/v1/accounts/${segment(id)}/${verb}`, accountShape);
        session.print(command, answer, text);
      });

  account
    .command('remove')
    .description(
      'remove it for good: its passwords are erased, the sequences that still need it fail. There is no undo',
    )
    .argument('<id>', 'the account')
    .action(async (id: string, _options: object, command: Command) => {
      const answer = await session.client().delete(`/v1/accounts/${segment(id)}`, removedAccountShape);
      session.print(
        command,
        answer,
        (removed) => `${standing(removed)} ${removed.ended_sequences} open sequences that still needed it failed.`,
      );
    });
}

interface LinkedInOptions {
  timezone?: string;
  dailyCap?: number;
  gapSeconds?: number;
  invitationsPerDay?: number;
  invitationsPerWeek?: number;
  withdrawAfterDays?: number;
}

/** What is too much or too little of it, the API says. */
const numberOption = (flags: string, description: string) =>
  new Option(flags, description).argParser((text) => {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
    return Number(text);
  });

const standing = ({ id, address, status }: AccountShown) => `Account ${id} (${address}) is ${status}.`;

const verbs = [
  [
    'test',
    'ask its servers, or its provider, again; changes nothing',
    (one: AccountShown) =>
      one.channel === 'email'
        ? `Both servers of ${one.address} let us in.`
        : `${one.address} is signed in at its LinkedIn provider.`,
  ],
  ['pause', 'nothing goes out from it: once this has answered, no message is begun', standing],
  ['resume', 'it sends again, whoever paused it', standing],
  [
    'reconnect',
    'ask the servers, or the provider, of a disconnected one again; when they let us in, it sends again',
    standing,
  ],
] as const;

const row = (one: AccountShown) => [
  one.id,
  one.channel,
  one.address,
  one.status,
  `${one.today.sent}/${one.today.cap}`,
  one.last_7_days.hard_bounces,
  one.last_7_days.complaints,
  one.banner,
];

function whole(one: AccountShown): string {
  const at = (instant: string | null | undefined) => (instant ? instantText(Date.parse(instant), one.timezone) : null);
  const server = (shown: AccountShown['smtp']) =>
    shown && `${shown.host}:${shown.port}, ${shown.tls}, ${shown.user ?? 'no login'}`;
  const { sent, hard_bounces: bounced, complaints } = one.last_7_days;
  return fields([
    ['Account', `${one.address} (${one.id})`],
    ['Owner', one.owner.name],
    ['Status', one.status],
    ['', one.banner ?? 'all is well'],
    ['Sender', [one.sender_name, one.sender_job_title].filter(Boolean).join(', ') || null],
    ['Today', `${one.today.sent} of ${one.today.cap} sent, ${one.today.reserved} to come (${one.timezone})`],
    ['Invitations', invitationsText(one)],
    ['Last 7 days', `${sent} sent, ${bounced} bounced, ${complaints} complained`],
    ['Gap', `${one.gap_seconds} s`],
    ['SMTP', server(one.smtp)],
    ['IMAP', server(one.imap)],
    ['Inbox read', at(one.inbox?.read_at)],
    ['Inbox away since', at(one.inbox?.failing_since)],
    ['Connected', at(one.created_at)],
  ]);
}

function invitationsText({ invitations, withdraw_after_days: days }: AccountShown): string | null {
  if (invitations === null) return null;
  const { today, last_7_days: week } = invitations;
  const taken = days === null ? 'never taken back' : `taken back after ${days} days`;
  return `${today.sent} of ${today.cap} today, ${today.reserved} to come; ${week.sent} of ${week.cap} in 7 days; ${taken}`;
}

const named = z.strictObject({ env: z.string() });
const server = z.looseObject({
  host: z.unknown().optional(),
  user: z.unknown().optional(),
  password: z.unknown().optional(),
});

/** The file with its passwords filled in: from the environment, or by the person at the terminal. */
async function withPasswords(file: Record<string, unknown>, terminal: Terminal): Promise<Record<string, unknown>> {
  const body = { ...file };
  for (const name of ['smtp', 'imap'] as const) {
    const given = server.safeParse(file[name]);
    if (given.success) body[name] = { ...given.data, ...(await passwordOf(name, given.data, terminal)) };
  }
  return body;
}

/** Nothing where the server wants no login; what is wrong otherwise, the API says. */
async function passwordOf(
  name: 'smtp' | 'imap',
  { host, user, password }: z.output<typeof server>,
  { askSecret }: Terminal,
): Promise<{ password?: unknown }> {
  const variable = named.safeParse(password);
  if (variable.success) return { password: fromEnvironment(`${name}.password`, variable.data.env) };
  if ((password ?? null) !== null || typeof user !== 'string') return {};
  const place = `${name}.password`;
  if (!askSecret)
    throw new Failure(`${place} is missing, and nobody is there to ask: write { "env": "NAME" } and set that variable`);
  return { password: await askSecret(`Password of ${user} at ${String(host)}: `) };
}

function fromEnvironment(place: string, name: string): string {
  const value = environmentWith({})[name];
  if (value === undefined) throw new Failure(`${place}: the environment variable ${JSON.stringify(name)} is not set`);
  return value;
}
