import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ContactDetailShown } from '../../api/shapes/contact-details.ts';
import { type Column, DataTable } from '../shell/data-table.tsx';
import { Instant } from '../shell/instant.tsx';
import { Empty } from '../shell/query-state.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';

type Sequence = ContactDetailShown['sequences'][number];

const columns: readonly Column<Sequence>[] = [
  {
    key: 'campaign',
    header: 'Campaign',
    isTitle: true,
    cell: ({ id, campaign }) => (
      <Link to="." search={(before) => ({ ...before, sequence: id })} className="row-open">
        {campaign.name}
      </Link>
    ),
  },
  {
    key: 'status',
    header: 'Status',
    cell: ({ status, end_reason }) => <StatusBadge status={status} reason={end_reason} />,
  },
  { key: 'enrolled', header: 'Enrolled', cell: ({ enrolled_at }) => <Instant at={enrolled_at} inline /> },
  { key: 'ended', header: 'Ended', cell: ({ ended_at }) => <Instant at={ended_at} inline /> },
];

const waits: Partial<Record<ContactDetailShown['leads'][number]['status'], string>> = {
  PENDING_REVIEW: 'waits for review',
  APPROVED: 'is approved and waits to be enrolled',
  REJECTED: 'was rejected',
  FAILED: 'could not be enrolled',
};

/** Their sequences, and where they are proposed and not enrolled. */
export function ContactSequences({ contact: { sequences, leads } }: { contact: ContactDetailShown }) {
  const others = leads.filter(({ status }) => status !== 'ENROLLED');
  return (
    <>
      {sequences.length > 0 && (
        <DataTable
          label="Sequences"
          rows={sequences}
          columns={columns}
          keyOf={({ id }) => id}
          nameOf={({ campaign }) => campaign.name}
        />
      )}
      {sequences.length === 0 && others.length === 0 && (
        <Empty title="Not in any campaign" hint="Import them as a lead of a campaign to write to them." />
      )}
      {others.map(({ id, status, campaign }) => (
        <Text key={id} size="sm" c="dimmed" mt="xs">
          In{' '}
          <Link to="/campaigns/$id/leads" params={{ id: campaign.id }}>
            {campaign.name}
          </Link>{' '}
          this lead {waits[status]}.
        </Text>
      ))}
    </>
  );
}
