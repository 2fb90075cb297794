import { Button, Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { notFound } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { isNotFound, Problem } from '../client.ts';
import { ProblemNote } from './problem-note.tsx';

interface QueryStateProps<T> {
  query: UseQueryResult<T, Error>;
  children: (data: T) => ReactNode;
  /** Nothing is there yet: what to do next. */
  empty?: { when: (data: T) => boolean; title: string; hint?: ReactNode; action?: ReactNode };
  /** Nothing matches the filters. Asked before `empty`. */
  noMatch?: { when: (data: T) => boolean; onClear: () => void };
  /** How many lines the skeleton has. */
  lines?: number;
}

/** What a query shows in each of its states. Old data stays while it is read again, and while nobody can be reached. */
export function QueryState<T>({ query, children, empty, noMatch, lines = 6 }: QueryStateProps<T>) {
  const { data, error, isPending, refetch } = query;
  if (data !== undefined) {
    if (noMatch?.when(data)) return <NoMatch onClear={noMatch.onClear} />;
    if (empty?.when(data)) return <Empty {...empty} />;
    return children(data);
  }
  if (isPending) return <Waiting lines={lines} />;
  if (isNotFound(error)) throw notFound();
  const problem =
    error instanceof Problem
      ? error
      : new Problem('Something went wrong.', { status: 0, code: 'unknown', requestId: null });
  return (
    <ProblemNote problem={problem} title="This could not be loaded">
      <Button mt="sm" size="xs" variant="default" onClick={() => void refetch()}>
        Retry
      </Button>
    </ProblemNote>
  );
}

const WIDTHS = ['92%', '78%', '85%', '64%', '88%', '71%'];

const Waiting = ({ lines }: { lines: number }) => (
  <Stack gap="sm" aria-busy="true" aria-label="Loading" role="status">
    {Array.from({ length: lines }, (_, line) => `line ${line}`).map((line, at) => (
      <Skeleton key={line} height={18} width={WIDTHS[at % WIDTHS.length] ?? '80%'} />
    ))}
  </Stack>
);

interface EmptyProps {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
}

export const Empty = ({ title, hint, action }: EmptyProps) => (
  <Stack align="center" gap="xs" className="empty">
    <Text fw={600}>{title}</Text>
    {hint && (
      <Text size="sm" c="dimmed" ta="center" maw={440} component="div">
        {hint}
      </Text>
    )}
    {action}
  </Stack>
);

const NoMatch = ({ onClear }: { onClear: () => void }) => (
  <Empty
    title="Nothing matches these filters"
    action={
      <Button variant="default" size="xs" onClick={onClear}>
        Clear filters
      </Button>
    }
  />
);
