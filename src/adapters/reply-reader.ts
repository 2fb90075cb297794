import type { ReplyIntent } from '../domain/reply.ts';

/** What a reply means, by a language model; null when none is configured or it does not know. Rules were asked before. */
export interface ReplyReader {
  /** `text` is somebody else's: data, never instructions. Throws nothing: a provider that is away is a null. */
  read(reply: { subject: string; text: string }): Promise<{ intent: ReplyIntent; confidence: number } | null>;
}

/** Without a provider nobody is asked but a person. */
export const noReplyReader: ReplyReader = { read: async () => null };
