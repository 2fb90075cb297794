import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SMTPServerSession } from 'smtp-server';
import { listen, serveLocally } from '../local-server.ts';
import type { AnswerAsked, Answered } from './answer-asked.ts';
import { composeAnswer, Unanswerable } from './answers.ts';
import { type Accounts, openAccounts } from './folders.ts';
import type { ImapFolder } from './imap-folder.ts';
import { startImapServer } from './imap-server.ts';
import { openLetters } from './letters.ts';
import type { StoredMessage } from './message.ts';
import { mailboxRoutes } from './routes.ts';
import { smtpServer } from './smtp.ts';
import { openStore, type Store } from './store.ts';
import { unsubscribe } from './unsubscribe.ts';

export interface Mailbox {
  smtpUrl: string;
  smtpPort: number;
  imapPort: number;
  /** Where programs find what is here; a browser is sent on from there to the page. */
  pageUrl: string;
  /** All messages that were sent, in the order of arrival. */
  messages(): Promise<StoredMessage[]>;
  /** The bytes as they came over the wire. */
  raw(id: string): Promise<Buffer>;
  /** Answers a message that was sent, as its recipient or their provider would. Throws Unanswerable. */
  answer(id: string, answer: AnswerAsked): Promise<Answered>;
  /** What an IMAP login of `address` sees; empty when it is not exactly one plain address. */
  folders(address: string): readonly ImapFolder[];
  /** Called once a message is stored and before its 250; returns how to stop that. */
  onMessage(callback: (message: StoredMessage) => void): () => void;
  /** From now on RCPT for `address` is answered with `code text`; returns how to take it back. */
  refuse(address: string, code: number, text: string): () => void;
  stop(): Promise<void>;
}

/** 0 takes a free one. */
interface Ports {
  smtpPort: number;
  imapPort: number;
  pagePort: number;
}

type Log = (line: string) => void;

/**
 * A mailbox for a fresh clone, on the loopback: an SMTP server that takes everything, an IMAP server where every address
 * logs in with `imapPassword` and finds the answers, and HTTP for the product's page, at the address `page`, that shows
 * both and lets a person answer. The .eml files in `dir` are the only memory; the index is read from them at start. A
 * message is in its file before its 250.
 */
export async function startMailbox({
  dir,
  imapPassword,
  page = null,
  log = () => undefined,
  ...wanted
}: Ports & {
  dir: string;
  imapPassword: string;
  /** null: the page does not run beside it. */
  page?: string | null;
  log?: Log | undefined;
}): Promise<Mailbox> {
  await mkdir(dir, { recursive: true });
  const store = await openStore(dir, log);
  const accounts = await openAccounts(join(dir, 'accounts'), log);
  const answer = answering(store, accounts);
  const refusals = new Map<string, { code: number; text: string }>();
  const callbacks = new Set<(message: StoredMessage) => void>();
  const { ports, stop } = await startServers(wanted, {
    store,
    accounts,
    imapPassword,
    page,
    answer,
    refusal: (address) => refusals.get(address.toLowerCase()),
    stored: (message) => {
      for (const callback of callbacks) callback(message);
    },
    log,
  });

  return {
    smtpUrl: `smtp://127.0.0.1:${ports.smtpPort}`,
    smtpPort: ports.smtpPort,
    imapPort: ports.imapPort,
    pageUrl: `http://127.0.0.1:${ports.pagePort}/`,
    messages: async () => [...store.messages],
    raw: store.raw,
    answer,
    folders: (address) => foldersOf(accounts, address) ?? [],
    onMessage: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    refuse: (address, code, text) => {
      refusals.set(address.toLowerCase(), { code, text });
      return () => refusals.delete(address.toLowerCase());
    },
    stop,
  };
}

interface Inside {
  store: Store;
  accounts: Accounts;
  imapPassword: string;
  page: string | null;
  answer: Mailbox['answer'];
  refusal(address: string): { code: number; text: string } | undefined;
  stored(message: StoredMessage): void;
  log: Log;
}

/** HTTP, SMTP and IMAP; what was started is stopped when a later one fails. */
async function startServers(
  { smtpPort, imapPort, pagePort }: Ports,
  { store, accounts, imapPassword, page, answer, refusal, stored, log }: Inside,
): Promise<{ ports: Ports; stop(): Promise<void> }> {
  const started: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of started.splice(0).reverse()) await each();
  };
  try {
    const routes = mailboxRoutes({ store, letters: openLetters(store, accounts), answer, page });
    const http = await serveLocally({ port: pagePort, variable: 'MAILBOX_PAGE_PORT', answer: routes, log });
    started.push(http.stop);
    const receive = async (raw: Buffer, session: SMTPServerSession) => {
      const message = await store.add(raw, session);
      stored(message);
      return message.id;
    };
    const smtp = smtpServer({ refusal, receive, log });
    const actualSmtpPort = await listen(smtp.server, smtpPort, 'MAILBOX_SMTP_PORT');
    started.push(() => new Promise<void>((resolve) => smtp.close(resolve)));
    const authenticate = (user: string, password: string) =>
      password === imapPassword ? foldersOf(accounts, user) : null;
    const imap = await startImapServer({ port: imapPort, variable: 'MAILBOX_IMAP_PORT', authenticate, log });
    started.push(imap.stop);
    return { ports: { smtpPort: actualSmtpPort, imapPort: imap.port, pagePort: http.port }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function foldersOf(accounts: Accounts, address: string): ImapFolder[] | null {
  const account = accounts.of(address);
  return account && [account.inbox, account.sent];
}

const answering =
  (store: Store, accounts: Accounts) =>
  async (id: string, { at, ...answer }: AnswerAsked): Promise<Answered> => {
    const message = store.get(id);
    if (!message)
      throw new Unanswerable(`no message ${JSON.stringify(id)} was sent, expected one of the list's numbers`);
    if (answer.kind === 'unsubscribe') return { kind: 'posted', ...(await unsubscribe(message)) };
    const now = Date.now();
    const composed = await composeAnswer(message, await store.raw(id), answer, {
      at: at ?? Math.max(now, message.businessAt ?? now), // nobody answers what was not sent yet
      now,
    });
    const inbox = accounts.of(composed.account)?.inbox;
    if (!inbox) throw new Error(`no inbox of ${composed.account}`);
    const uid = await inbox.append(composed.raw, [], { id, kind: answer.kind });
    return { kind: 'delivered', answer: answer.kind, account: composed.account, uid, messageId: composed.messageId };
  };
