import { isVariableName, parseMessage, STANDARD_VARIABLES } from '../message.ts';
import type { TemplateStep } from '../template.ts';
import { textsOf } from './step-texts.ts';

/** A variable that some text of a template names without a default, so that only the contact can fill it. */
export interface NeededVariable {
  /** `custom.phone`. */
  name: string;
  /** The steps that ask for it, from 1. */
  steps: number[];
}

/** A contact keeps at most 50 custom fields, so of a template that asks for more some are always missing. */
const MOST_NEEDED = 100;

/**
 * What a template asks of its contacts, in the order of the first use, at most 100. A default beside the variable says
 * what stands there instead.
 */
export function neededVariables(steps: readonly TemplateStep[]): NeededVariable[] {
  const needed = new Map<string, NeededVariable>();
  for (const [index, step] of steps.entries())
    for (const name of new Set(Object.values(textsOf(step)).flatMap(withoutDefault)))
      needed.set(name, { name, steps: [...(needed.get(name)?.steps ?? []), index + 1] });
  return [...needed.values()].filter(({ name }) => isContactVariable(name)).slice(0, MOST_NEEDED);
}

const withoutDefault = (text: string): string[] =>
  parseMessage(text).parts.flatMap((part) => (part.kind === 'variable' && part.fallback === null ? [part.name] : []));

const ofContacts: ReadonlySet<string> = new Set(STANDARD_VARIABLES.filter((name) => !name.startsWith('sender_')));

const CUSTOM = 'custom.';

/** Of a contact: who sends is known by the account, and AI variables are written at enrolment. */
export const isContactVariable = (name: string): boolean => ofContacts.has(name) || customKeyIn(name) !== null;

/** `phone` of `custom.phone`; null: it is no custom field. */
export function customKeyIn(name: string): string | null {
  const key = name.slice(CUSTOM.length);
  return name.startsWith(CUSTOM) && isVariableName(key) ? key : null;
}
