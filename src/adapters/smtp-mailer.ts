import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SentMessageInfo, SMTPError } from 'nodemailer/lib/smtp-connection';
import { headerText, isAddress, isMessageId } from '../domain/mail-header.ts';
import type { AnswerStage } from '../domain/smtp-answer.ts';
import {
  type EmailAddress,
  InvalidEmail,
  type Mailer,
  type OutgoingEmail,
  type SendOutcome,
  type SmtpSettings,
} from './mailer.ts';
import { checkServer } from './smtp-check.ts';
import {
  connect,
  connectionTo,
  DEFAULT_TIMEOUTS,
  lifeline,
  login,
  oneLine,
  part,
  type SmtpConnector,
  type SmtpTimeouts,
  waitAtMost,
  wordsOf,
} from './smtp-connection.ts';

export type { SmtpTimeouts };

/** `resolve` keeps connections away from hosts that nobody outside may name; `ca` adds to the authorities we trust. */
export function createSmtpMailer({
  timeouts = {},
  ...how
}: { timeouts?: Partial<SmtpTimeouts> } & Pick<SmtpConnector, 'resolve' | 'ca'> = {}): Mailer {
  const connector: SmtpConnector = { ...how, timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts } };
  return {
    compose,
    send: (...what) => send(connector, ...what),
    verify: (settings, signal) => checkServer(connector, settings, signal),
  };
}

// ---- composing

const PRINTABLE = /^[ -~]{1,900}$/;

function check(fits: boolean, field: string, expected: string): void {
  if (!fits) throw new InvalidEmail(field, expected);
}

function checkEmail({
  from,
  to,
  text,
  html,
  messageId,
  inReplyTo,
  references,
  unsubscribeUrl,
  headers,
}: OutgoingEmail) {
  check(isAddress(from.address), 'from.address', 'must be exactly one plain address');
  check(isAddress(to.address), 'to.address', 'must be exactly one plain address');
  check(text.trim() !== '', 'text', 'must not be empty');
  check(html.trim() !== '', 'html', 'must not be empty');
  check(isMessageId(messageId), 'messageId', 'must be one id in angle brackets');
  check(inReplyTo === null || isMessageId(inReplyTo), 'inReplyTo', 'must be null or one id in angle brackets');
  check(references.every(isMessageId), 'references', 'must be ids in angle brackets');
  check(/^https?:\/\/[!-;=?-~]{1,900}$/.test(unsubscribeUrl), 'unsubscribeUrl', 'must be one http(s) address');
  for (const [name, value] of Object.entries(headers ?? {}))
    check(
      /^X-[A-Za-z0-9-]{1,60}$/.test(name) && PRINTABLE.test(value),
      'headers',
      'must be X- headers of one ASCII line',
    );
}

/** Written as it stands: neither encoded nor folded. */
const verbatim = (value: string) => ({ prepared: true, value });
/** An object and never a string: nodemailer reads a string as a list of recipients. */
const mailbox = ({ name, address }: EmailAddress) => ({ name: headerText(name, 300), address });

async function compose(email: OutgoingEmail) {
  checkEmail(email);
  const subject = headerText(email.subject, 800);
  check(subject !== '', 'subject', 'must not be empty');
  const own = {
    'Message-ID': email.messageId,
    ...(email.inReplyTo === null ? {} : { 'In-Reply-To': email.inReplyTo }),
    // The address to write to is for mail software that knows no RFC 8058. Its subject carries the link's token, which
    // says whose wish it is, from whatever address it is sent.
    'List-Unsubscribe': `<${email.unsubscribeUrl}>, <mailto:${email.from.address}?subject=${unsubscribeSubject(email)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    ...email.headers,
  };
  const message = new MailComposer({
    from: mailbox(email.from),
    to: mailbox(email.to),
    subject,
    text: email.text,
    html: email.html,
    headers: Object.fromEntries(Object.entries(own).map(([name, value]) => [name, verbatim(value)])),
    ...(email.references.length === 0 ? {} : { references: [...email.references] }),
    encoding: 'quoted-printable',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const raw = await message.build();
  checkHeaders(raw, [...Object.keys(own), ...(email.references.length === 0 ? [] : ['References'])]);
  checkRecipient(raw, email.to.address);
  return { raw, sha256: createHash('sha256').update(raw).digest('hex') };
}

/** RFC 6068 section 2. */
const unsubscribeSubject = ({ unsubscribeUrl }: OutgoingEmail) =>
  encodeURIComponent(`unsubscribe ${new URL(unsubscribeUrl).pathname.split('/').at(-1) ?? ''}`.trim());

/** The header block as [name, unfolded value], in its order. */
function headersOf(raw: Buffer): [string, string][] {
  const block = raw.subarray(0, raw.indexOf('\r\n\r\n')).toString('latin1');
  return block
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
}

const ALWAYS = ['From', 'To', 'Subject', 'Date', 'MIME-Version', 'Content-Type'];

/** What the vendor package wrote is looked at once more: these headers, each once, and no other. */
function checkHeaders(raw: Buffer, own: readonly string[]): void {
  const names = headersOf(raw).map(([name]) => name.toLowerCase());
  const expected = [...ALWAYS, ...own].map((name) => name.toLowerCase());
  check(
    names.toSorted().join() === expected.toSorted().join(),
    'headers',
    `must be ${expected.length} known ones, each once`,
  );
}

function checkRecipient(raw: Buffer, address: string): void {
  const named = headersOf(raw).filter(([name]) => /^(to|cc|bcc)$/i.test(name));
  const last = /(?:^|<)([^\s<>]+)>?$/.exec(named[0]?.[1] ?? '')?.[1] ?? '';
  const intended = named.length === 1 && last.toLowerCase() === address.toLowerCase();
  check(intended, 'envelope.to', 'must be the one recipient the message names');
}

// ---- sending

type Send = Parameters<Mailer['send']>;

async function send(
  connector: SmtpConnector,
  ...[settings, envelope, raw, beforeBody, signal]: Send
): Promise<SendOutcome> {
  const { timeouts } = connector;
  check(isAddress(envelope.from), 'envelope.from', 'must be exactly one plain address');
  check(isAddress(envelope.to), 'envelope.to', 'must be exactly one plain address');
  checkRecipient(raw, envelope.to);
  if (signal?.aborted) return { kind: 'cutBeforeBody', detail: 'aborted' };

  let connection: SMTPConnection;
  try {
    connection = await connectionTo(connector, settings);
  } catch (error) {
    return outcomeOf(error, false);
  }
  if (signal?.aborted) return { kind: 'cutBeforeBody', detail: 'aborted' };
  const line = lifeline(connection, signal);
  line.allow(timeouts.untilBody);

  const body: { verdict: 'none' | 'withdrawn' | 'started' } = { verdict: 'none' };
  const ask = async () => {
    line.allow(null); // however long it takes: its database has deadlines of its own
    if (!String(connection.lastServerResponse).startsWith('354')) return line.drop('DATA was not answered with 354');
    const askedAt = Date.now();
    if (!(await beforeBody())) {
      body.verdict = 'withdrawn';
      return line.drop('permission withdrawn');
    }
    if (connection.destroyed) return;
    if (Date.now() - askedAt > timeouts.permission) return line.drop('the permission came too late');
    body.verdict = 'started';
    line.allow(timeouts.answer);
    waitAtMost(connection, timeouts.answer);
    stream.push(raw);
    stream.push(null);
  };
  let asked: Promise<void> | null = null;
  // nodemailer reads it for the first time when the server asked for the body. Facts: reliability 2.
  const stream = new Readable({
    read: () => {
      asked ??= ask();
      asked.catch(() => line.drop('beforeBody failed'));
    },
  });

  try {
    const { response } = await Promise.race([
      line.dropped,
      converse(connection, settings, envelope, raw.length, stream),
    ]);
    if (!stream.readableEnded || (connection._socket && connection._socket.writableLength > 0))
      throw new Error('accepted before the whole body had left');
    part(connection, timeouts);
    return { kind: 'accepted', answer: oneLine(response) };
  } catch (error) {
    await asked; // it may be committing still; what it throws, we throw
    if (body.verdict === 'withdrawn') return { kind: 'permissionWithdrawn' };
    const outcome = outcomeOf(error, body.verdict === 'started');
    if (outcome.kind === 'answered' && outcome.stage !== 'connect' && outcome.stage !== 'body')
      part(connection, timeouts);
    else connection.close();
    return outcome;
  } finally {
    line.release();
  }
}

/** The dialogue up to the answer to the dot. */
async function converse(
  connection: SMTPConnection,
  { user, password }: SmtpSettings,
  { from, to }: { from: string; to: string },
  size: number,
  body: Readable,
): Promise<SentMessageInfo> {
  await connect(connection);
  if (user !== null && password !== null && connection.allowsAuth) await login(connection, user, password);
  return new Promise((resolve, reject) =>
    connection.send({ from, to: [to], size }, body, (error, info) => (error ? reject(error) : resolve(info))),
  );
}

function outcomeOf(error: unknown, started: boolean): SendOutcome {
  const { code, command, response, responseCode, message }: Partial<SMTPError> = error instanceof Error ? error : {};
  if (responseCode !== undefined && responseCode >= 400 && responseCode < 600)
    return {
      kind: 'answered',
      stage: started ? 'body' : stageOf(command),
      code: responseCode,
      ...wordsOf(response ?? ''),
    };
  if (started) return { kind: 'unknown', detail: oneLine(message ?? '') };
  // The limit the server announced, kept without asking it again.
  if (code === 'EMESSAGE')
    return { kind: 'answered', stage: 'mail', code: 552, enhanced: '5.3.4', text: oneLine(message ?? '') };
  return { kind: 'cutBeforeBody', detail: oneLine(message ?? '') };
}

const stages: Record<string, AnswerStage> = { AUTH: 'auth', MAIL: 'mail', RCPT: 'rcpt', DATA: 'data' };
const stageOf = (command: string | undefined): AnswerStage => stages[(command ?? '').slice(0, 4)] ?? 'connect';
