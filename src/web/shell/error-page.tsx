import { Button } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Problem } from '../client.ts';
import { ProblemNote } from './problem-note.tsx';

/** What could not be shown at all: a part of the page that did not load, or a fault of its own. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const problem =
    error instanceof Problem
      ? error
      : new Problem('This page could not be shown.', { status: 0, code: 'unknown', requestId: null });
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <main className="page" id="main">
      <h1>Something went wrong</h1>
      <ProblemNote problem={problem}>
        <Button mt="sm" size="xs" variant="default" onClick={retry}>
          Retry
        </Button>
      </ProblemNote>
    </main>
  );
}
