import { createContext, useContext } from 'react';
import type { ProblemLine } from '../../api/problems.ts';
import type { PreviewShown } from '../../api/shapes/previews.ts';
import type { EditedFile, EditedStep } from '../../api/shapes/templates.ts';
import { spoken } from './places.ts';

/** What every part of the editor works on. */
export interface Editing {
  file: EditedFile;
  change: (next: (file: EditedFile) => EditedFile) => void;
  isReadOnly: boolean;
  problems: readonly ProblemLine[];
  /** Empty fields are no mistake until somebody tried to activate, or the template is in use. */
  isAsked: boolean;
  /** The server's reading of what is typed; undefined until it came first. */
  preview: PreviewShown | undefined;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error('only within the template editor');
  return editing;
}

/** What is wrong with the field at `path`, in the words for whoever sees it. */
export function useProblem(path: string, isEmpty = false): string | undefined {
  const { problems, isAsked } = useEditing();
  if (isEmpty && !isAsked) return undefined;
  const found = problems.filter((each) => each.path === path || each.path.startsWith(`${path}.`));
  return found.length === 0 ? undefined : [...new Set(found.map(spoken))].join('. ');
}

/** One step, and how to change it. `path` is where it is in the file; null when there is none of that number (from 1). */
export function useStep(number: number): { step: EditedStep; path: string; set: (step: EditedStep) => void } | null {
  const { file, change } = useEditing();
  const step = file.steps[number - 1];
  if (!step) return null;
  const set = (next: EditedStep) =>
    change((before) => ({ ...before, steps: before.steps.map((each) => (each.id === step.id ? next : each)) }));
  return { step, path: `steps.${number - 1}`, set };
}
