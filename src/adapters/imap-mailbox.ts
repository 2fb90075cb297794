import { isIP, type LookupFunction } from 'node:net';
import { ImapFlow, type ListResponse, type SearchObject } from 'imapflow';
import { awayAs, awayFrom } from './imap-refusal.ts';
import { newsOf, wait } from './imap-waiting.ts';
import { HEAD_BYTES, type ImapSettings, MailboxAway, type Mailboxes, type OpenMailbox } from './mailbox.ts';

/** Milliseconds. */
interface ImapTimeouts {
  /** DNS, TCP, TLS. */
  connect: number;
  /** The server's first words. */
  greeting: number;
  /** Silence while an answer is due. */
  command: number;
  /** One IDLE at most; shorter than `command`, and far below the 29 minutes of RFC 2177, so that a dead peer is noticed. */
  idle: number;
  /** Between two questions, where the server has no IDLE. */
  poll: number;
  /** The answer to LOGOUT. */
  goodbye: number;
}

const DEFAULT_TIMEOUTS: ImapTimeouts = {
  connect: 30_000,
  greeting: 20_000,
  command: 60_000,
  idle: 45_000,
  poll: 30_000,
  goodbye: 3_000,
};

export interface ImapOptions {
  timeouts?: Partial<ImapTimeouts>;
  /** Finds a host's address, or refuses it; asked about addresses too. Unset, the system's. */
  lookup?: LookupFunction;
  /** Certificates (PEM) trusted in place of the well-known ones. */
  ca?: string;
}

export const createImapMailboxes = (options: ImapOptions = {}): Mailboxes => ({
  open: (settings, signal) => open(settings, { ...DEFAULT_TIMEOUTS, ...options.timeouts }, options, signal),
});

// ---- connecting

// What a server may make us hold: a UID of 10 digits for every one of a million messages; a message, however large it said it was.
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const MAX_LITERAL_BYTES = 64 * 1024 * 1024;

const clientFor = (
  { host, port, tls, user, password }: ImapSettings,
  timeouts: ImapTimeouts,
  { lookup, ca }: ImapOptions,
): ImapFlow =>
  new ImapFlow({
    host,
    port,
    secure: tls === 'implicit',
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    tls: {
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(lookup ? { lookup } : {}),
      ...(ca === undefined ? {} : { ca }),
    },
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    clientInfo: { name: 'Topo Sequences', version: false, vendor: false, 'support-url': false },
    logger: false, // it would log addresses and headers
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableBinary: true,
    disableCompression: true,
    disableIMAP4rev2: true,
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.command,
    maxLineLength: MAX_LINE_BYTES,
    maxLiteralSize: MAX_LITERAL_BYTES,
    maxResponseSize: MAX_LINE_BYTES + MAX_LITERAL_BYTES,
  });

async function open(
  settings: ImapSettings,
  timeouts: ImapTimeouts,
  options: ImapOptions,
  signal: AbortSignal | undefined,
): Promise<OpenMailbox> {
  const lookup = options.lookup && inOurWords(settings, options.lookup);
  const client = clientFor(settings, timeouts, { ...options, ...(lookup ? { lookup } : {}) });
  // A cut between two commands is told by nothing but this event, which kills the process that does not listen. The next
  // call finds the connection closed and says so.
  client.on('error', () => undefined);
  const abort = () => client.close();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    await lookUpAddress(settings.host, lookup);
    await client.connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    signal?.throwIfAborted();
    return openMailbox(client, settings, timeouts);
  } catch (error) {
    const away = signal?.aborted
      ? awayFrom(settings, 'away', 'the attempt was given up')
      : awayAs(settings, timeouts, error);
    client.close();
    throw away;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** What a look-up refuses for reasons of its own, and not the network's, keeps its words. */
const inOurWords =
  (settings: ImapSettings, lookup: LookupFunction): LookupFunction =>
  (host, options, done) =>
    lookup(host, options, (error, ...found) => {
      if (error === null || error.code !== undefined) done(error, ...found);
      else done(awayFrom(settings, 'away', `is not connected to: ${error.message}`), ...found);
    });

/** A host that is an address already would pass by a `lookup` that refuses private ones: Node does not ask it. */
const lookUpAddress = (host: string, lookup: LookupFunction | undefined) =>
  new Promise<void>((resolve, reject) => {
    if (lookup === undefined || isIP(host) === 0) resolve();
    else lookup(host, {}, (error) => (error === null ? resolve() : reject(error)));
  });

// ---- reading and filing

/** INBOX is opened to read only (EXAMINE), so nothing we ask for can mark a message as read. One call at a time. */
function openMailbox(client: ImapFlow, settings: ImapSettings, timeouts: ImapTimeouts): OpenMailbox {
  const uidValidity = validityOf(client, settings);
  const news = newsOf(client);
  let sent: string | null = null;
  let cause: unknown; // imapflow's commands hide it behind "closed", or behind nothing
  client.on('error', (error) => {
    cause = error;
  });

  const away = (error: unknown) =>
    awayAs(settings, timeouts, error instanceof MailboxAway || client.usable ? error : (cause ?? error), client);

  /** What fails, fails as MailboxAway; what a closed connection answers counts for nothing. */
  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      const answer = await question();
      if (!client.usable) throw new Error('closed');
      return answer;
    } catch (error) {
      throw away(error);
    }
  };

  const search = async (query: SearchObject): Promise<number[]> => {
    const found = await client.search(query, { uid: true });
    if (Array.isArray(found)) return found;
    throw client.usable ? awayFrom(settings, 'away', 'refused a search') : new Error('closed');
  };

  const read = (query: SearchObject) => {
    news.forget(); // before the question: what comes while it is answered may be missing from the answer
    return asked(() => search(query));
  };

  /** One FETCH may bring word of other messages too, so the one asked for is picked out. */
  const fetchOne = async (uid: number, query: { size: true } | { source: { start: number; maxLength: number } }) =>
    (await client.fetchAll(String(uid), { uid: true, ...query }, { uid: true })).find(
      (message) => message.uid === uid && ('size' in query ? message.size : message.source) !== undefined,
    );

  const sentFolder = async () => {
    sent ??= sentOf(await client.list({ listOnly: true }));
    return sent;
  };

  /** Made where there is none, as mail software does: a new account on Dovecot has INBOX alone. null: the server makes none. */
  const sentFolderMade = async () => {
    const found = await sentFolder();
    if (found !== null) return found;
    try {
      sent = (await client.mailboxCreate('Sent')).path; // made meanwhile by somebody else is as good
      return sent;
    } catch (error) {
      if (client.usable && wasRefused(error)) return null;
      throw error;
    }
  };

  /** Does it with the Sent folder open and goes back to INBOX; where that fails, the connection ends rather than watch the wrong folder. */
  const inSent = async <T, N>(readOnly: boolean, none: N, deed: (folder: string) => Promise<T>): Promise<T | N> =>
    asked(async () => {
      const folder = await (readOnly ? sentFolder() : sentFolderMade());
      if (folder === null) return none;
      const before = client.mailbox;
      try {
        await client.mailboxOpen(folder, { readOnly });
        const done = await deed(folder);
        const inbox = await client.mailboxOpen('INBOX', { readOnly: true });
        if (validityOf(client, settings) !== uidValidity)
          throw awayFrom(settings, 'away', 'numbered its messages anew');
        if (before && (inbox.exists > before.exists || inbox.uidNext > before.uidNext)) news.note();
        return done;
      } catch (error) {
        const reason = away(error);
        client.close();
        throw reason;
      }
    });

  return {
    uidValidity,
    // RFC 3501 section 6.4.8: `9:*` holds the last message also where its UID is below 9.
    after: async (uid) => (await read({ uid: `${uid + 1}:*` })).filter((each) => each > uid),
    since: (instant) => read({ since: new Date(instant - MOST_WESTERN_MS) }),
    fetch: (uid, maxBytes) =>
      asked(async () => {
        const told = await fetchOne(uid, { size: true });
        if (told === undefined) return null;
        const isTooLarge = (told.size ?? 0) > maxBytes;
        // What the server told may be wrong, so no more than one byte too many is asked for.
        const maxLength = isTooLarge ? HEAD_BYTES : maxBytes + 1;
        const source = (await fetchOne(uid, { source: { start: 0, maxLength } }))?.source;
        if (source === undefined) return null;
        if (!isTooLarge && source.length <= maxBytes) return { kind: 'mail', source };
        return { kind: 'tooLarge', head: source.subarray(0, HEAD_BYTES) };
      }),
    changed: (timeoutMs, signal) => asked(() => wait(client, news, timeouts, { timeoutMs, signal })),
    hasSent: (messageId) =>
      inSent(true, null, async () => {
        for (const header of ['Message-ID', 'X-Google-Original-Message-ID'])
          if ((await search({ header: { [header]: messageId } })).length > 0) return true;
        return false;
      }),
    // Sent is opened to write: imapflow leaves out \Seen where the open folder's PERMANENTFLAGS lack it, as INBOX's do.
    fileSent: (raw) => inSent(false, false, async (folder) => (await client.append(folder, raw, ['\\Seen'])) !== false),
    close: async () => {
      const goodbye = setTimeout(() => client.close(), timeouts.goodbye);
      await client.logout().catch(() => undefined); // gone already is as good
      clearTimeout(goodbye);
      client.close();
    },
  };
}

const wasRefused = (error: unknown) =>
  error instanceof Error && 'responseStatus' in error && error.responseStatus === 'NO';

/** SINCE compares days in the server's own zone (RFC 3501 section 6.4.4), which may be as far west as UTC-12. */
const MOST_WESTERN_MS = 12 * 3_600_000;

function validityOf({ mailbox }: ImapFlow, settings: ImapSettings): number {
  const validity = Number(mailbox ? mailbox.uidValidity : undefined);
  if (Number.isSafeInteger(validity)) return validity;
  throw awayFrom(settings, 'away', 'gives its messages no lasting numbers (UIDVALIDITY)');
}

const SENT_NAMES = ['sent', 'sent items', 'sent messages', 'sent mail', 'envoyés', 'éléments envoyés', 'gesendet'];

/** The server's own word first (RFC 6154), then names; imapflow knows them in many languages. */
function sentOf(folders: readonly ListResponse[]): string | null {
  const open = folders.filter(({ flags }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent'));
  const found =
    open.find(({ flags }) => flags.has('\\Sent')) ??
    open.find(({ specialUse }) => specialUse === '\\Sent') ??
    open.find(({ name }) => SENT_NAMES.includes(name.toLowerCase()));
  return found?.path ?? null;
}
