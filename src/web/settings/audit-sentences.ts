import type { AuditLineShown } from '../../api/shapes/audit.ts';

type Say = (line: AuditLineShown) => string;

const fact = ({ data }: AuditLineShown, name: string): string => String(data[name] ?? '').replaceAll('_', ' ');
const template: Say = ({ template_name }) =>
  template_name === null ? 'a template' : `the template “${template_name}”`;
const campaign: Say = ({ campaign_name }) =>
  campaign_name === null ? 'a campaign' : `the campaign “${campaign_name}”`;
const contact: Say = ({ contact_name }) => contact_name ?? 'an erased contact';
const account: Say = ({ account_address }) => account_address ?? 'an account';
const step: Say = (line) => `step ${fact(line, 'step')}`;
const because: Say = (line) => (fact(line, 'reason') === '' ? '' : ` (${fact(line, 'reason')})`);

/** What each kind says after who did it: "Sam Sender" "paused the campaign “Spring”". */
const verbs: Record<AuditLineShown['kind'], Say> = {
  template_created: (line) => `created ${template(line)}`,
  template_edited: (line) => `saved version ${fact(line, 'version')} of ${template(line)}`,
  template_activated: (line) => `activated ${template(line)}`,
  template_deactivated: (line) => `deactivated ${template(line)}`,
  template_finishing: (line) => `set ${template(line)} to finish`,
  template_archived: (line) => `archived ${template(line)}`,
  campaign_created: (line) => `created ${campaign(line)}`,
  campaign_edited: (line) => `changed ${campaign(line)}`,
  campaign_started: (line) => `started ${campaign(line)}`,
  campaign_paused: (line) => `paused ${campaign(line)}`,
  campaign_resumed: (line) => `resumed ${campaign(line)}`,
  campaign_ended: (line) => `ended ${campaign(line)}`,
  lead_imported: (line) => `proposed ${contact(line)} to ${campaign(line)}`,
  leads_imported: (line) => `imported leads into ${campaign(line)}`,
  lead_approved: (line) => `approved ${contact(line)} for ${campaign(line)}`,
  lead_rejected: (line) => `rejected ${contact(line)} for ${campaign(line)}`,
  lead_reopened: (line) => `put ${contact(line)} back to review for ${campaign(line)}`,
  lead_failed: (line) => `could not enrol ${contact(line)} in ${campaign(line)}${because(line)}`,
  sequence_enrolled: (line) => `enrolled ${contact(line)} in ${campaign(line)}`,
  sequence_personalised: (line) => `wrote the copy for ${contact(line)}`,
  step_sent: (line) => `sent ${step(line)} to ${contact(line)}`,
  step_done: (line) => `finished ${step(line)} for ${contact(line)}`,
  step_skipped: (line) => `skipped ${step(line)} for ${contact(line)}${because(line)}`,
  step_failed: (line) => `could not send ${step(line)} to ${contact(line)}${because(line)}`,
  step_deferred: (line) => `put off ${step(line)} for ${contact(line)}`,
  step_unconfirmed: (line) => `does not know whether ${step(line)} reached ${contact(line)}`,
  step_edited: (line) => `edited ${step(line)} for ${contact(line)}`,
  step_regenerated: (line) => `wrote ${step(line)} for ${contact(line)} anew`,
  sequence_held: (line) => `holds the sequence of ${contact(line)}`,
  sequence_waits_for_connection: (line) => `waits for ${contact(line)} to connect`,
  sequence_ended: (line) => `ended the sequence of ${contact(line)}${because(line)}`,
  task_opened: (line) => `opened a task about ${contact(line)}`,
  task_completed: (line) => `completed a task about ${contact(line)}`,
  task_skipped: (line) => `skipped a task about ${contact(line)}`,
  task_dismissed: (line) => `dismissed a task about ${contact(line)}`,
  task_snoozed: (line) => `snoozed a task about ${contact(line)}`,
  task_reassigned: (line) => `gave a task about ${contact(line)} to somebody else`,
  reply_received: (line) => `answered: ${fact(line, 'intent')}`,
  bounce_received: (line) => `could not be reached: ${fact(line, 'bounce')} bounce`,
  complaint_received: () => 'marked a message as spam',
  unsubscribed: () => 'unsubscribed',
  suppressed: (line) => `put somebody on the suppression list${because(line)}`,
  suppression_removed: (line) => `took an entry off the suppression list${because(line)}`,
  contact_erased: () => 'erased a contact',
  contacts_merged: (line) => `made one contact of two: ${contact(line)}`,
  contact_point_added: (line) => `added an address or profile of ${contact(line)}`,
  contact_point_chosen: (line) => `chose where ${contact(line)} is written to`,
  contact_reachable: (line) => `lets ${contact(line)} be reached at another address`,
  connection_accepted: () => 'accepted the connection',
  invitation_withdrawn: (line) => `took the invitation to ${contact(line)} back`,
  account_connected: (line) => `connected ${account(line)}`,
  account_edited: (line) => `changed ${account(line)}`,
  account_paused: (line) => `paused ${account(line)}`,
  account_resumed: (line) => `resumed ${account(line)}`,
  account_removed: (line) => `removed ${account(line)}`,
  account_guarded: (line) => `paused ${account(line)} to protect its reputation${because(line)}`,
  account_disconnected: (line) => `lost the connection of ${account(line)}`,
  account_reconnected: (line) => `found ${account(line)} connected again`,
  account_rests: (line) => `rests ${account(line)}: its provider named a limit`,
  context_edited: () => 'changed the context',
  workspace_edited: (line) =>
    `changed the workspace (${fact(line, 'changed').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)})`,
  member_added: ({ member_name }) => `added the member ${member_name ?? ''}`,
  member_removed: ({ member_name, successor_name }) =>
    `removed the member ${member_name ?? ''}${successor_name === null ? '' : `; ${successor_name} took over`}`,
  token_created: ({ token_name, member_name }) =>
    `made the token “${token_name ?? ''}” for ${member_name ?? 'a service'}`,
  token_revoked: ({ token_name }) => `revoked the token “${token_name ?? ''}”`,
  signed_in: (line) => `signed in with a ${fact(line, 'by')}`,
};

/** Who did it: a member, a token's program, the contact, or the service itself. */
export function actorOf(line: AuditLineShown): string {
  const { actor, actor_name } = line;
  if (actor === 'service') return 'The service';
  if (actor === 'contact') return contact(line);
  return actor.startsWith('token:') ? `The token “${actor_name ?? ''}”` : (actor_name ?? 'Somebody');
}

export const sentenceOf = (line: AuditLineShown): string => verbs[line.kind](line);
