import type { ImapFlow } from 'imapflow';
import { type ImapSettings, MailboxAway } from './mailbox.ts';

export const awayFrom = ({ host, port }: ImapSettings, kind: MailboxAway['kind'], what: string) =>
  new MailboxAway(kind, `${host}:${port} ${what}`);

interface Timeouts {
  connect: number;
  greeting: number;
  command: number;
}

/** The parts of imapflow's, Node's and OpenSSL's errors that tell them apart. */
interface Failure {
  message: string;
  code?: string;
  /** Set for whatever went wrong while logging in, a cut included. */
  authenticationFailed?: boolean;
  /** Set for whatever went wrong in STARTTLS, a cut included. */
  tlsFailed?: boolean;
  /** The server's NO or BAD, the code of RFC 5530 in it, and its words. */
  responseStatus?: string;
  serverResponseCode?: string;
  responseText?: string;
  cert?: { subjectaltname?: string; subject?: { CN?: string | string[] } };
}

/** RFC 5530: the server answers NO to a login for reasons of its own. */
const NOT_THE_PASSWORD = ['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'CONTACTADMIN'];

/** Any failure in words for a person who connects an account, and for our logs: without anybody's address. */
export function awayAs(settings: ImapSettings, timeouts: Timeouts, error: unknown, client?: ImapFlow): MailboxAway {
  if (error instanceof MailboxAway) return error;
  const failure: Failure = error instanceof Error ? error : { message: String(error) };
  const { code = '', serverResponseCode = '', responseStatus, authenticationFailed, tlsFailed } = failure;
  const unreached = wordsOfNetwork(settings, timeouts)[code];
  if (unreached !== undefined) return awayFrom(settings, 'away', unreached);
  const words = wordsOf(failure, client);
  if (authenticationFailed && responseStatus !== 'BAD' && !NOT_THE_PASSWORD.includes(serverResponseCode))
    return awayFrom(settings, 'authentication', settings.user === null ? 'wants a login' : `refused the login${words}`);
  const tls = tlsRefusal(settings, failure);
  if (tls !== undefined) return awayFrom(settings, 'tls', tls);
  if (tlsFailed) return awayFrom(settings, 'tls', `could not agree on TLS with us${words}`);
  if (responseStatus !== undefined) return awayFrom(settings, 'away', `refused a command${words}`);
  return awayFrom(settings, 'away', client?.usable === false ? 'closed the connection' : `did not work${words}`);
}

function wordsOfNetwork({ tls }: ImapSettings, timeouts: Timeouts): Record<string, string> {
  const closed = 'closed the connection';
  return {
    ENOTFOUND: 'is not known by that name: is it spelt right?',
    EAI_AGAIN: 'could not be looked up at the moment',
    ECONNREFUSED: 'refused the connection: is the port right?',
    EHOSTUNREACH: 'cannot be reached',
    ENETUNREACH: 'cannot be reached',
    ETIMEDOUT: 'took no connection in time: are host and port right?',
    CONNECT_TIMEOUT: `took no connection within ${timeouts.connect / 1000} s: are host and port right?`,
    GREETING_TIMEOUT: `said nothing within ${timeouts.greeting / 1000} s${tls === 'implicit' ? '' : ': does it want TLS from the first byte?'}`,
    UPGRADE_TIMEOUT: 'did not finish STARTTLS in time',
    ETIMEOUT: `fell silent for ${timeouts.command / 1000} s`,
    ECONNRESET: closed,
    EPIPE: closed,
    NoConnection: closed,
    EConnectionClosed: closed,
    ClosedAfterConnectText: closed,
    ClosedAfterConnectTLS: closed,
  };
}

/** What a person can do something about. OpenSSL's and Node's names: nodejs.org/api/tls.html, "X509 certificate error codes". */
function tlsRefusal({ host, tls }: ImapSettings, { code = '', message, tlsFailed, cert }: Failure): string | undefined {
  const own = `: the certificate of ${host}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `is not trusted${own} is for ${namesOn(cert)}`;
  if (code === 'CERT_HAS_EXPIRED') return `is not trusted${own} has expired`;
  if (code === 'CERT_NOT_YET_VALID') return `is not trusted${own} is not valid yet`;
  if (/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|UNABLE_TO_|CERT_|INVALID_CA)/.test(code))
    return `is not trusted${own} is signed by nobody we know`;
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/.test(code)) return 'speaks no TLS 1.2 or newer';
  if (/^ERR_SSL_|^EPROTO$/.test(code))
    return tls === 'implicit'
      ? 'does not speak TLS from the first byte: try STARTTLS'
      : 'offers STARTTLS and then does not speak TLS';
  if (tlsFailed && message.includes('not support STARTTLS'))
    return 'does not offer STARTTLS: try TLS from the first byte';
  return undefined;
}

const namesOn = (cert: Failure['cert']): string =>
  cert?.subjectaltname?.replaceAll('DNS:', '') ?? [cert?.subject?.CN ?? 'nobody'].flat().join(', ');

/** The server's own words, or the error's, on one line and without addresses. */
function wordsOf({ responseText, message }: Failure, client: ImapFlow | undefined): string {
  const words = responseText ?? client?.byeReason ?? message;
  const line = words
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[^\s<>"']+@[^\s<>"']+/g, '(address)')
    .trim();
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
}
