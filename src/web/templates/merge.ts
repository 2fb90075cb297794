import type { EditedFile, EditedStep } from '../../api/shapes/templates.ts';

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Somebody saved `theirs` while `mine` was made from `base`: theirs, with whatever I changed as I have it. Steps are
 * taken one by one while nobody added, removed or moved any; else mine stand as they are.
 */
export function merged(base: EditedFile, mine: EditedFile, theirs: EditedFile): EditedFile {
  const kept = <K extends keyof EditedFile>(key: K): EditedFile[K] =>
    isSame(mine[key], base[key]) ? theirs[key] : mine[key];
  return {
    name: kept('name'),
    summary: kept('summary'),
    language: kept('language'),
    timezone: kept('timezone'),
    daily_leads_target: kept('daily_leads_target'),
    approval_mode: kept('approval_mode'),
    schedule: kept('schedule'),
    sender: kept('sender'),
    linkedin_behaviour: kept('linkedin_behaviour'),
    ai_variables: kept('ai_variables'),
    steps:
      isSame(orderOf(mine), orderOf(base)) && isSame(orderOf(theirs), orderOf(base))
        ? mine.steps.map((step, index) => stepOf(base.steps[index], step, theirs.steps[index]))
        : kept('steps'),
  };
}

const orderOf = ({ steps }: EditedFile) => steps.map(({ id }) => id);

const stepOf = (base: EditedStep | undefined, mine: EditedStep, theirs: EditedStep | undefined): EditedStep =>
  theirs && isSame(mine, base) ? theirs : mine;
