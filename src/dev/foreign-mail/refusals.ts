import {
  connectAccount,
  type NewEmailAccount,
  passwordsOf,
  settingsOf,
} from '../../commands/accounts/connect-account.ts';
import { testServers } from '../../commands/accounts/test-account.ts';
import type { AccountDeps, Caller } from '../../commands/deps.ts';
import { dotted, lineOf, type Problem, problemText } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import { mailPorts } from './engine.ts';
import type { Findings } from './report.ts';
import type { ForeignMail } from './server.ts';

interface Mistake {
  what: string;
  account: NewEmailAccount;
  /** Where the form must say so, and in words like these. */
  expected: Readonly<Record<string, RegExp>>;
  deps?: Partial<AccountDeps>;
}

/** What people get wrong when they connect an account, and what these servers then say through our adapters. */
export async function tryMistakes(
  deps: AccountDeps,
  caller: Caller,
  right: NewEmailAccount,
  findings: Findings,
): Promise<void> {
  const tried = mistakes(right).map(async ({ what, account, expected, deps: other }) => {
    const problems = await problemsOf(connectAccount({ ...deps, ...other }, caller, account));
    return { what, expected, problems };
  });
  for (const { what, expected, problems } of await Promise.all(tried)) {
    const asExpected = Object.entries(expected).map(([path, words]) =>
      problems.some((found) => dotted(found.path) === path && words.test(problemText(found))),
    );
    findings.holds(what, problems.length === asExpected.length && asExpected.every(Boolean), told(problems));
  }
}

/** The servers' other two ports: TLS from the first byte for sending, STARTTLS for reading. */
export async function tryOtherPorts(
  deps: AccountDeps,
  right: NewEmailAccount,
  { smtps, imap }: ForeignMail['ports'],
  findings: Findings,
): Promise<void> {
  const other: NewEmailAccount = {
    ...right,
    smtp: { ...right.smtp, port: smtps, tls: 'implicit' },
    imap: { ...right.imap, port: imap, tls: 'starttls' },
  };
  const problems = await problemsOf(testServers(deps, settingsOf(other), passwordsOf(other)));
  findings.holds('SMTP with TLS at once, IMAP with STARTTLS', problems.length === 0, told(problems));
}

const told = (problems: readonly Problem[]) => problems.map(lineOf).join('\n') || 'connects';

async function problemsOf(attempt: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await attempt;
    return [];
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
}

function mistakes(right: NewEmailAccount): Mistake[] {
  const { smtp, imap } = right;
  const wrong = { password: 'not the password' };
  const elsewhere = { host: 'imap.example.test' };
  return [
    {
      what: 'wrong passwords',
      account: { ...right, smtp: { ...smtp, ...wrong }, imap: { ...imap, ...wrong } },
      expected: { 'smtp.password': /not accepted/, 'imap.password': /refused the login/ },
    },
    {
      what: 'TLS from the first byte where STARTTLS is spoken, and the other way round',
      account: { ...right, smtp: { ...smtp, tls: 'implicit' }, imap: { ...imap, tls: 'starttls' } },
      expected: { 'smtp.tls': /does not speak TLS from the start/, 'imap.host': /TLS from the first byte/ },
    },
    {
      what: 'a name that the certificate is not for',
      account: { ...right, smtp: { ...smtp, ...elsewhere }, imap: { ...imap, ...elsewhere } },
      expected: { 'smtp.tls': /for another host/, 'imap.tls': /is for mail\.example\.test/ },
    },
    {
      what: 'an authority that we do not know',
      account: right,
      deps: mailPorts([]),
      expected: { 'smtp.tls': /nobody we know/, 'imap.tls': /nobody we know/ },
    },
    {
      what: 'the two ports exchanged',
      account: { ...right, smtp: { ...smtp, port: imap.port }, imap: { ...imap, port: smtp.port } },
      expected: { 'smtp.tls': /said nothing/, 'imap.tls': /does not speak TLS from the first byte/ },
    },
    {
      what: 'a login where nothing is given',
      account: {
        ...right,
        smtp: { ...smtp, user: null, password: null },
        imap: { ...imap, user: null, password: null },
      },
      expected: { 'smtp.user': /wants a login/, 'imap.user': /wants a login/ },
    },
  ];
}
