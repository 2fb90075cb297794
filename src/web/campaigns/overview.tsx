import { SimpleGrid, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CampaignFiguresShown } from '../../api/shapes/campaigns.ts';
import { usePathId } from '../shell/path-id.ts';
import { QueryState } from '../shell/query-state.tsx';
import { Funnel } from './funnel.tsx';
import { HoldUps } from './hold-ups.tsx';
import { figuresQuery } from './queries.ts';
import { Sends } from './sends.tsx';
import { StepFigures } from './step-figures.tsx';

/** `/campaigns/$id/overview`. */
export function CampaignOverview() {
  const id = usePathId();
  const query = useQuery(figuresQuery(id));
  return (
    <QueryState query={query} lines={8}>
      {(figures) => <Figures id={id} figures={figures} />}
    </QueryState>
  );
}

const Figures = ({ id, figures }: { id: string; figures: CampaignFiguresShown }) => (
  <Stack gap={30}>
    <Part title="Funnel">
      <Funnel id={id} funnel={figures.funnel} />
    </Part>
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing={36} verticalSpacing={30}>
      <Part title="Sends per day">
        <Sends figures={figures} />
      </Part>
      <Part title="What holds things up">
        <HoldUps id={id} holdUps={figures.hold_ups} />
      </Part>
    </SimpleGrid>
    <Part title="Steps">
      <StepFigures steps={figures.steps} />
    </Part>
  </Stack>
);

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title}>
    <Title order={2} mb="sm">
      {title}
    </Title>
    {children}
  </section>
);
