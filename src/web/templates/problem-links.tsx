import { Alert, Anchor, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ProblemLine } from '../../api/problems.ts';
import { useEditing } from './editing.tsx';
import { placeName, spoken } from './places.ts';

interface ProblemLinksProps {
  title: string;
  problems: readonly ProblemLine[];
  onGoTo: (path: string) => void;
}

/** Each a link to its field. */
export function ProblemLinks({ title, problems, onGoTo }: ProblemLinksProps) {
  const { file } = useEditing();
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={title} mb="md">
      <List size="sm">
        {problems.map((problem) => (
          <List.Item key={`${problem.path} ${problem.problem}`}>
            <Anchor
              component="button"
              type="button"
              size="sm"
              className="problem-link"
              onClick={() => onGoTo(problem.path)}
            >
              {placeName(problem.path, file)}
            </Anchor>
            <Text span size="sm">
              : {spoken(problem)}
            </Text>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
