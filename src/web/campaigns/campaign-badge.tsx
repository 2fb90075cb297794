import { Badge } from '@mantine/core';
import type { CampaignStatus } from '../../domain/campaign.ts';
import './campaigns.css';

export const campaignStatusNames: Record<CampaignStatus, string> = {
  DRAFT: 'Draft',
  RUNNING: 'Running',
  PAUSED: 'Paused',
  ENDED: 'Ended',
};

export const CampaignBadge = ({ status }: { status: CampaignStatus }) => (
  <Badge className="campaign-status" data-status={status} tt="none" radius="sm">
    {campaignStatusNames[status]}
  </Badge>
);
