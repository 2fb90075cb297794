import { endOf } from '../db/sequences.ts';
import { currentStep, type Walk } from '../db/walks.ts';
import type { NextStep, StepLine, StepResult } from '../domain/sequence.ts';

/** The operators' table of steps: kinds, states and instants only. */
export const stepLines = ({ steps }: Walk): StepLine[] =>
  steps.map(({ position, kind, status, finishedAt }) => ({ number: position + 1, kind, status, at: finishedAt }));

/** The current step and its instant; null when every step is finished or the sequence has ended. */
export function nextOf(walk: Walk): NextStep | null {
  const { sequence } = walk;
  const step = currentStep(walk);
  if (!step || sequence.nextAt === null) return null;
  return {
    stepId: step.stepId,
    number: step.position + 1,
    kind: step.kind,
    at: sequence.nextAt,
    why: sequence.nextWhy ?? 'delay',
  };
}

/** What the result of every kind carries besides: the status its transaction left, and the table for operators. */
export const standing = (walk: Walk) => ({ status: walk.sequence.status, steps: stepLines(walk) });

/** After a step was finished: the next one, or the end. */
export function doneResult(walk: Walk): StepResult {
  const end = endOf(walk);
  if (end && end.status !== 'COMPLETED') return { kind: 'ended', end, ...standing(walk) };
  return { kind: 'done', next: nextOf(walk), ...standing(walk) };
}

export function endedResult(walk: Walk): StepResult {
  const end = endOf(walk);
  if (!end) throw new Error(`sequence ${walk.sequence.id} has not ended`);
  return { kind: 'ended', end, ...standing(walk) };
}

/**
 * What a deed says of its message. `withdrawn` (permission was, meanwhile): nothing was said to anybody. `unreachable`:
 * nor then, or nobody knows. `unheard`: what an attempt before had begun came to nobody. The claim goes back.
 */
export type DeedOutcome = StepResult | 'withdrawn' | 'unreachable' | 'unheard';
