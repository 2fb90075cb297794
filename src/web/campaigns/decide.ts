import type { LeadShown } from '../../api/shapes/leads.ts';
import type { UnwrittenStatus } from '../../domain/lead.ts';
import { post } from '../client.ts';
import { useAction } from '../shell/action.ts';
import { counted } from '../shell/counted.ts';
import { contactName } from './names.ts';

export type Decision = 'APPROVED' | 'REJECTED' | 'PENDING_REVIEW';

const touches = ['leads', 'campaigns', 'counts'] as const;

const saidOf: Record<Decision, (leads: string) => string> = {
  APPROVED: (leads) => `Approved ${leads}.`,
  REJECTED: (leads) => `Rejected ${leads}.`,
  PENDING_REVIEW: (leads) => `Put ${leads} back to review.`,
};

interface Many {
  to: Decision;
  /** Where all of them stand: what Undo goes back to. */
  from: Decision;
  which: { lead_ids: readonly string[] } | { all: { statuses: readonly string[]; q?: string; missing?: string } };
}

const sendMany = (campaignId: string, to: Decision, which: Many['which']) =>
  post<{ lead_ids: string[] }>(`/v1/campaigns/${campaignId}/leads/review`, { to, which });

/** One decision on many; Undo takes it back for exactly those it moved, until they are enrolled. */
export const useReview = (campaignId: string, after: () => void) =>
  useAction({
    act: ({ to, which }: Many) => sendMany(campaignId, to, which),
    done: ({ lead_ids }, { to }) => saidOf[to](counted(lead_ids.length, 'lead')),
    undo: async ({ lead_ids }, { from }) => {
      if (lead_ids.length > 0) await sendMany(campaignId, from, { lead_ids });
    },
    touches,
    after,
  });

/** Rejects those who lack a variable; who was approved goes back to review first, as a person would. */
export const useLeaveOut = (campaignId: string, from: UnwrittenStatus) =>
  useAction({
    act: async (missing: string) => {
      const which = { all: { statuses: [from], missing } };
      if (from === 'PENDING_REVIEW') return sendMany(campaignId, 'REJECTED', which);
      const { lead_ids } = await sendMany(campaignId, 'PENDING_REVIEW', which);
      return lead_ids.length === 0 ? { lead_ids } : sendMany(campaignId, 'REJECTED', { lead_ids });
    },
    done: ({ lead_ids }) => saidOf.REJECTED(counted(lead_ids.length, 'lead')),
    undo: async ({ lead_ids }) => {
      if (lead_ids.length === 0) return;
      await sendMany(campaignId, 'PENDING_REVIEW', { lead_ids });
      if (from === 'APPROVED') await sendMany(campaignId, 'APPROVED', { lead_ids });
    },
    touches,
  });

/** Those that failed are tried again; a failure is no state to go back to. */
export const useRetryMany = (campaignId: string, after: () => void) =>
  useAction({
    act: (which: Many['which']) => sendMany(campaignId, 'APPROVED', which),
    done: ({ lead_ids }) => `${counted(lead_ids.length, 'lead')} will be tried again.`,
    touches,
    after,
  });

const verbs: Record<Decision, string> = { APPROVED: 'approve', REJECTED: 'reject', PENDING_REVIEW: 'reopen' };

const send = (id: string, to: Decision) => post<LeadShown>(`/v1/leads/${id}/${verbs[to]}`);

/** One decision on one lead; Undo until they are enrolled. */
export const useDecision = (from: Decision) =>
  useAction({
    act: ({ lead, to }: { lead: LeadShown; to: Decision }) => send(lead.id, to),
    done: ({ contact }, { to }) => saidOf[to](contactName(contact)),
    undo: ({ id }) => send(id, from),
    touches,
  });

export const useRetry = () =>
  useAction({
    act: ({ id }: LeadShown) => send(id, 'APPROVED'),
    done: ({ contact }) => `${contactName(contact)} will be tried again.`,
    touches,
  });
