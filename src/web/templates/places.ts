import type { EditedFile } from '../../api/shapes/templates.ts';
import { kindNames } from './steps.ts';

/** A part of the editor: one of the steps, or what they share. */
export type Section = 'steps' | 'details' | 'variables' | 'schedule';
export const sections = ['steps', 'details', 'variables', 'schedule'] as const satisfies readonly Section[];

export interface TemplateProblem {
  /** As the server says it: `steps.2.delay`. */
  path: string;
  problem: string;
}

/** Where the field of a path is shown; `step` from 1. */
export function sectionOf(path: string): { section: Section; step: number | null } {
  const [, index] = /^steps\.(\d+)/.exec(path) ?? [];
  if (index !== undefined) return { section: 'steps', step: Number(index) + 1 };
  if (path === 'steps') return { section: 'steps', step: null };
  if (path.startsWith('ai_variables')) return { section: 'variables', step: null };
  return { section: ['name', 'summary', 'language'].includes(path) ? 'details' : 'schedule', step: null };
}

export const sectionNames: Record<Section, string> = {
  steps: 'Steps',
  details: 'Name and language',
  variables: 'AI variables',
  schedule: 'Schedule settings',
};

/** "Step 3, Follow-up", "AI variable opener", "Schedule settings". */
export function placeName(path: string, { steps, ai_variables: variables }: EditedFile): string {
  const { section, step } = sectionOf(path);
  const found = step === null ? undefined : steps[step - 1];
  if (found) return `Step ${step}, ${found.name || kindNames[found.kind]}`;
  const [, index] = /^ai_variables\.(\d+)/.exec(path) ?? [];
  const variable = index === undefined ? undefined : variables[Number(index)];
  return variable ? `AI variable ${variable.name || Number(index) + 1}` : sectionNames[section];
}

const PLACE =
  /^(?:step \d+ \('.*?'\)|AI variable '.*?'|schedule|name|sender|steps|LinkedIn behaviour|daily leads target): /;
const FIELD = /^(?:subject|body|note|title|instructions): /;

/** The problem without its place, for whoever sees the field: "Unknown variable first_nam (did you mean first_name?)". */
export function spoken(problem: string): string {
  const bare = problem
    .replace(PLACE, '')
    .replace(FIELD, '')
    .replace(/^body\b/, 'message');
  const plain = bare.startsWith('unknown variable') ? bare.replaceAll('"', '') : bare;
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Each of them once: a save names the same slip as the check before activation. */
export function distinct(problems: readonly TemplateProblem[]): TemplateProblem[] {
  const seen = new Map(problems.map((each) => [`${each.path} ${spoken(each.problem)}`, each]));
  return [...seen.values()];
}
