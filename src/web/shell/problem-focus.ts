import { type RefObject, useEffect, useRef } from 'react';
import type { Problem } from '../client.ts';

/** For a form: when it is refused, the first field that says why has the focus. */
export function useProblemFocus(problem: Problem | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);
  return form;
}
