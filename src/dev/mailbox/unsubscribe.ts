import { Unanswerable } from './answers.ts';
import { headerOf, type StoredMessage } from './message.ts';

export interface UnsubscribeAnswer {
  url: string;
  status: number;
  /** The first 2,000 characters of it. */
  text: string;
}

interface UnsubscribeOffer {
  url: string;
  /** A POST alone is enough: RFC 8058. */
  oneClick: boolean;
  /** Whether it names this machine: nothing else is called from here. */
  local: boolean;
}

const MOST_TEXT = 2_000;
const TIMEOUT_MS = 10_000;

/** The web address of the List-Unsubscribe header (RFC 2369), and what may be done with it; null when there is none. */
function unsubscribeOffer(message: StoredMessage): UnsubscribeOffer | null {
  const url = /<(https?:[^>]+)>/i.exec(headerOf(message, 'List-Unsubscribe') ?? '')?.[1];
  if (url === undefined || !URL.canParse(url)) return null;
  const post = headerOf(message, 'List-Unsubscribe-Post') ?? '';
  return { url, oneClick: /^\s*List-Unsubscribe=One-Click\s*$/i.test(post), local: isLoopback(new URL(url)) };
}

/** null: a mail program would offer a button. */
export function whyNoUnsubscribe(message: StoredMessage): string | null {
  const offer = unsubscribeOffer(message);
  if (!offer) return 'The message offers no way to unsubscribe';
  if (!offer.oneClick) return 'The message offers no unsubscribing by one click';
  return offer.local ? null : 'The link to unsubscribe does not lead to this machine, so it is not called';
}

/** As `URL` writes it: 127.1, 0x7f.1 and 2130706433 have become 127.0.0.1 by then. */
const isLoopback = ({ hostname }: URL) => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/**
 * Does what a mail program does at its unsubscribe button (RFC 8058 section 3.2): one POST, without cookies, and
 * without following a redirect. Throws Unanswerable, also when nobody answers.
 */
export async function unsubscribe(message: StoredMessage): Promise<UnsubscribeAnswer> {
  const offer = unsubscribeOffer(message);
  if (!offer) throw new Unanswerable(`message ${message.id} has no http(s) address in List-Unsubscribe`);
  const { url, oneClick, local } = offer;
  if (!oneClick)
    throw new Unanswerable(`message ${message.id} has no "List-Unsubscribe-Post: List-Unsubscribe=One-Click"`);
  if (!local) throw new Unanswerable(`${url} is not on this machine (localhost, 127.0.0.0/8, [::1]): not called`);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
      redirect: 'manual',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { url, status: response.status, text: (await response.text()).slice(0, MOST_TEXT) };
  } catch (error) {
    throw new Unanswerable(`${url} did not answer: ${reasonOf(error)}`);
  }
}

/** What `fetch` throws hides the reason one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
