import type { Correspondent, StoredMessage } from './message.ts';

/** What every kind of answer is made of. */
export interface Occasion {
  message: StoredMessage;
  /** The bytes of `message`. */
  original: Buffer;
  /** Who answers: the first recipient, named as the message names them. */
  contact: Correspondent;
  /** Epoch ms: the Date header. */
  at: number;
  messageId: string;
  /** Further headers, ready to be written. */
  headers: Record<string, string>;
}
