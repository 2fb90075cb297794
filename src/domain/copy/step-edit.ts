import type { Problem } from '../problem.ts';
import { finishedSteps, isTerminal, type SequenceStatus, type StepKind, type StepStatus } from '../sequence.ts';
import {
  MAX_BODY_CHARACTERS,
  MAX_LINKEDIN_CHARACTERS,
  MAX_NOTE_CHARACTERS,
  MAX_SUBJECT_CHARACTERS,
  MAX_TITLE_CHARACTERS,
  type TemplateStep,
} from '../template.ts';
import type { StepContent } from './step-content.ts';

/** What decides whether a step's copy may still be changed. */
export interface EditFacts {
  sequence: SequenceStatus;
  step: { kind: StepKind; status: StepStatus; isWritten: boolean };
  /** A provider was called with this copy once, and may have heard it. */
  wasTried: boolean;
}

/**
 * Why a step's copy can no longer, or not yet, be changed; null: it can, up to the claim. A message that waits for its
 * connection is not claimed; a task that is open has been handed to a person with its text. Design 7.
 */
export function whyNotEditable({ sequence, step, wasTried }: EditFacts): string | null {
  const { kind, status } = step;
  if (status === 'SENDING' || status === 'SENT' || status === 'UNCONFIRMED')
    return `Sending has begun: the step is ${status}`;
  if (isTerminal(sequence)) return `The sequence has ended: ${sequence}`;
  if (finishedSteps.includes(status)) return `The step is ${status}`;
  if (!step.isWritten) return 'Its copy is being written';
  if (status === 'WAITING' && kind === 'manual_task') return 'Its task is open already';
  // LinkedIn knows no idempotency key: a retry finds what was sent by its very text.
  if (kind === 'linkedin_message' && wasTried) return 'Sending has begun: a first try may have been heard';
  return null;
}

type Field = { field: string; text: string; most: number; needed: boolean; header?: true };

/**
 * What is wrong with copy that a person wrote, each with its place; `answersInThread`: an email whose subject is the
 * thread's. The limits are the template's. Design 7.
 */
export const checkEdit = (content: StepContent, { answersInThread }: { answersInThread: boolean }): Problem[] =>
  fieldsOf(content, answersInThread).flatMap(({ field, text, most, needed, header }): Problem[] => {
    const path = [field];
    return [
      ...(needed && text.trim() === '' ? [{ path, what: [{ field }, ' is empty'] }] : []),
      ...(text.length > most ? [{ path, what: [{ field }, ` has ${text.length} characters, at most ${most}`] }] : []),
      ...(header && /[\p{Cc}\u2028\u2029]/u.test(text)
        ? [{ path, what: [{ field }, ' holds a line break or another control character'] }]
        : []),
      ...unfilledIn(text).map((what) => ({ path, place: [field], what })),
    ];
  });

function fieldsOf(content: StepContent, answersInThread: boolean): Field[] {
  switch (content.kind) {
    case 'email':
      return [
        {
          field: 'subject',
          text: content.subject,
          most: MAX_SUBJECT_CHARACTERS,
          needed: !answersInThread,
          header: true,
        },
        { field: 'body', text: content.body, most: MAX_BODY_CHARACTERS, needed: true },
      ];
    case 'linkedin_message':
      return [{ field: 'body', text: content.body, most: MAX_LINKEDIN_CHARACTERS, needed: true }];
    case 'linkedin_invitation':
      return [{ field: 'note', text: content.note ?? '', most: MAX_NOTE_CHARACTERS, needed: false }];
    case 'manual_task':
      return [
        { field: 'title', text: content.title, most: MAX_TITLE_CHARACTERS, needed: true, header: true },
        { field: 'instructions', text: content.instructions, most: MAX_BODY_CHARACTERS, needed: false },
      ];
  }
}

const MAX_UNFILLED = 20;

/** Copy goes out as it stands: nobody fills in `{{…}}` any more. */
const unfilledIn = (text: string): string[] =>
  [...text.matchAll(/\{\{[^{}]{0,80}\}\}|\{\{|\}\}/g)]
    .slice(0, MAX_UNFILLED)
    .map(({ 0: found, index }) => `${JSON.stringify(found)} at character ${index + 1} is not filled in`);

/** The email step that starts the thread in which this one answers; null: it starts one itself, or is no email. */
export function threadStarter(steps: readonly TemplateStep[], position: number): TemplateStep | null {
  const step = steps[position];
  if (step?.kind !== 'email' || step.newThread) return null;
  const before = steps.slice(0, position).filter(({ kind }) => kind === 'email');
  return before.findLast((own) => own.kind === 'email' && own.newThread) ?? before[0] ?? null;
}
