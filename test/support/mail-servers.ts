import type { MailboxAway, Mailboxes } from '../../src/adapters/mailbox.ts';
import type { Mailer } from '../../src/adapters/mailer.ts';
import type { NewEmailAccount } from '../../src/commands/accounts/connect-account.ts';
import type { AccountDeps } from '../../src/commands/deps.ts';
import type { Deeds } from './deeds.ts';
import { testVault } from './engine.ts';

interface MailServers {
  smtp: Awaited<ReturnType<AccountDeps['mailer']['verify']>>;
  /** What opening an inbox throws; null: it opens. */
  imap: MailboxAway | null;
  /** Every attempt, with what it was made with. */
  asked: { protocol: 'smtp' | 'imap'; host: string; user: string | null; password: string | null }[];
  /** Runs while the SMTP server is asked. */
  meanwhile(): Promise<void>;
}

const willing = (): MailServers => ({ smtp: { kind: 'ok' }, imap: null, asked: [], meanwhile: async () => undefined });

/** What the connection test speaks to, in memory: it opens everything until it is told otherwise. */
export function createMailServers(deeds: Pick<Deeds, 'commands' | 'world'>) {
  const servers = { ...willing(), openTransactions: 0 };
  const { db } = deeds.commands;
  const counted = <T>(work: Promise<T>): Promise<T> => {
    servers.openTransactions++;
    return work.finally(() => servers.openTransactions--);
  };
  const mailboxes: Mailboxes = {
    async open({ host, user, password }) {
      servers.asked.push({ protocol: 'imap', host, user, password });
      if (servers.imap) throw servers.imap;
      return deeds.world.mailboxes.open({ host, user, password, port: 1, tls: 'none' });
    },
  };
  const deps = {
    ...deeds.commands,
    db: {
      ...db,
      inWorkspace: (workspaceId, work) => counted(db.inWorkspace(workspaceId, work)),
    } satisfies AccountDeps['db'],
    mailer: {
      ...deeds.world.mailer,
      async verify({ host, user, password }) {
        servers.asked.push({ protocol: 'smtp', host, user, password });
        await servers.meanwhile();
        return servers.smtp;
      },
    } satisfies Mailer,
    mailboxes,
    linkedIn: deeds.world.linkedIn,
    vault: testVault,
    allowPrivateHosts: true,
  } satisfies AccountDeps;
  const reset = () => void Object.assign(servers, willing());
  return { servers, deps, reset };
}

export const PASSWORD = 'correct horse battery staple';

let addresses = 0;

/** An email account that may be connected in the embedded runtime; its address is used once. */
export const anEmailAccount = (also: Partial<NewEmailAccount> = {}): NewEmailAccount => ({
  address: `kim${process.pid}-${addresses++}@acme.example`,
  memberId: null,
  senderName: 'Kim Sender',
  senderJobTitle: null,
  signature: null,
  zone: 'Europe/Paris',
  dailyCap: 50,
  gapSeconds: 60,
  smtp: { host: 'smtp.example.com', port: 465, tls: 'implicit', user: 'kim', password: PASSWORD },
  imap: { host: 'imap.example.com', port: 993, tls: 'implicit', user: 'kim', password: `${PASSWORD} too` },
  filesSent: false,
  ...also,
});
