import type { MailAnswer } from './answers.ts';
import type { UnsubscribeAnswer } from './unsubscribe.ts';

/** An answer, or the unsubscribe button of a mail program. `at`: epoch ms; unset, now, and never before the message. */
export type AnswerAsked = (MailAnswer | { kind: 'unsubscribe' }) & { at?: number | undefined };

/** What became of it. */
export type Answered =
  | { kind: 'delivered'; answer: MailAnswer['kind']; account: string; uid: number; messageId: string }
  | ({ kind: 'posted' } & UnsubscribeAnswer);
