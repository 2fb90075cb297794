import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { isConflict, isSignedOut, type Noun, Problem } from '../client.ts';
import { readAgain } from './read-again.ts';
import { toast } from './toasts.tsx';
import { about } from './touched-by.ts';

/** How long an action waits for what it touched to be shown: more than most reads take, less than people wait. */
const SHOWN_WITHIN_MS = 1_000;

export const CHANGED_MEANWHILE = 'This changed meanwhile. Here is the latest.';

export interface ActionSpec<Input, Result> {
  act: (input: Input) => Promise<Result>;
  /** What happened, for eye and ear: "Archived “Spring”." '' says nothing. */
  done: (result: Result, input: Input) => string;
  /** For what the server can reverse; offered for 10 seconds. */
  undo?: (result: Result, input: Input) => Promise<unknown>;
  /**
   * What it changes; read again before the action counts as done, so the viewer sees their own deed at once. A slow read
   * holds nothing up: what it shows comes after.
   */
  touches: readonly Noun[];
  /** The caller shows `problem` beside its fields; otherwise it stands in the corner until closed. */
  showsProblem?: boolean;
  after?: (result: Result, input: Input) => void;
}

export interface Action<Input, Result> {
  /** The result; undefined when it was refused, which has been said then. Never throws. A second call while busy does nothing. */
  run: (input: Input) => Promise<Result | undefined>;
  isBusy: boolean;
  problem: Problem | null;
  forget: () => void;
}

/** Something the viewer does: busy meanwhile, its outcome said, what it touched read again. No status is guessed. */
export function useAction<Result, Input = void>(spec: ActionSpec<Input, Result>): Action<Input, Result> {
  const client = useQueryClient();
  const isRunning = useRef(false);
  const mutation = useMutation<Result, unknown, Input>({ mutationFn: spec.act });
  const again = () => readAgain(client, about(spec.touches));
  const shown = () => Promise.race([again(), new Promise((resolve) => setTimeout(resolve, SHOWN_WITHIN_MS))]);

  const run = async (input: Input): Promise<Result | undefined> => {
    if (isRunning.current) return undefined;
    isRunning.current = true;
    try {
      const result = await mutation.mutateAsync(input);
      await shown();
      const text = spec.done(result, input);
      const { undo } = spec;
      if (text !== '') toast({ text, ...(undo ? { undo: () => void takeBack(() => undo(result, input)) } : {}) });
      spec.after?.(result, input);
      return result;
    } catch (error) {
      if (isConflict(error)) await shown();
      tell(error, spec.showsProblem ?? false);
      return undefined;
    } finally {
      isRunning.current = false;
    }
  };

  const takeBack = async (undo: () => Promise<unknown>) => {
    try {
      await undo();
      toast({ text: 'Undone.' });
    } catch (error) {
      tell(error, false);
    }
    await again();
  };

  const { error } = mutation;
  return {
    run,
    isBusy: mutation.isPending,
    problem: error instanceof Problem ? error : null,
    forget: mutation.reset,
  };
}

/** In words, where the caller does not show them. A lost session is no failure of the action: sign-in comes by itself. */
function tell(error: unknown, isShown: boolean): void {
  if (isSignedOut(error) || isShown) return;
  toast({ text: textOf(error), isError: true, requestId: error instanceof Problem ? error.requestId : null });
}

export function textOf(error: unknown): string {
  if (isConflict(error) && error instanceof Problem) return `${CHANGED_MEANWHILE} (${error.message})`;
  return error instanceof Problem ? error.message : 'Something went wrong in this page. Reload it and try again.';
}
