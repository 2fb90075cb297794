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

const OUR_LIMIT =
  /\b(daily|hourly|sending|submission)\b.{0,40}(limit|quota)|limit.{0,40}\b(day|hour)\b|message quota|sending rate|throttl/i;
const ANY_LIMIT = /limit|too many/i;
/** What is full or too large here is somebody's mailbox, the message or its route, not what we may send. */
const OTHER_LIMIT = /\b(size|large|mailbox|storage|disk|hops)\b/i;
const MAILBOX_OR_SIZE = /^[45]\.(2\.|3\.4$)/;
const GREYLISTED = /gr[ae]y-?list/i;
const NOT_ABOUT_THE_ADDRESS = /spam|block|black-?list|reputation|policy|relay|authenticat/i;

function isLimit({ stage, enhanced, text }: SmtpAnswer): boolean {
  const code = enhanced ?? '';
  if (MAILBOX_OR_SIZE.test(code)) return false;
  if (code === '5.4.5' || OUR_LIMIT.test(text)) return true;
  if (ANY_LIMIT.test(text)) return !OTHER_LIMIT.test(text);
  // Greylisting is about one recipient, and 454 4.7.0 about the server's own login service.
  return code.startsWith('4.7.') && stage !== 'auth' && !GREYLISTED.test(text);
}

function isUnknownRecipient({ stage, code, enhanced, text }: SmtpAnswer): boolean {
  if (stage === 'mail') return false; // 5.1.x there is about the sender
  if (enhanced === null) return stage === 'rcpt' && [550, 551, 553].includes(code) && !NOT_ABOUT_THE_ADDRESS.test(text);
  if (enhanced.startsWith('5.1.')) return enhanced !== '5.1.7' && enhanced !== '5.1.8'; // these two: the sender again
  // What Microsoft 365 says of an address it does not know.
  return stage === 'rcpt' && enhanced === '5.4.1' && /recipient address rejected/i.test(text);
}

/** The first row that fits. Facts: reliability 3. */
const rows: readonly (readonly [AnswerClass, (answer: SmtpAnswer) => boolean])[] = [
  ['authentication', ({ stage, code }) => code === 530 || code === 535 || (stage === 'auth' && code >= 500)],
  ['limit', isLimit],
  // A server that refuses us before it has heard of the message says nothing about the message.
  ['temporary', ({ stage, code }) => code < 500 || stage === 'connect'],
  ['unknown_recipient', isUnknownRecipient],
];

/** The class of a 4xx or 5xx answer; a 5xx that no row knows is policy. */
export const classifyAnswer = (answer: SmtpAnswer): AnswerClass =>
  rows.find(([, fits]) => fits(answer))?.[0] ?? 'policy';
