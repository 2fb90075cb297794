import { createHmac, timingSafeEqual } from 'node:crypto';
import { idOf, isId, type SequenceId } from '../domain/ids.ts';

/** The way out that every email carries. Tokens name a sequence, cannot be guessed and hold no personal data. */
export interface UnsubscribeLinks {
  urlFor(sequence: SequenceId): string;
  /** The sequence a token was made for; null for anything we did not make. */
  sequenceOf(token: string): SequenceId | null;
}

/** Tokens bound to their purpose by an HMAC-SHA256 (RFC 2104) under the installation's key. */
export function createUnsubscribeLinks({ publicUrl, key }: { publicUrl: string; key: Buffer }): UnsubscribeLinks {
  const seal = (id: string) => createHmac('sha256', key).update(`unsubscribe/${id}`).digest('base64url').slice(0, 27);
  return {
    urlFor: (sequence) => `${publicUrl}/u/${sequence}.${seal(sequence)}`,
    sequenceOf(token) {
      const [id = '', given = ''] = token.split('.');
      if (!isId(id)) return null;
      const sequence = idOf<SequenceId>(id);
      const [expected, actual] = [Buffer.from(seal(sequence)), Buffer.from(given)];
      return expected.length === actual.length && timingSafeEqual(expected, actual) ? sequence : null;
    },
  };
}
