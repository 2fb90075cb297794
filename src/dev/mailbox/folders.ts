import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAddress } from '../../domain/mail-header.ts';
import {
  type About,
  type Contents,
  contentsOf,
  type FiledMessage,
  nextUidFile,
  nothing,
  numberIn,
  writeMessage,
  writeNumber,
} from './files.ts';
import type { ImapFolder } from './imap-folder.ts';

interface Folder extends ImapFolder {
  messages(): readonly FiledMessage[];
  append(raw: Buffer, flags: readonly string[], about?: About): Promise<number>;
}

interface AccountFolders {
  /** In lower case. */
  address: string;
  inbox: Folder;
  sent: Folder;
}

/** The folders of every own account. */
export interface Accounts {
  /** The folders of `address`, made where they are new; null when it is not exactly one plain address. */
  of(address: string): AccountFolders | null;
  /** Those that hold messages or were asked for. */
  all(): readonly AccountFolders[];
}

/**
 * The mail of own accounts below `dir`: `<address>/INBOX/000001.eml` and `<address>/Sent/…`, a file's number being its
 * UID. One UIDVALIDITY for all of them; it is a new one where the folder was thrown away (RFC 9051 section 2.3.1.1).
 */
export async function openAccounts(dir: string, log: (line: string) => void = () => undefined): Promise<Accounts> {
  const accounts = new Map<string, AccountFolders>();
  const fresh = (address: string, found: { inbox: Contents; sent: Contents }): AccountFolders => {
    const at = (name: string) => join(dir, encodeURIComponent(address), name); // an address may hold a slash
    const uidValidity = uidValidityIn(dir);
    const account = {
      address,
      inbox: folder({ name: 'INBOX', specialUse: null, uidValidity, dir: at('INBOX'), ...found.inbox }),
      sent: folder({ name: 'Sent', specialUse: '\\Sent', uidValidity, dir: at('Sent'), ...found.sent }),
    };
    accounts.set(address, account);
    return account;
  };

  const entries = existsSync(dir) ? await readdir(dir, { withFileTypes: true }) : [];
  for (const { name } of entries.filter((each) => each.isDirectory())) {
    const address = addressOf(name);
    if (address === null) {
      log(`mailbox: ${join(dir, name)} was not made here and is left out`);
      continue;
    }
    const read = (folderName: string) => contentsOf(join(dir, name, folderName), log);
    fresh(address, { inbox: await read('INBOX'), sent: await read('Sent') });
  }

  return {
    of: (given) => {
      if (!isAddress(given)) return null;
      const address = given.toLowerCase();
      return accounts.get(address) ?? fresh(address, { inbox: nothing(), sent: nothing() });
    },
    all: () => [...accounts.values()],
  };
}

function addressOf(folderName: string): string | null {
  const address = folderName.replace(/%[0-9A-F]{2}/g, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  );
  return isAddress(address) && encodeURIComponent(address.toLowerCase()) === folderName ? address : null;
}

/** Seconds: ascending from one data folder to the next. */
function uidValidityIn(dir: string): number {
  const file = join(dir, 'uid-validity');
  if (!existsSync(file)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeNumber(file, Math.floor(Date.now() / 1_000));
  }
  return numberIn(file);
}

interface FolderSettings extends Contents, Pick<ImapFolder, 'name' | 'specialUse' | 'uidValidity'> {
  dir: string;
}

function folder({ name, specialUse, uidValidity, dir, messages, nextUid }: FolderSettings): Folder {
  const callbacks = new Set<() => void>();
  let last: Promise<unknown> = Promise.resolve();

  const file = async (raw: Buffer, flags: readonly string[], about: About | undefined): Promise<number> => {
    const uid = nextUid;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    writeNumber(nextUidFile(dir), uid + 1); // before the message: a UID is never given out twice
    try {
      messages.push(await writeMessage(dir, uid, raw, flags, about));
    } finally {
      nextUid = uid + 1; // not sooner: whoever reads up to it would pass over this message
    }
    for (const callback of callbacks) callback();
    return uid;
  };

  return {
    name,
    specialUse,
    uidValidity,
    uidNext: () => nextUid,
    messages: () => [...messages],
    append: (raw, flags, about) => {
      // One after another: a reader whose cursor has passed a UID never sees a smaller one appear.
      const filed = last.then(() => file(raw, flags, about));
      last = filed.catch(() => undefined);
      return filed;
    },
    onChange: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}
