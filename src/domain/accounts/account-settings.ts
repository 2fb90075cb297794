import { domainOf, isReservedDomain, normaliseEmail, normaliseProfile } from '../contact.ts';
import type { Problem } from '../problem.ts';
import { isZone } from '../zone.ts';
import type { ServerSettings } from './account.ts';
import { checkHost, isPrivateHost } from './host.ts';

/** One of an account's two servers, with what opens it. */
export interface ServerInput extends ServerSettings {
  password: string | null;
}

/** What a person decides about any account. */
export interface AccountHabits {
  senderName: string | null;
  senderJobTitle: string | null;
  /** Plain text below each email. */
  signature: string | null;
  /** IANA. */
  zone: string;
  dailyCap: number;
  gapSeconds: number;
}

/** What a person decides about a LinkedIn account beside; its daily cap counts messages. */
export interface InvitationHabits {
  invitationsPerDay: number;
  /** In any 7 days. */
  invitationsPerWeek: number;
  /** A pending invitation is taken back after so many days; null: never. */
  withdrawAfterDays: number | null;
}

/** It signs nothing. */
export type LinkedInHabits = Omit<AccountHabits, 'signature'> & InvitationHabits;

export interface AccountServers {
  smtp: ServerInput;
  imap: ServerInput;
  filesSent: boolean;
}

/** Where the installation stands: only the embedded runtime talks to private hosts, unencrypted, from invented addresses. */
export interface AccountRules {
  allowPrivateHosts: boolean;
}

export const accountDefaults = { dailyCap: 50, gapSeconds: 60 } as const;
/** LinkedIn counts more closely, and looks at how fast somebody works. Facts: libraries 6. */
export const linkedInDefaults = {
  dailyCap: 50,
  gapSeconds: 180,
  invitationsPerDay: 20,
  invitationsPerWeek: 100,
  withdrawAfterDays: 20,
} as const;
export const accountLimits = {
  dailyCap: 10_000,
  gapSeconds: 86_400,
  invitationsPerDay: 1_000,
  invitationsPerWeek: 7_000,
  withdrawAfterDays: 180,
} as const;

/** Everything wrong with a new email account, each with its place as callers write it; empty: it may be tested. Design 9. */
export const checkNewAccount = (
  { address, ...account }: { address: string } & AccountHabits & AccountServers,
  rules: AccountRules,
): Problem[] => [...checkAddress(address, rules), ...checkHabits(account), ...checkServers(account, rules)];

/** Everything wrong with a new LinkedIn account; empty: its provider may be asked. */
export const checkNewLinkedIn = ({
  profile,
  externalId,
  ...habits
}: { profile: string; externalId: string } & LinkedInHabits): Problem[] => {
  const normal = normaliseProfile(profile);
  return [
    ...(normal.ok ? [] : [{ path: ['profile'], what: normal.problem }]),
    ...checkExternalId(externalId),
    ...checkHabits(habits),
  ];
};

export const checkExternalId = (externalId: string): Problem[] =>
  /^[\x21-\x7e]+$/.test(externalId)
    ? []
    : [{ path: ['external_id'], what: 'must be the id by which the provider names the account, without spaces' }];

function checkAddress(address: string, { allowPrivateHosts }: AccountRules): Problem[] {
  const normal = normaliseEmail(address);
  if (!normal.ok) return [{ path: ['address'], what: normal.problem }];
  if (allowPrivateHosts || !isReservedDomain(domainOf(normal.email))) return [];
  const what = `${JSON.stringify(address)} is in a domain kept for examples and tests: nobody receives mail there`;
  return [{ path: ['address'], what }];
}

/** What is wrong with the given ones of what a person decides. */
export function checkHabits(habits: Partial<AccountHabits & InvitationHabits>): Problem[] {
  const problems: Problem[] = [];
  const check = (fits: boolean, field: string, what: string) => {
    if (!fits) problems.push({ path: [field], what });
  };
  const { zone } = habits;
  for (const [field, name] of [
    ['sender_name', habits.senderName],
    ['sender_job_title', habits.senderJobTitle],
  ] as const)
    check(isOneLine(name ?? 'x'), field, 'must be one line of text, or null');
  if (zone !== undefined)
    check(isZone(zone), 'timezone', `must be an IANA time zone such as "Europe/Paris", got ${JSON.stringify(zone)}`);
  for (const { name, field, least, what } of numbers) {
    const given = habits[name] ?? least;
    const most = accountLimits[name];
    check(
      isWhole(given, most) && given >= least,
      field,
      `must be a whole number ${what}from ${least} to ${most}, got ${given}`,
    );
  }
  return problems;
}

const numbers = [
  { name: 'dailyCap', field: 'daily_cap', least: 0, what: '' },
  { name: 'gapSeconds', field: 'gap_seconds', least: 0, what: 'of seconds ' },
  { name: 'invitationsPerDay', field: 'invitations_per_day', least: 0, what: '' },
  { name: 'invitationsPerWeek', field: 'invitations_per_week', least: 0, what: '' },
  { name: 'withdrawAfterDays', field: 'withdraw_after_days', least: 1, what: 'of days ' },
] as const;

const isOneLine = (text: string) => text.trim() !== '' && !/[\p{Cc}\u2028\u2029]/u.test(text);
const isWhole = (value: number, most: number) => Number.isInteger(value) && value >= 0 && value <= most;

export const checkServers = ({ smtp, imap }: AccountServers, rules: AccountRules): Problem[] => [
  ...checkServer('smtp', smtp, rules),
  ...checkServer('imap', imap, rules),
];

function checkServer(name: 'smtp' | 'imap', server: ServerInput, rules: AccountRules): Problem[] {
  const problems: Problem[] = [];
  const check = (what: string | null, field: keyof ServerInput) => {
    if (what !== null) problems.push({ path: [name, field], what });
  };
  const { host, port, tls, user, password } = server;
  check(checkHost(host, rules), 'host');
  check(isWhole(port, 65_535) && port > 0 ? null : `must be a port from 1 to 65535, got ${port}`, 'port');
  const isBare = tls === 'none' && !(rules.allowPrivateHosts && isPrivateHost(host));
  check(isBare ? 'must be "implicit" or "starttls": a password never travels unencrypted' : null, 'tls');
  check(user === null || isOneLine(user) ? null : 'must be one line of text, or null', 'user');
  if (user !== null && (password ?? '') === '')
    check(`must be given, for the user ${JSON.stringify(user)}`, 'password');
  if (user === null && password !== null) check('must be given, for there is a password', 'user');
  // A NUL ends a login (RFC 4616); line breaks end a command.
  if (/[\0\r\n]/.test(password ?? '')) check('must not hold a line break or U+0000', 'password');
  return problems;
}
