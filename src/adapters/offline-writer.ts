import type { AiValue } from '../domain/copy/generation.ts';
import type { Writer } from './writer.ts';

/** The writer of an installation without a language model: every AI variable is its fallback text. Design 7. */
export const offlineWriter: Writer = {
  write: async ({ variables }) => ({
    values: new Map(
      variables.map(({ name, fallback }): [string, AiValue] => [name, { value: fallback, by: 'offline' }]),
    ),
    usage: null,
  }),
};
