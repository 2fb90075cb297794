import { z } from 'zod';
import type { AuditLine } from '../../db/audit-reads.ts';
import { eventShape, showEvent } from './events.ts';

const name = z.string().nullable();

/** An event with the names of what it concerns, as they are today; null where there is none any more. */
const auditLineShape = eventShape.extend({
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
