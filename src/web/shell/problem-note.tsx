import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Problem } from '../client.ts';
import { textOf } from './action.ts';
import { RequestId } from './toasts.tsx';

interface ProblemNoteProps {
  problem: Problem | null;
  title?: string;
  /** Fields that show their own problem. */
  shownElsewhere?: readonly string[];
  children?: ReactNode;
}

/** What went wrong, where it matters: detail, fields, request id. Said at once to who cannot see it. */
export function ProblemNote({ problem, title, shownElsewhere = [], children }: ProblemNoteProps) {
  if (!problem) return null;
  const rest = problem.errors.filter(({ path }) => !shownElsewhere.includes(path));
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      className="problem-note"
    >
      <Text size="sm">{textOf(problem)}</Text>
      {rest.length > 0 && (
        <List size="sm" mt={4}>
          {rest.map(({ path, problem: what }) => (
            <List.Item key={`${path} ${what}`}>{path === '' ? what : `${path}: ${what}`}</List.Item>
          ))}
        </List>
      )}
      {problem.requestId && <RequestId id={problem.requestId} />}
      {children}
    </Alert>
  );
}

/** What a refusal says of one field, for the field's `error`. */
export const fieldProblem = (problem: Problem | null, path: string): string | undefined =>
  problem?.errors.find((each) => each.path === path)?.problem;
