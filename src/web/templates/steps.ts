import type { EditedFile, EditedStep } from '../../api/shapes/templates.ts';
import type { StepKind } from '../../domain/sequence.ts';

/*
 * The steps of a template while they are edited: pure, a list in and a list out. Only the first has no wait.
 */

export const kindNames: Record<StepKind, string> = {
  email: 'Email',
  linkedin_message: 'LinkedIn message',
  linkedin_invitation: 'LinkedIn invitation',
  manual_task: 'Manual task',
};

type Delay = NonNullable<EditedStep['delay']>;
const USUAL_DELAY: Delay = { value: 3, unit: 'business_days' };

/** The same steps with one elsewhere (places from 0). Who comes first gives its wait to who was first before. */
export function moved(steps: readonly EditedStep[], from: number, to: number): EditedStep[] {
  const step = steps[from];
  if (!step || from === to) return [...steps];
  const rest = steps.filter((_, index) => index !== from);
  return waitingRight([...rest.slice(0, to), step, ...rest.slice(to)]);
}

export const without = (steps: readonly EditedStep[], at: number): EditedStep[] =>
  waitingRight(steps.filter((_, index) => index !== at));

/** Puts a step in at a place (from 0): what Undo of a deletion does. */
export const withStepAt = (steps: readonly EditedStep[], at: number, step: EditedStep): EditedStep[] =>
  waitingRight([...steps.slice(0, at), step, ...steps.slice(at)]);

export const withStep = (steps: readonly EditedStep[], kind: StepKind): EditedStep[] =>
  waitingRight([...steps, newStep(kind)]);

function waitingRight(steps: readonly EditedStep[]): EditedStep[] {
  const spare = steps[0]?.delay ?? USUAL_DELAY;
  return steps.map((step, index) => ({ ...step, delay: index === 0 ? null : (step.delay ?? spare) }));
}

function newStep(kind: StepKind): EditedStep {
  const base = { id: newStepId(), name: kindNames[kind], delay: null };
  switch (kind) {
    case 'email':
      return { ...base, kind, subject: '', body: '', new_thread: false, quote_history: false };
    case 'linkedin_message':
      return { ...base, kind, body: '' };
    case 'linkedin_invitation':
      return { ...base, kind, note: '' };
    case 'manual_task':
      return { ...base, kind, task: 'call', title: '', instructions: '', assignee_id: null };
  }
}

/** A UUID; `crypto.randomUUID` is missing where the page is not served over https. */
function newStepId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, index) => {
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  });
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The place (from 0) of the email that began the thread an email step answers in; null: it begins one itself. */
export function threadStarterOf(steps: readonly EditedStep[], at: number): number | null {
  const step = steps[at];
  if (step?.kind !== 'email' || step.new_thread) return null;
  const first = steps.findIndex(({ kind }) => kind === 'email');
  const starter = steps.findLastIndex(
    (each, index) => index < at && each.kind === 'email' && (each.new_thread || index === first),
  );
  return starter === -1 ? null : starter;
}

/** The subject an email step answers under; null: it has its own. */
export function threadSubjectOf(steps: readonly EditedStep[], at: number): string | null {
  const starter = steps[threadStarterOf(steps, at) ?? -1];
  return starter?.kind === 'email' ? starter.subject : null;
}

export const hasEmailBefore = (steps: readonly EditedStep[], at: number): boolean =>
  steps.slice(0, at).some(({ kind }) => kind === 'email');

/** Where an AI variable is used, by step numbers from 1. */
export const usesOf = (name: string, { steps }: Pick<EditedFile, 'steps'>): number[] =>
  steps.flatMap((step, index) =>
    Object.values(step).some((value) => typeof value === 'string' && namesIn(value).includes(name)) ? [index + 1] : [],
  );

const namesIn = (text: string): string[] => [...text.matchAll(VARIABLE)].map(([, name = '']) => name);

/** A variable as it is written; its name is the first group. What is wrong with it, the server says. */
export const VARIABLE = /\{\{[ \t]*([^{}|\n]*?)[ \t]*(?:\|[^{}\n]*)?\}\}/g;
