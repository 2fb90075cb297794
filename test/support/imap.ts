import { readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import type { ImapFolder, ImapMessage } from '../../src/dev/mailbox/imap-folder.ts';
import { serveImap } from '../../src/dev/mailbox/imap-session.ts';
import type { Service } from '../../src/dev/mailbox/imap-state.ts';

export interface MemoryFolder extends ImapFolder {
  /** As the server's own side would: returns the uid. */
  receive(text: string, over?: { receivedAt?: number; size?: number }): number;
  /** Of which messages the bytes were asked for, and how often. */
  read: number[];
  /** How many sessions wait for news of it. */
  watchers(): number;
}

/** A folder that lives as long as its test; a message's `size` may lie. */
export function memoryFolder(
  name: string,
  { uidValidity = 1, specialUse = null }: { uidValidity?: number; specialUse?: string | null } = {},
): MemoryFolder {
  const messages: ImapMessage[] = [];
  const callbacks = new Set<() => void>();
  const read: number[] = [];
  const add = (raw: Buffer, flags: readonly string[], { receivedAt = Date.now(), size = raw.length } = {}): number => {
    const uid = messages.length + 1;
    const give = async () => {
      read.push(uid);
      return raw;
    };
    messages.push({ uid, flags, receivedAt, size, raw: give });
    for (const callback of callbacks) callback();
    return uid;
  };
  return {
    name,
    specialUse,
    uidValidity,
    uidNext: () => messages.length + 1,
    messages: () => messages,
    append: async (raw, flags) => add(raw, flags),
    onChange: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    receive: (text, over) => add(Buffer.from(text), [], over),
    read,
    watchers: () => callbacks.size,
  };
}

export const aMail = (subject: string, headers: Readonly<Record<string, string>> = {}): string =>
  [
    'From: Ann Example <ann@acme.example>',
    'To: Sam Sender <sam@sender.example>',
    `Subject: ${subject}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    `About ${subject}.`,
    '',
  ].join('\r\n');

export const USER = 'sam@sender.example';
export const PASSWORD = 'secret';

const pem = (name: string) => readFileSync(new URL(`./tls/mail.test.${name}.pem`, import.meta.url), 'utf8');
/** Of mail.test, signed by itself. */
export const CERTIFICATE = pem('cert');
const KEY = pem('key');

/** What a test may want of its server beyond what the embedded runtime's does. */
export interface ServerOptions {
  tls?: 'none' | 'implicit' | 'starttls';
  without?: readonly string[];
  folders: readonly ImapFolder[];
}

export interface TestServer {
  port: number;
  /** Those open now. */
  sockets: Set<Socket>;
  stop(): Promise<void>;
}

export function serveFolders({ tls = 'none', without = [], folders }: ServerOptions): Promise<TestServer> {
  const service: Service = {
    authenticate: (user, password) => (user === USER && password === PASSWORD ? folders : null),
    flags: new WeakMap(),
    without,
  };
  const speak = (socket: Socket) => void serveImap(socket, service);
  if (tls === 'implicit') return listenWith(createTlsServer({ cert: CERTIFICATE, key: KEY }, speak));
  return listenWith(createServer(tls === 'none' ? speak : (socket) => offerStartTls(socket, service)));
}

/** CAPABILITY and STARTTLS in the clear, the rest encrypted. */
function offerStartTls(socket: Socket, service: Service): void {
  socket.on('error', () => undefined);
  socket.write('* OK ready\r\n');
  socket.on('data', function answer(data: Buffer) {
    const [tag = '*', name = ''] = data.toString().trim().split(' ');
    if (name === 'CAPABILITY') socket.write('* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n');
    socket.write(`${tag} OK done\r\n`);
    if (name !== 'STARTTLS') return;
    socket.off('data', answer);
    const encrypted = new TLSSocket(socket, { isServer: true, cert: CERTIFICATE, key: KEY });
    void serveImap(encrypted, service, { greet: false });
  });
}

/** Answers every line as `script` says: with text, or by doing something to the socket. */
export const serveScript = (
  greeting: string | null,
  script: (line: string, tag: string, socket: Socket) => string | null,
): Promise<TestServer> =>
  listenWith(
    createServer((socket) => {
      socket.on('error', () => undefined);
      if (greeting !== null) socket.write(`${greeting}\r\n`);
      let held = '';
      socket.on('data', (data: Buffer) => {
        const lines = (held + data.toString()).split('\r\n');
        held = lines.pop() ?? '';
        for (const line of lines) {
          const answer = script(line, line.split(' ')[0] ?? '*', socket);
          if (answer !== null) socket.write(answer);
        }
      });
    }),
  );

async function listenWith(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    sockets,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A client that says exactly what it is told to. */
export async function speakTo(port: number) {
  const socket = connect({ port, host: '127.0.0.1' }).setNoDelay(true).setEncoding('latin1');
  let heard = '';
  let listen = (): void => undefined;
  socket.on('data', (data: string) => {
    heard += data;
    listen();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  /** All that was said up to and with the first line that begins so. */
  const until = (start: string) =>
    new Promise<string>((resolve) => {
      listen = () => {
        const at = `\r\n${heard}`.indexOf(`\r\n${start}`);
        const end = at === -1 ? -1 : heard.indexOf('\r\n', at);
        if (end === -1) return;
        listen = () => undefined;
        const said = heard.slice(0, end);
        heard = heard.slice(end + 2);
        resolve(said);
      };
      listen();
    });
  const write = (text: string) => new Promise<void>((resolve) => socket.write(text, 'latin1', () => resolve()));
  /** A command and everything up to its tagged answer. */
  const ask = async (tag: string, command: string) => {
    await write(`${tag} ${command}\r\n`);
    return until(`${tag} `);
  };
  await until('* OK');
  return { ask, write, until, closed, close: () => socket.destroy() };
}
