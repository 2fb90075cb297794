import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import { Instant } from '../shell/instant.tsx';
import { Page } from '../shell/page.tsx';
import { usePathId } from '../shell/path-id.ts';
import { QueryState } from '../shell/query-state.tsx';
import { TabLinks } from '../shell/tab-links.tsx';
import { CampaignBadge } from './campaign-badge.tsx';
import { CampaignControls } from './controls.tsx';
import { campaignQuery, figuresQuery, openCount } from './queries.ts';

/** The frame of one campaign's tabs. */
export function CampaignPage() {
  const id = usePathId();
  const campaign = useQuery(campaignQuery(id));
  // Only a draft asks what keeps it from starting; the overview reads the figures for itself.
  const figures = useQuery({ ...figuresQuery(id), enabled: campaign.data?.status === 'DRAFT' });
  return (
    <Page
      title={campaign.data?.name ?? 'Campaign'}
      badge={campaign.data && <CampaignBadge status={campaign.data.status} />}
      description={campaign.data && <About campaign={campaign.data} />}
      actions={campaign.data && <CampaignControls campaign={campaign.data} figures={figures.data} />}
      tabs={campaign.data && <Tabs campaign={campaign.data} />}
    >
      <QueryState query={campaign}>{() => <Outlet />}</QueryState>
    </Page>
  );
}

const About = ({
  campaign: { template, owner, next_enrolment_text: text, ended_at, timezone },
}: {
  campaign: CampaignShown;
}) => (
  <>
    <Link to="/templates/$id" params={{ id: template.id }} className="quiet-link">
      {template.name ?? 'Untitled template'}
    </Link>
    {` · ${owner.name}`}
    {ended_at !== null ? (
      <>
        {' · ended '}
        <Instant at={ended_at} zone={timezone} inline />
      </>
    ) : (
      text !== null && (
        <Text span inherit>
          {` · next enrolment: ${text}`}
        </Text>
      )
    )}
  </>
);

const Tabs = ({ campaign }: { campaign: CampaignShown }) => {
  const params = { id: campaign.id };
  return (
    <TabLinks
      label="Parts of the campaign"
      tabs={[
        { label: 'Overview', to: '/campaigns/$id/overview', params },
        { label: 'Leads', to: '/campaigns/$id/leads', params, count: campaign.leads.PENDING_REVIEW || undefined },
        { label: 'Sequences', to: '/campaigns/$id/sequences', params, count: openCount(campaign) || undefined },
        { label: 'Settings', to: '/campaigns/$id/settings', params },
      ]}
    />
  );
};
