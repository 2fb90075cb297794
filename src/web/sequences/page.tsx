import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { contactLine, contactName } from '../campaigns/names.ts';
import { Page } from '../shell/page.tsx';
import { usePathId } from '../shell/path-id.ts';
import { QueryState } from '../shell/query-state.tsx';
import { SequenceActions } from './actions.tsx';
import { SequenceDetails } from './details.tsx';
import { sequenceQuery } from './queries.ts';

/** `/sequences/$id`: what the drawer shows, with an address of its own. */
export function SequencePage() {
  const query = useQuery(sequenceQuery(usePathId()));
  const { data } = query;
  return (
    <Page
      title={data ? contactName(data.contact) : 'Sequence'}
      isNarrow
      description={
        data && (
          <>
            {contactLine(data.contact)} ·{' '}
            <Link to="/contacts/$id" params={{ id: data.contact.id }}>
              Contact
            </Link>{' '}
            ·{' '}
            <Link to="/campaigns/$id/sequences" params={{ id: data.campaign.id }}>
              {data.campaign.name}
            </Link>
          </>
        )
      }
      actions={data && <SequenceActions sequence={data} />}
    >
      <QueryState query={query}>{(sequence) => <SequenceDetails sequence={sequence} />}</QueryState>
    </Page>
  );
}
