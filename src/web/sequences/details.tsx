import { Alert, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { AiValues } from './ai-values.tsx';
import { History } from './history.tsx';
import { Replies } from './replies.tsx';
import './sequences.css';
import { Standing } from './standing.tsx';
import { StepList } from './step-list.tsx';
import { OpenTasks } from './tasks.tsx';

/** Where it stands and why, every step, what came back, and what happened: the drawer and the page show the same. */
export function SequenceDetails({ sequence }: { sequence: SequenceDetailShown }) {
  const { ai_note, replies } = sequence;
  return (
    <Stack gap="xl" className="sequence">
      <Standing sequence={sequence} />
      <OpenTasks sequence={sequence} />
      {replies.length > 0 && (
        <Part title="Replies">
          <Replies replies={sequence.replies} zone={sequence.timezone} />
        </Part>
      )}
      <Part title="Steps">
        {ai_note !== null && (
          <Alert variant="light" color="yellow" icon={<IconInfoCircle aria-hidden />} mb="sm" className="sequence-note">
            <Text size="sm">{ai_note}</Text>
          </Alert>
        )}
        <StepList sequence={sequence} />
      </Part>
      <AiValues sequence={sequence} />
      <Part title="History">
        <History sequence={sequence} />
      </Part>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Title order={2} id={id} mb="sm">
        {title}
      </Title>
      {children}
    </section>
  );
}
