import { Anchor, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SequenceDetailShown } from '../../api/shapes/sequences.ts';
import { contactLine, contactName } from '../campaigns/names.ts';
import { isNotFound } from '../client.ts';
import { Empty, QueryState } from '../shell/query-state.tsx';
import { SideDrawer } from '../shell/side-drawer.tsx';
import { SequenceActions } from './actions.tsx';
import { SequenceDetails } from './details.tsx';
import { sequenceQuery } from './queries.ts';

/** One sequence, over whatever page it was opened from. */
export function SequenceDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(sequenceQuery(id));
  const { data } = query;
  return (
    <SideDrawer
      title={data ? contactName(data.contact) : 'Sequence'}
      onClose={onClose}
      footer={data && <SequenceActions sequence={data} />}
    >
      {isNotFound(query.error) ? (
        <Empty title="There is no such sequence" hint="Its address is not right, or it belongs to another workspace." />
      ) : (
        <QueryState query={query}>
          {(sequence) => (
            <>
              <Whereabouts sequence={sequence} />
              <SequenceDetails sequence={sequence} />
            </>
          )}
        </QueryState>
      )}
    </SideDrawer>
  );
}

/** Who they are, and the ways on. */
function Whereabouts({ sequence: { id, campaign, contact } }: { sequence: SequenceDetailShown }) {
  return (
    <Group gap={6} mb="md" className="sequence-where">
      <span>{contactLine(contact)}</span>
      <Anchor component={Link} to={`/contacts/${contact.id}`} inherit>
        Contact
      </Anchor>
      <Anchor component={Link} to={`/campaigns/${campaign.id}/sequences`} inherit>
        {campaign.name}
      </Anchor>
      <Anchor component={Link} to={`/sequences/${id}`} inherit>
        Open as page
      </Anchor>
    </Group>
  );
}
