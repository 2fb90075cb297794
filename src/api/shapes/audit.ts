import { z } from 'zod';
import type { AuditLine } from '../../db/audit-reads.ts';
import type { EventKind } from '../../domain/event.ts';
import { eventShape, showEvent } from './events.ts';

/** What an audit trail is looked through for; `everything` is no filter. */
export const auditGroups = [
  'templates',
  'campaigns',
  'leads',
  'sequences',
  'tasks',
  'replies',
  'contacts',
  'accounts',
  'settings',
  'access',
] as const;
export type AuditGroup = (typeof auditGroups)[number];

/** Which kinds a group holds: each kind is in exactly one. */
export const groupOf: Readonly<Record<EventKind, AuditGroup>> = {
  template_created: 'templates',
  template_edited: 'templates',
  template_activated: 'templates',
  template_deactivated: 'templates',
  template_finishing: 'templates',
  template_archived: 'templates',
  campaign_created: 'campaigns',
  campaign_edited: 'campaigns',
  campaign_started: 'campaigns',
  campaign_paused: 'campaigns',
  campaign_resumed: 'campaigns',
  campaign_ended: 'campaigns',
  lead_imported: 'leads',
  leads_imported: 'leads',
  lead_approved: 'leads',
  lead_rejected: 'leads',
  lead_reopened: 'leads',
  lead_failed: 'leads',
  sequence_enrolled: 'sequences',
  sequence_personalised: 'sequences',
  step_sent: 'sequences',
  step_done: 'sequences',
  step_skipped: 'sequences',
  step_failed: 'sequences',
  step_deferred: 'sequences',
  step_unconfirmed: 'sequences',
  step_edited: 'sequences',
  step_regenerated: 'sequences',
  sequence_held: 'sequences',
  sequence_waits_for_connection: 'sequences',
  sequence_ended: 'sequences',
  connection_accepted: 'sequences',
  invitation_withdrawn: 'sequences',
  task_opened: 'tasks',
  task_completed: 'tasks',
  task_skipped: 'tasks',
  task_dismissed: 'tasks',
  task_snoozed: 'tasks',
  task_reassigned: 'tasks',
  reply_received: 'replies',
  bounce_received: 'replies',
  complaint_received: 'replies',
  unsubscribed: 'replies',
  suppressed: 'contacts',
  suppression_removed: 'contacts',
  contact_erased: 'contacts',
  account_connected: 'accounts',
  account_edited: 'accounts',
  account_paused: 'accounts',
  account_resumed: 'accounts',
  account_removed: 'accounts',
  account_guarded: 'accounts',
  account_disconnected: 'accounts',
  account_reconnected: 'accounts',
  account_rests: 'accounts',
  context_edited: 'settings',
  workspace_edited: 'settings',
  member_added: 'settings',
  member_removed: 'settings',
  token_created: 'access',
  token_revoked: 'access',
  signed_in: 'access',
};

const name = z.string().nullable();

/** An event with the names of what it concerns, as they are today; null where there is none any more. */
export const auditLineShape = eventShape.extend({
  actor_name: name,
  template_name: name,
  campaign_name: name,
  contact_name: name,
  account_address: name,
  /** Of the member, and the token, that it is about. */
  member_name: name,
  successor_name: name,
  token_name: name,
});
export type AuditLineShown = z.output<typeof auditLineShape>;

export const auditPage = z.object({ items: z.array(auditLineShape), has_more: z.boolean() });
export type AuditPage = z.output<typeof auditPage>;

export const showAuditLine = ({ event, ...names }: AuditLine): AuditLineShown => ({
  ...showEvent(event),
  actor_name: names.actorName,
  template_name: names.templateName,
  campaign_name: names.campaignName,
  contact_name: names.contactName,
  account_address: names.accountAddress,
  member_name: names.memberName,
  successor_name: names.successorName,
  token_name: names.tokenName,
});
