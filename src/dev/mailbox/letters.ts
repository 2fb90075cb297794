import type { FiledMessage } from './files.ts';
import type { Accounts } from './folders.ts';
import { readMessage, type StoredMessage } from './message.ts';
import type { Store } from './store.ts';

/** A message as it is shown: one that was sent, or one in the inbox of an own account. */
export interface Letter {
  message: StoredMessage;
  /** Of its place in the mailbox. */
  path: string;
  /** Null: it was sent. `kind` is null where it is not an answer that was made here. */
  came: { account: string; uid: number; kind: string | null } | null;
  raw(): Promise<Buffer>;
}

export interface Letters {
  /** By arrival. */
  all(): Promise<readonly Letter[]>;
  at(path: string): Promise<Letter | undefined>;
}

const MOST_BYTES = 25 * 1024 * 1024;

const sentPath = (id: string) => `/messages/${id}`;
const inboxPath = (account: string, uid: number) => `/inbox/${encodeURIComponent(account)}/${uid}`;

/** Both directions in one order. What is in an inbox is parsed when somebody first looks, for anything can be put there by IMAP. */
export function openLetters(store: Store, accounts: Accounts): Letters {
  const read = new Map<string, StoredMessage>();

  const sentLetter = (message: StoredMessage): Letter => ({
    message,
    path: sentPath(message.id),
    came: null,
    raw: () => store.raw(message.id),
  });
  const inboxLetter = async (account: string, filed: FiledMessage): Promise<Letter> => {
    const path = inboxPath(account, filed.uid);
    const message = read.get(path) ?? (await readFiled(path, account, filed));
    read.set(path, message);
    const about = filed.about === null ? undefined : store.get(filed.about.id);
    const threadId = about?.threadId ?? store.threadOf([...message.references, message.inReplyTo ?? '']) ?? path;
    const came = { account, uid: filed.uid, kind: filed.about?.kind ?? null };
    return { message: { ...message, threadId }, path, came, raw: filed.raw };
  };
  const all = async () => {
    const letters = store.messages.map(sentLetter);
    for (const { address, inbox } of accounts.all())
      for (const filed of inbox.messages()) letters.push(await inboxLetter(address, filed));
    return letters.toSorted((a, b) => a.message.receivedAt - b.message.receivedAt);
  };

  return { all, at: async (path) => (await all()).find((letter) => letter.path === path) };
}

async function readFiled(id: string, account: string, filed: FiledMessage): Promise<StoredMessage> {
  const about = { id, receivedAt: filed.receivedAt, envelope: { from: '', recipients: [account] } };
  try {
    if (filed.size > MOST_BYTES) throw new Error(`${filed.size} bytes are more than the page reads`);
    return await readMessage(await filed.raw(), about);
  } catch (error) {
    const placeholder = await readMessage(Buffer.from('Subject: (cannot be shown)\r\n\r\n'), about);
    return { ...placeholder, size: filed.size, text: error instanceof Error ? error.message : String(error) };
  }
}
