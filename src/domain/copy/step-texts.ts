import { variablesIn } from '../message.ts';
import type { AiVariable, TemplateStep } from '../template.ts';

/** Every text of a template's step in which `{{…}}` may stand, by its field. */
export function textsOf(step: TemplateStep): Readonly<Record<string, string>> {
  switch (step.kind) {
    case 'email':
      return { subject: step.subject, body: step.body };
    case 'linkedin_message':
      return { body: step.body };
    case 'linkedin_invitation':
      return step.note === null ? {} : { note: step.note };
    case 'manual_task':
      return { title: step.title, instructions: step.instructions };
  }
}

/** The AI variables that a step names. */
export function aiVariablesIn(step: TemplateStep, variables: readonly AiVariable[]): AiVariable[] {
  const named = new Set(Object.values(textsOf(step)).flatMap(variablesIn));
  return variables.filter(({ name }) => named.has(name));
}
