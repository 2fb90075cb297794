import type { ImapFolder, ImapMessage } from './imap-folder.ts';
import type { Input } from './imap-reader.ts';

/** What a server shares among its sessions. */
export interface Service {
  /** null: wrong user or password. */
  authenticate(user: string, password: string): readonly ImapFolder[] | null;
  /** What clients made of the flags, over what the folder says. */
  flags: WeakMap<ImapFolder, Map<number, readonly string[]>>;
  /** Capabilities to do without, for tests of clients that have to. */
  without?: readonly string[];
  log?: ((line: string) => void) | undefined;
}

export interface Selected {
  folder: ImapFolder;
  readOnly: boolean;
  /** As the client was told: its sequence numbers count these. */
  view: readonly ImapMessage[];
}

export interface Session {
  service: Service;
  input: Input;
  /** null until somebody logged in. */
  folders: readonly ImapFolder[] | null;
  selected: Selected | null;
  /** Untagged; settles once it is written, or cannot be. */
  tell(...parts: (string | Buffer)[]): Promise<void>;
  /** "+ text": the client may go on. */
  goOn(text: string): Promise<void>;
  /** Says how many messages the selected folder holds, where that is news to the client. */
  tellNews(): Promise<void>;
  /** After the next answer the connection ends. */
  leaving: boolean;
}
