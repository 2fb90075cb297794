import { z } from 'zod';
import type { ContactPointRow } from '../../db/contact-points.ts';
import type { ContactDetail, ContactMessage, ContactSequence, ContactView } from '../../db/contact-reads.ts';
import type { ContactRow } from '../../db/rows.ts';
import { bounceKinds, channels } from '../../domain/accounts/account.ts';
import { contactPointKinds, contactPointSources } from '../../domain/contact-point.ts';
import type { StepContent } from '../../domain/copy/step-content.ts';
import { deliveryStates } from '../../domain/delivery.ts';
import { inboundKinds } from '../../domain/inbound/inbound.ts';
import { leadFailures, leadStatuses } from '../../domain/lead.ts';
import { replyIntents } from '../../domain/reply.ts';
import { ends, sequenceStatuses, stepKinds } from '../../domain/sequence.ts';
import { contactShape, showContact } from './contacts.ts';
import { pageOf, printedId, printedInstant, printInstant, printInstantOrNull } from './primitives.ts';
import { showSuppression, suppressionShape } from './suppressions.ts';

const endReasons = Object.values(ends).flat();
const named = z.object({ id: printedId, name: z.string() });

const contactSequence = z.object({
  id: printedId,
  status: z.enum(sequenceStatuses),
  end_reason: z.enum(endReasons).nullable(),
  campaign: named,
  enrolled_at: printedInstant,
  ended_at: printedInstant.nullable(),
});

/** A contact in a list of contacts. */
const contactItem = contactShape.extend({
  /** The open sequence, else the newest; null: never enrolled. */
  sequence: contactSequence.nullable(),
  /** Kept by an entry of the suppression list from being written to at their present address and profile. */
  is_suppressed: z.boolean(),
  /** An out-of-office hold lasts until then. */
  away_until: printedInstant.nullable(),
  created_at: printedInstant,
});
export type ContactItem = z.output<typeof contactItem>;
export type ContactPage = z.output<typeof contactList>;
export const contactList = pageOf(contactItem);

const sentMessage = z.object({
  direction: z.literal('sent'),
  at: printedInstant,
  channel: z.enum(channels),
  step: z.object({ number: z.int(), name: z.string(), kind: z.enum(stepKinds) }),
  state: z.enum(deliveryStates),
  /** What was reported of it afterwards. */
  bounce: z.enum(bounceKinds).nullable(),
  subject: z.string().nullable(),
  text: z.string(),
  /** From which account. */
  account: z.string(),
  sequence_id: printedId,
  campaign: named,
});

const receivedMessage = z.object({
  direction: z.literal('received'),
  at: printedInstant,
  channel: z.enum(channels),
  kind: z.enum(inboundKinds),
  intent: z.enum(replyIntents).nullable(),
  subject: z.string().nullable(),
  text: z.string(),
  /** To which account. */
  account: z.string(),
  sequence_id: printedId,
  campaign: named,
});

const contactPoint = z.object({
  id: printedId,
  kind: z.enum(contactPointKinds),
  /** A normalised address, the last part of a profile's address, or the provider's id. */
  value: z.string(),
  source: z.enum(contactPointSources),
  first_seen: printedInstant,
  last_seen: printedInstant,
  /** By new sequences; an open one may have begun with another. */
  is_written_to: z.boolean(),
});
export type ContactPointShown = z.output<typeof contactPoint>;

export const contactDetailShape = contactItem.extend({
  linkedin_headline: z.string().nullable(),
  recent_activity: z.string().nullable(),
  /** company_industry, company_size and so on. */
  company_context: z.record(z.string(), z.string()),
  custom: z.record(z.string(), z.string()),
  /** Since then nothing is known of them. */
  erased_at: printedInstant.nullable(),
  /** Every address and profile they are known by, also under ids of before a merge. */
  points: z.array(contactPoint),
  suppressions: z.array(suppressionShape),
  /** Since then a person lets them be reached at another address than the ones whose mail had failed; null: nobody did. */
  reachable_since: printedInstant.nullable(),
  sequences: z.array(contactSequence),
  leads: z.array(
    z.object({
      id: printedId,
      status: z.enum(leadStatuses),
      failure: z.enum(leadFailures).nullable(),
      campaign: named,
    }),
  ),
  /** Over all campaigns, the newest first. */
  messages: z.array(z.discriminatedUnion('direction', [sentMessage, receivedMessage])),
});
export type ContactDetailShown = z.output<typeof contactDetailShape>;
export type ContactMessageShown = ContactDetailShown['messages'][number];

const nameOf = ({ id, name }: { id: string; name: string }) => ({ id, name });

const showSequence = ({ sequence, campaign }: ContactSequence): z.output<typeof contactSequence> => ({
  id: sequence.id,
  status: sequence.status,
  end_reason: sequence.endReason,
  campaign: nameOf(campaign),
  enrolled_at: printInstant(sequence.enrolledAt),
  ended_at: printInstantOrNull(sequence.endedAt),
});

export const showContactItem = ({ contact, sequence, suppression }: ContactView): ContactItem => ({
  ...showContact(contact),
  sequence: sequence && showSequence(sequence),
  is_suppressed: suppression !== null,
  away_until: printInstantOrNull(contact.awayUntil),
  created_at: printInstant(contact.createdAt),
});

export const showContactDetail = (detail: ContactDetail): ContactDetailShown => ({
  ...showContactItem(detail),
  linkedin_headline: detail.contact.linkedinHeadline,
  recent_activity: detail.contact.recentActivity,
  company_context: detail.contact.companyContext,
  custom: detail.contact.custom,
  erased_at: printInstantOrNull(detail.contact.erasedAt),
  points: detail.points.map((point) => showPoint(point, detail.contact)),
  suppressions: detail.suppressions.map(showSuppression),
  reachable_since: printInstantOrNull(detail.contact.reachableSince),
  sequences: detail.sequences.map(showSequence),
  leads: detail.leads.map(({ lead, campaign }) => ({
    id: lead.id,
    status: lead.status,
    failure: lead.failure,
    campaign: nameOf(campaign),
  })),
  messages: detail.messages.map(showMessage),
});

const showPoint = (point: ContactPointRow, { email, profile }: ContactRow): ContactPointShown => ({
  id: point.id,
  kind: point.kind,
  value: point.key,
  source: point.source,
  first_seen: printInstant(point.firstSeen),
  last_seen: printInstant(point.lastSeen),
  is_written_to: point.kind !== 'provider_id' && point.key === (point.kind === 'address' ? email : profile),
});

function showMessage(message: ContactMessage): ContactMessageShown {
  if (message.kind === 'received') {
    const { message: received, campaign, account, channel } = message.row;
    return {
      direction: 'received',
      at: printInstant(received.receivedAt),
      channel,
      kind: received.kind,
      intent: received.intent,
      subject: received.subject,
      text: received.text ?? '',
      account,
      sequence_id: message.row.sequenceId,
      campaign: nameOf(campaign),
    };
  }
  const { delivery, step, campaign, account } = message.row;
  return {
    direction: 'sent',
    at: printInstant(delivery.claimedAt),
    channel: step.kind === 'email' ? 'email' : 'linkedin',
    step: { number: step.position + 1, name: step.name, kind: step.kind },
    state: delivery.state,
    bounce: delivery.bounce,
    subject: delivery.subject,
    text: textOf(step.content),
    account,
    sequence_id: delivery.sequenceId,
    campaign: nameOf(campaign),
  };
}

function textOf(content: StepContent | null): string {
  switch (content?.kind) {
    case 'email':
    case 'linkedin_message':
      return content.body;
    case 'linkedin_invitation':
      return content.note ?? '';
    case 'manual_task':
      return content.instructions;
    case undefined:
      return '';
  }
}

/** One row of a table, as plain as it is kept; instants as every answer prints them. */
const exportedRow = z.record(z.string(), z.json());

/** Everything held about one person. */
export const contactExportShape = z.object({
  exported_at: printedInstant,
  contact: exportedRow,
  suppressions: z.array(exportedRow),
  leads: z.array(exportedRow),
  sequences: z.array(exportedRow),
  steps: z.array(exportedRow),
  deliveries: z.array(exportedRow),
  received: z.array(exportedRow),
  tasks: z.array(exportedRow),
  connections: z.array(exportedRow),
  invitations: z.array(exportedRow),
  imported_rows: z.array(exportedRow),
  events: z.array(exportedRow),
});

/** Columns as names in JSON; `…At` and `…Until` are instants. */
export const exportRow = (row: object): z.output<typeof exportedRow> =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => name !== 'workspaceId')
      .map(([name, value]) => [
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        typeof value === 'number' && /(At|^at|Until)$/.test(name) ? printInstant(value) : value,
      ]),
  );
