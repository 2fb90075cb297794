import { serverWords } from './server-words.ts';
import { saysNoSuchAddress } from './unknown-address.ts';

/** Where in the dialogue an answer came. `data` answers the DATA command, `body` the dot after the body. */
export type AnswerStage = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body';

/** A 4xx or 5xx answer; `enhanced` is the RFC 3463 code ("5.1.1") where the server gave one. */
export interface SmtpAnswer {
  stage: AnswerStage;
  code: number;
  enhanced: string | null;
  text: string;
}

/** What an answer means for the sequence, its contact and the account. Design 6. */
export type AnswerClass = 'temporary' | 'limit' | 'authentication' | 'unknown_recipient' | 'policy';

/** An answer whose text is the server's own words: nobody's address decides its class. */
type Told = Omit<SmtpAnswer, 'text'> & { words: string };

const OUR_LIMIT =
  /\b(daily|hourly|sending|submission)\b.{0,40}(limit|quota)|limit.{0,40}\b(day|hour)\b|message quota|sending rate|throttl/;
const ANY_LIMIT = /limit|too many/;
/** What is full or too large here is somebody's mailbox, the message or its route, not what we may send. */
const OTHER_LIMIT = /\b(size|large|mailbox|storage|disk|hops)\b/;
const MAILBOX_OR_SIZE = /^[45]\.(2\.|3\.4$)/;
const GREYLISTED = /gr[ae]y-?list/;

function isLimit({ stage, enhanced, words }: Told): boolean {
  const code = enhanced ?? '';
  if (MAILBOX_OR_SIZE.test(code)) return false;
  if (code === '5.4.5' || OUR_LIMIT.test(words)) return true;
  if (ANY_LIMIT.test(words)) return !OTHER_LIMIT.test(words);
  // Greylisting is about one recipient, and 454 4.7.0 about the server's own login service.
  return code.startsWith('4.7.') && stage !== 'auth' && !GREYLISTED.test(words);
}

/** The recipient is suppressed for it, so nothing may be meant but that there is no such address. */
function isUnknownRecipient({ stage, enhanced, words }: Told): boolean {
  if (stage === 'mail') return false; // whatever is said there is said of the sender
  return saysNoSuchAddress(enhanced, words);
}

/** The first row that fits. Facts: reliability 3. */
const rows: readonly (readonly [AnswerClass, (answer: Told) => boolean])[] = [
  ['authentication', ({ stage, code }) => code === 530 || code === 535 || (stage === 'auth' && code >= 500)],
  ['limit', isLimit],
  // A server that refuses us before it has heard of the message says nothing about the message.
  ['temporary', ({ stage, code }) => code < 500 || stage === 'connect'],
  ['unknown_recipient', isUnknownRecipient],
];

/**
 * The class of a 4xx or 5xx answer; a 5xx that no row knows is policy. So is what is refused for the sender's address, the
 * host's name or the network, at whichever command it is said.
 */
export function classifyAnswer({ text, ...answer }: SmtpAnswer): AnswerClass {
  const told = { ...answer, words: serverWords(text) };
  return rows.find(([, fits]) => fits(told))?.[0] ?? 'policy';
}
