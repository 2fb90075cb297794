import type { Query } from '@tanstack/react-query';
import type { ChangeHeard } from '../../api/shapes/stream.ts';
import type { Noun } from '../client.ts';

const ofTemplate = ['templates', 'campaigns', 'audit'] as const;
const ofCampaign = ['campaigns', 'templates', 'leads', 'sequences', 'audit'] as const;
const ofLead = ['leads', 'campaigns', 'contacts', 'imports'] as const;
const ofSequence = ['sequences', 'campaigns', 'leads', 'contacts', 'templates'] as const;
const ofTask = ['tasks', 'replies', 'counts', 'sequences', 'campaigns'] as const;
const ofInbound = ['sequences', 'campaigns', 'replies', 'tasks', 'counts', 'contacts', 'suppressions'] as const;
const ofAccount = ['accounts', 'counts', 'sequences', 'campaigns', 'audit'] as const;

/** What each kind of event may have changed on some page. */
export const touchedBy: Record<ChangeHeard['kind'], readonly Noun[]> = {
  template_created: ofTemplate,
  template_edited: ofTemplate,
  template_activated: ofTemplate,
  template_deactivated: ofTemplate,
  template_finishing: ofTemplate,
  template_archived: ofTemplate,
  campaign_created: ofCampaign,
  campaign_edited: ofCampaign,
  campaign_started: ofCampaign,
  campaign_paused: ofCampaign,
  campaign_resumed: ofCampaign,
  campaign_ended: ofCampaign,
  lead_imported: ofLead,
  leads_imported: ofLead,
  lead_approved: ofLead,
  lead_rejected: ofLead,
  lead_reopened: ofLead,
  lead_failed: ofLead,
  sequence_enrolled: ofSequence,
  sequence_personalised: ofSequence,
  step_sent: [...ofSequence, 'accounts'],
  step_done: ofSequence,
  step_skipped: ofSequence,
  step_failed: [...ofSequence, 'accounts'],
  step_deferred: ofSequence,
  step_unconfirmed: ofSequence,
  step_edited: ['sequences', 'tasks', 'counts'],
  step_regenerated: ['sequences', 'tasks', 'counts'],
  sequence_held: ofSequence,
  sequence_waits_for_connection: ofSequence,
  sequence_ended: [...ofSequence, 'tasks', 'counts'],
  task_opened: ofTask,
  task_completed: ofTask,
  task_skipped: ofTask,
  task_dismissed: ofTask,
  task_snoozed: ofTask,
  task_reassigned: ofTask,
  reply_received: ofInbound,
  bounce_received: ofInbound,
  complaint_received: ofInbound,
  unsubscribed: ofInbound,
  connection_accepted: ofInbound,
  invitation_withdrawn: ['sequences', 'contacts', 'accounts'],
  suppressed: ['suppressions', 'contacts', 'leads', 'sequences', 'audit'],
  suppression_removed: ['suppressions', 'contacts', 'audit'],
  contact_erased: ['contacts', 'sequences', 'leads', 'tasks', 'replies', 'counts', 'suppressions', 'audit'],
  contact_reachable: ['contacts', 'leads', 'audit'],
  contacts_merged: ['contacts', 'sequences', 'leads', 'tasks', 'replies', 'counts', 'audit'],
  contact_point_added: ['contacts', 'audit'],
  contact_point_chosen: ['contacts', 'sequences', 'audit'],
  account_connected: ofAccount,
  account_edited: ofAccount,
  account_paused: ofAccount,
  account_resumed: ofAccount,
  account_removed: ofAccount,
  account_guarded: ofAccount,
  account_disconnected: ofAccount,
  account_reconnected: ofAccount,
  account_rests: ofAccount,
  context_edited: ['context', 'audit'],
  workspace_edited: ['workspace', 'session', 'audit'],
  member_added: ['members', 'audit'],
  member_removed: ['members', 'tasks', 'tokens', 'counts', 'audit'],
  token_created: ['tokens', 'audit'],
  token_revoked: ['tokens', 'session', 'audit'],
  signed_in: ['audit', 'tokens'],
  clock_moved: ['session', 'sequences', 'campaigns', 'tasks', 'accounts', 'counts'],
};

/** Which queries are about any of these. */
export const about =
  (touched: readonly Noun[]) =>
  ({ queryKey: [noun] }: Query): boolean =>
    touched.some((each) => each === noun);
