import type { AnswerAsked } from './answer-asked.ts';
import { Unanswerable } from './answers.ts';

export const answerKinds = ['reply', 'out-of-office', 'bounce', 'complaint', 'unsubscribe'] as const;
type AnswerKind = (typeof answerKinds)[number];

/** The fields of a form as an answer. Throws Unanswerable where one has no meaning. */
export function answerIn(kind: AnswerKind, fields: URLSearchParams): AnswerAsked {
  switch (kind) {
    case 'reply':
      return { kind: 'reply', text: fields.get('text') ?? '' };
    case 'out-of-office':
      return { kind: 'outOfOffice', returnsOn: fields.get('returnsOn') || null };
    case 'bounce': {
      const severity = fields.get('severity');
      if (severity !== 'hard' && severity !== 'soft')
        throw new Unanswerable(`severity is ${JSON.stringify(severity)}, expected "hard" or "soft"`);
      return { kind: 'bounce', severity };
    }
    default:
      return { kind };
  }
}
