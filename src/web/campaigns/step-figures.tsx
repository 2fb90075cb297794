import { Group, Text } from '@mantine/core';
import { IconBrandLinkedin, IconMail, IconPhone, type IconProps, IconUserPlus } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { CampaignFiguresShown } from '../../api/shapes/campaigns.ts';
import type { StepKind } from '../../domain/sequence.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';

type Step = CampaignFiguresShown['steps'][number];

const kinds: Record<StepKind, { icon: ComponentType<IconProps>; name: string }> = {
  email: { icon: IconMail, name: 'Email' },
  linkedin_message: { icon: IconBrandLinkedin, name: 'LinkedIn message' },
  linkedin_invitation: { icon: IconUserPlus, name: 'LinkedIn invitation' },
  manual_task: { icon: IconPhone, name: 'Task' },
};

const nameOf = ({ number, name }: Step) => (number === null ? `${name} (earlier version)` : `${number}. ${name}`);

const figure = (
  key: 'sent' | 'skipped' | 'failed' | 'unconfirmed' | 'replied' | 'bounced',
  header: string,
): Column<Step> => ({
  key,
  header,
  align: 'right',
  cell: (step) => <span data-zero={step[key] === 0 || undefined}>{step[key].toLocaleString('en')}</span>,
});

const columns: readonly Column<Step>[] = [
  {
    key: 'step',
    header: 'Step',
    isTitle: true,
    cell: (step) => {
      const { icon: Icon, name } = kinds[step.kind];
      return (
        <Group gap={8} wrap="nowrap">
          <Icon size={15} aria-label={name} className="dim-icon" />
          <Text span size="sm" fw={550}>
            {nameOf(step)}
          </Text>
        </Group>
      );
    },
  },
  figure('sent', 'Sent'),
  figure('skipped', 'Skipped'),
  figure('failed', 'Failed'),
  figure('unconfirmed', 'Unconfirmed'),
  figure('replied', 'Replied'),
  figure('bounced', 'Bounced'),
];

/** What became of each step over all sequences. A reply counts for the step it followed. */
export const StepFigures = ({ steps }: { steps: readonly Step[] }) => (
  <DataTable label="Steps" rows={steps} columns={columns} keyOf={({ id }) => id} nameOf={nameOf} hasKeys={false} />
);
