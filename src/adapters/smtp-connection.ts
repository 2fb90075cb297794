import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import type { SmtpSettings } from './mailer.ts';

/** Milliseconds. Together they stay below the 12 minutes an activity has, or attempts would overlap. */
export interface SmtpTimeouts {
  /** DNS, TCP, TLS, greeting. */
  connect: number;
  /** Silence before any one answer. */
  command: number;
  /** Everything up to the 354. */
  untilBody: number;
  /**
   * From the 354 to the permission. A process that was stopped meanwhile, for hours perhaps, finds that others have settled
   * its message since: it begins no body.
   */
  permission: number;
  /** The body and the answer to the dot: RFC 5321 section 4.5.3.2.6 grants a server 10 minutes. */
  answer: number;
  /** The answer to QUIT, which nobody waits for. */
  goodbye: number;
}

export const DEFAULT_TIMEOUTS: SmtpTimeouts = {
  connect: 30_000,
  command: 45_000,
  untilBody: 90_000,
  permission: 60_000,
  answer: 600_000,
  goodbye: 5_000,
};

/** How connections are made, whatever for. */
export interface SmtpConnector {
  timeouts: SmtpTimeouts;
  /** Where to connect for a host, and what its certificate must be for; throws where we may not. Unset: DNS decides. */
  resolve?: ((host: string) => Promise<{ address: string; servername: string }>) | undefined;
  /** Authorities trusted beside the well-known ones, in PEM. */
  ca?: readonly string[] | undefined;
}

/** What ends an attempt from outside its dialogue: an error, an abort, a deadline. The first reason counts. */
export function lifeline(connection: SMTPConnection, signal: AbortSignal | undefined) {
  let cut = (_reason: Error): void => undefined;
  const dropped = new Promise<never>((_, reject) => {
    cut = (reason) => {
      reject(reason);
      connection.close();
    };
  });
  const drop = (why: string) => cut(new Error(why));
  const abort = () => drop('aborted');
  let deadline: NodeJS.Timeout | undefined;
  connection.on('error', cut);
  connection.on('end', () => setImmediate(drop, 'connection closed')); // after the callback that knows why
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) setImmediate(abort); // while the host was looked up: nobody would be told any more
  return {
    dropped,
    drop,
    /** From now on, this long; null: without a deadline. */
    allow: (limitMs: number | null) => {
      clearTimeout(deadline);
      if (limitMs !== null) deadline = setTimeout(drop, limitMs, `not done within ${limitMs} ms`);
    },
    release: () => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** A connection to be: nothing has left yet. Throws what `resolve` throws. */
export async function connectionTo(
  { timeouts, resolve, ca }: SmtpConnector,
  { host, port, secure, requireTls }: SmtpSettings,
  more: SMTPConnectionOptions = {},
): Promise<SMTPConnection> {
  const { address, servername } = resolve ? await resolve(host) : { address: host, servername: host };
  return new SMTPConnection({
    ...more,
    host: address,
    port,
    secure,
    requireTLS: requireTls,
    tls: {
      minVersion: 'TLSv1.2',
      ...(isIP(servername) || address === servername ? {} : { servername }), // RFC 6066 section 3: never an address
      ...(ca ? { ca: [...rootCertificates, ...ca] } : {}),
    },
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.connect,
    socketTimeout: timeouts.command,
    socketCloseTimeout: 0, // close() destroys: after a 354 even a QUIT would be read as the message. RFC 5321, 4.1.1.4
    maxResponseSize: 64 * 1024,
  });
}

export const connect = (connection: SMTPConnection): Promise<void> =>
  new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));

export const login = (connection: SMTPConnection, user: string, password: string): Promise<void> =>
  new Promise((resolve, reject) =>
    connection.login({ user, pass: password }, (error) => (error ? reject(error) : resolve())),
  );

/** Says QUIT; nobody waits for long for the answer. */
export function part(connection: SMTPConnection, timeouts: SmtpTimeouts): void {
  waitAtMost(connection, timeouts.goodbye);
  connection.quit();
}

export function waitAtMost(connection: SMTPConnection, timeout: number): void {
  if (connection._socket) connection._socket.setTimeout(timeout);
}

/** `550-5.1.1 No such\n550 5.1.1 user`: the enhanced code once, the words without their codes. */
export function wordsOf(response: string): { enhanced: string | null; text: string } {
  const codes = /^\d{3}[ -](?:([245]\.\d{1,3}\.\d{1,3})(?!\S))?/;
  const words = response.split('\n').map((line) => line.replace(codes, ''));
  return { enhanced: codes.exec(response)?.[1] ?? null, text: oneLine(words.join(' ')) };
}

export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
