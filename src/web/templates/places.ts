import type { ProblemLine } from '../../api/problems.ts';
import type { EditedFile } from '../../api/shapes/templates.ts';
import { kindNames } from './steps.ts';

/** A part of the editor: one of the steps, or what they share. */
export type Section = 'steps' | 'details' | 'variables' | 'schedule';
export const sections = ['steps', 'details', 'variables', 'schedule'] as const satisfies readonly Section[];

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

/** Where the page has another name for a field than the file. */
const fieldNames: Readonly<Record<string, string>> = { body: 'message' };

/** The problem for whoever sees the field: "Message is empty", "Unknown variable first_nam (did you mean first_name?)". */
export function spoken({ problem, what = [problem] }: ProblemLine): string {
  const words = what.map((word) => {
    if (typeof word === 'string') return word;
    return 'field' in word ? (fieldNames[word.field] ?? word.field) : word.variable;
  });
  const plain = words.join('');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Each of them once: a save names the same slip as the check before activation. */
export function distinct(problems: readonly ProblemLine[]): ProblemLine[] {
  const seen = new Map(problems.map((each) => [`${each.path} ${spoken(each)}`, each]));
  return [...seen.values()];
}
