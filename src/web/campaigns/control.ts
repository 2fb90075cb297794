import type { CampaignShown } from '../../api/shapes/campaigns.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';

const touches = ['campaigns', 'sequences', 'leads', 'counts'] as const;

/** Starts, pauses or resumes a campaign. */
export function useControl(
  id: string,
  verb: 'start' | 'pause' | 'resume',
  done: (name: string) => string,
  after?: () => void,
) {
  return useAction({
    act: () => post<CampaignShown>(`/v1/campaigns/${id}/${verb}`),
    done: ({ name }) => done(name),
    touches,
    ...(after ? { after } : {}),
  });
}
