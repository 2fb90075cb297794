import { useCallback, useEffect, useRef, useState } from 'react';
import { aNumber, oneOf, useFilters } from '../shell/search-params.ts';
import { type Section, sectionOf, sections } from './places.ts';

const readers = {
  step: aNumber(1),
  section: oneOf(sections, 'steps'),
  pane: oneOf(['preview', 'none'], 'preview'),
};

export interface Where {
  /** From 1. */
  step: number;
  section: Section;
  hasPreview: boolean;
  openStep: (step: number) => void;
  openSection: (section: Section) => void;
  showPreview: (isShown: boolean) => void;
  /** Opens what holds the field of a problem's path, and focuses it. */
  goTo: (path: string) => void;
}

/** What of the editor is open: part of the address. */
export function useWhere(): Where {
  const { values, set } = useFilters(readers);
  const { step, section, pane } = values;
  const focus = useFieldFocus(`${section} ${step}`);
  return {
    step,
    section,
    hasPreview: pane === 'preview',
    openStep: (number) => set({ step: number, section: 'steps' }),
    openSection: (next) => set({ section: next }),
    showPreview: (isShown) => set({ pane: isShown ? 'preview' : 'none' }),
    goTo(path) {
      const place = sectionOf(path);
      const next = { section: place.section, step: place.step ?? step };
      set(next);
      focus(path, `${next.section} ${next.step}`);
    },
  };
}

/** What is typed in comes before the buttons beside it. */
const FOCUSABLE = ['input:not([type=hidden]), textarea', 'button'];

/** Focuses the field of a path once the part that holds it is open (`here`). */
function useFieldFocus(here: string): (path: string, there: string) => void {
  const wanted = useRef<{ path: string; there: string } | null>(null);
  const [, again] = useState(0);
  useEffect(() => {
    if (wanted.current?.there !== here) return;
    fieldOf(wanted.current.path)?.focus();
    wanted.current = null;
  });
  return useCallback((path, there) => {
    wanted.current = { path, there };
    again((count) => count + 1);
  }, []);
}

/** The field of a path, or of the nearest thing around it that has one. */
function fieldOf(path: string): HTMLElement | null {
  for (let place = path; place !== ''; place = place.replace(/\.?[^.]*$/, '')) {
    const found = document.querySelector<HTMLElement>(`[data-field="${place}"]`);
    if (found) return focusableIn(found);
  }
  return null;
}

function focusableIn(field: HTMLElement): HTMLElement | null {
  if (field.matches(FOCUSABLE.join())) return field;
  for (const kind of FOCUSABLE) {
    const found = field.querySelector<HTMLElement>(kind);
    if (found) return found;
  }
  return null;
}
