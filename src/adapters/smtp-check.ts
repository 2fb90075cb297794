import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions, SMTPError } from 'nodemailer/lib/smtp-connection';
import type { SmtpCheck, SmtpSettings } from './mailer.ts';
import {
  connect,
  connectionTo,
  lifeline,
  login,
  oneLine,
  part,
  type SmtpConnector,
  wordsOf,
} from './smtp-connection.ts';

/** Shorter than for sending: somebody waits in front of a page. */
const CONNECT_WITHIN_MS = 15_000;

type Refused = Extract<SmtpCheck, { kind: 'refused' }>;
const refused = (at: Refused['at'], detail: string): Refused => ({ kind: 'refused', at, detail });

/** Whether a message could be handed over: connects, encrypts, logs in, parts. What goes wrong is told in plain words. */
export async function checkServer(
  { timeouts, ...connector }: SmtpConnector,
  settings: SmtpSettings,
  signal: AbortSignal | undefined,
): Promise<SmtpCheck> {
  signal?.throwIfAborted();
  const limits = { ...timeouts, connect: Math.min(timeouts.connect, CONNECT_WITHIN_MS) };
  let connection: SMTPConnection;
  try {
    connection = await connectionTo({ ...connector, timeouts: limits }, settings, {
      customAuth: { [ASK]: askForSender },
    });
  } catch (error) {
    return refused('host', messageOf(error));
  }
  const line = lifeline(connection, signal);
  line.allow(timeouts.untilBody);
  try {
    await Promise.race([line.dropped, connect(connection)]);
    const refusal = await Promise.race([line.dropped, logIn(connection, settings)]);
    part(connection, timeouts);
    return refusal ?? { kind: 'ok' };
  } catch (error) {
    connection.close();
    signal?.throwIfAborted();
    return explain(error, settings);
  } finally {
    line.release();
  }
}

async function logIn(connection: SMTPConnection, { user, password }: SmtpSettings): Promise<Refused | null> {
  if (user === null) {
    await new Promise<void>((resolve, reject) =>
      connection.login({ method: ASK }, (error) => (error ? reject(error) : resolve())),
    );
    return null;
  }
  if (!connection.allowsAuth) {
    const how = connection.secure
      ? 'leave user and password empty'
      : 'leave user and password empty, or encrypt with TLS';
    return refused('login', `the server offers no login on this connection: ${how}`);
  }
  if (password === null) return refused('login', `a password for ${JSON.stringify(user)} is missing`);
  await login(connection, user, password);
  return null;
}

const ASK = 'ASK-FOR-SENDER';

/**
 * Without a login only a transaction tells whether the server wants one; offering one is no demand. Some say so at MAIL
 * (530: RFC 4954 section 6), Postfix only where mail is to go elsewhere, at RCPT. Nothing is sent: no DATA follows. The
 * package sends single commands to none but a login of one's own making.
 */
const askForSender: NonNullable<SMTPConnectionOptions['customAuth']>[string] = async ({
  sendCommand,
  resolve,
  reject,
}) => {
  const sender = await sendCommand('MAIL FROM:<>');
  const wanted = sender.status === 530 || (sender.status < 400 && refusesStrangers(await sendCommand(RCPT_ELSEWHERE)));
  if (wanted) reject(new Error('login wanted'));
  else resolve();
};

/** To somebody of no server's own. RFC 2606. */
const RCPT_ELSEWHERE = 'RCPT TO:<postmaster@example.com>';

/** 530, or a refusal for reasons of policy (RFC 3463 section 3.8); what is said of the address itself counts for nothing. */
const refusesStrangers = ({ status, response }: { status: number; response: string }) =>
  status === 530 || (status >= 400 && (/^5\.7\./.test(wordsOf(response).enhanced ?? '') || /\brelay/i.test(response)));

// ---- in words

const certificates: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed: nobody we know vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: 'is vouched for by nobody we know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is vouched for by nobody we know',
  UNABLE_TO_GET_ISSUER_CERT: 'is vouched for by nobody we know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is vouched for by nobody we know',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host: is the host name right?',
};

function explain(error: unknown, settings: SmtpSettings): Refused {
  const { code, command, originalCode, response, responseCode, timeoutType }: Partial<SMTPError> =
    error instanceof Error ? error : {};
  const server = `${settings.host}:${settings.port}`;
  const cause = originalCode ?? code ?? '';
  const said = response ? ` (it said: ${responseCode ?? ''} ${wordsOf(response).text})` : '';

  if (command === `AUTH ${ASK}`)
    return refused('login', `the server wants a login: user and password are missing${said}`);
  if (command?.startsWith('AUTH')) return explainLogin(responseCode, said);
  if (command === 'STARTTLS')
    return refused('tls', `${server} does not offer STARTTLS${said}: try TLS from the start, on port 465`);
  if (certificates[cause]) return refused('tls', `the certificate of ${server} ${certificates[cause]}`);
  if (/^(ERR_SSL|EPROTO$)/.test(cause))
    return settings.secure
      ? refused('tls', `${server} does not speak TLS from the start: try STARTTLS, on port 587`)
      : refused('tls', `no encryption could be agreed on with ${server} (${cause})`);
  if (code === 'EDNS') return refused('host', `${JSON.stringify(settings.host)} was not found: is it spelled right?`);
  if (cause === 'ECONNREFUSED') return refused('port', `nothing listens at ${server}: is the port right?`);
  if (/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(cause))
    return refused('host', `no way leads to ${server} (${cause})`);
  if (timeoutType === 'GREETING_TIMEOUT')
    return refused(
      'tls',
      `${server} said nothing: it may expect TLS from the start, as port 465 does, or be no mail server`,
    );
  if (timeoutType !== undefined)
    return refused('port', `${server} does not answer: is the port right, or a firewall between?`);
  if (code === 'EPROTOCOL' && !(responseCode && responseCode >= 400))
    return refused('server', `${server} does not speak SMTP${said}: is it the server for outgoing mail?`);
  return refused('server', response ? `${server} refused us${said}` : `${server} broke off: ${messageOf(error)}`);
}

/** 535 and 534 are about what was given (RFC 4954 section 6); 4xx may be better later. */
function explainLogin(responseCode: number | undefined, said: string): Refused {
  if (responseCode !== undefined && responseCode < 500)
    return refused('server', `the login cannot be checked now${said}`);
  return refused('login', `user or password was not accepted${said}; some providers want an app password`);
}

const messageOf = (error: unknown): string => oneLine(error instanceof Error ? error.message : String(error));
