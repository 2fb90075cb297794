import { queryOptions } from '@tanstack/react-query';
import type { AccountShown } from '../../api/shapes/accounts.ts';
import type { CampaignFiguresShown, CampaignShown } from '../../api/shapes/campaigns.ts';
import type { MissingVariablesShown } from '../../api/shapes/missing-variables.ts';
import type { Listing } from '../../api/shapes/primitives.ts';
import { openStatuses } from '../../domain/sequence.ts';
import { get } from '../client.ts';

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaigns', id],
    queryFn: ({ signal }) => get<CampaignShown>(`/v1/campaigns/${id}`, {}, signal),
  });

export const figuresQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaigns', id, 'figures'],
    queryFn: ({ signal }) => get<CampaignFiguresShown>(`/v1/campaigns/${id}/figures`, {}, signal),
  });

/** What the template asks for, and how many leads lack it. */
export const missingQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaigns', id, 'missing'],
    queryFn: ({ signal }) => get<MissingVariablesShown>(`/v1/campaigns/${id}/missing-variables`, {}, signal),
  });

/** Those that can be given to a campaign. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts', 'all'],
  queryFn: ({ signal }) => get<Listing<AccountShown>>('/v1/accounts', { size: 100 }, signal),
});

export const openCount = ({ sequences }: Pick<CampaignShown, 'sequences'>): number =>
  openStatuses.reduce((sum, status) => sum + sequences[status], 0);
