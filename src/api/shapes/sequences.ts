import { z } from 'zod';
import type { SequenceDetail, SequenceView } from '../../db/sequence-reads.ts';
import { accountStatuses, channels } from '../../domain/account.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import { deliveryStates } from '../../domain/delivery.ts';
import { explain, holdKinds } from '../../domain/explain.ts';
import { ends, finishedSteps, sequenceStatuses, stepKinds, stepStatuses, whys } from '../../domain/sequence.ts';
import type { StepContent } from '../../domain/step-content.ts';
import { manualTaskKinds } from '../../domain/template.ts';
import { printedId, printedInstant, printInstant, printInstantOrNull } from '../schemas.ts';
import { contactShape, showContact } from './contacts.ts';
import { eventShape, showEvent } from './events.ts';
import { showTask, taskShape } from './tasks.ts';

const endReasons = [...ends.SUCCEEDED, ...ends.COMPLETED, ...ends.STOPPED_EARLY, ...ends.FAILED] as const;

export const sequenceShape = z.object({
  id: printedId,
  status: z.enum(sequenceStatuses),
  end_reason: z.enum(endReasons).nullable(),
  campaign: z.object({ id: printedId, name: z.string(), status: z.enum(campaignStatuses) }),
  template: z.object({ id: printedId, version: z.int() }),
  /** The template's: the texts speak in it. */
  timezone: z.string(),
  contact: contactShape,
  steps_finished: z.int(),
  step_count: z.int(),
  /** What keeps it still although its status says where it stands. */
  holds: z.array(z.object({ kind: z.enum(holdKinds), until: printedInstant.nullable(), text: z.string() })),
  /** The step to come; `at` is null while a person, or a hold without an end, decides. `text` says why not sooner. */
  next: z
    .object({
      step_id: printedId,
      number: z.int(),
      name: z.string(),
      kind: z.enum(stepKinds),
      at: printedInstant.nullable(),
      why: z.enum(whys),
      text: z.string(),
    })
    .nullable(),
  enrolled_at: printedInstant,
  ended_at: printedInstant.nullable(),
});
export type SequenceShown = z.output<typeof sequenceShape>;

export function showSequence({ sequence, campaign, contact, facts }: SequenceView): SequenceShown {
  const { next, holds } = explain(facts);
  return {
    id: sequence.id,
    status: sequence.status,
    end_reason: sequence.endReason,
    campaign: { id: campaign.id, name: campaign.name, status: campaign.status },
    template: { id: sequence.templateId, version: sequence.templateVersion },
    timezone: facts.schedule.zone,
    contact: showContact(contact),
    steps_finished: facts.steps.filter(({ status }) => status !== 'CANCELED' && finishedSteps.includes(status)).length,
    step_count: facts.steps.length,
    holds: holds.map(({ kind, until, text }) => ({ kind, until: printInstantOrNull(until), text })),
    next: next && {
      step_id: next.stepId,
      number: next.number,
      name: next.name,
      kind: next.kind,
      at: printInstantOrNull(next.at),
      why: next.why,
      text: next.text,
    },
    enrolled_at: printInstant(sequence.enrolledAt),
    ended_at: printInstantOrNull(sequence.endedAt),
  };
}

/** What a step will say, or said. */
const contentShape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), subject: z.string(), body: z.string() }),
  z.object({ kind: z.literal('linkedin_message'), body: z.string() }),
  z.object({ kind: z.literal('linkedin_invitation'), note: z.string().nullable() }),
  z.object({
    kind: z.literal('manual_task'),
    task: z.enum(manualTaskKinds),
    title: z.string(),
    instructions: z.string(),
    assignee_id: printedId.nullable(),
  }),
]);

function showContent(content: StepContent): z.output<typeof contentShape> {
  if (content.kind !== 'manual_task') return content;
  const { assignee, ...task } = content;
  return { ...task, assignee_id: assignee };
}

export const sequenceDetailShape = sequenceShape.extend({
  accounts: z.array(
    z.object({ id: printedId, channel: z.enum(channels), address: z.string(), status: z.enum(accountStatuses) }),
  ),
  steps: z.array(
    z.object({
      id: printedId,
      number: z.int(),
      name: z.string(),
      kind: z.enum(stepKinds),
      status: z.enum(stepStatuses),
      /** Why it was skipped or failed. */
      reason: z.string().nullable(),
      /** null until it is written. */
      content: contentShape.nullable(),
      content_version: z.int(),
      /** Variables that have neither value nor default. */
      missing: z.array(z.string()),
      finished_at: printedInstant.nullable(),
      /** The ledger's row of its message. */
      delivery: z
        .object({
          state: z.enum(deliveryStates),
          attempt: z.int(),
          recipient: z.string(),
          subject: z.string().nullable(),
          message_id: z.string().nullable(),
          answer: z.string().nullable(),
          claimed_at: printedInstant,
          settled_at: printedInstant.nullable(),
        })
        .nullable(),
    }),
  ),
  tasks: z.array(taskShape),
  /** Oldest first. */
  timeline: z.array(eventShape),
});
export type SequenceDetailShown = z.output<typeof sequenceDetailShape>;

export const showSequenceDetail = (detail: SequenceDetail): SequenceDetailShown => ({
  ...showSequence(detail),
  accounts: detail.accounts.map(({ id, channel, address, status }) => ({ id, channel, address, status })),
  steps: detail.steps.map(showStep),
  tasks: detail.tasks.map(showTask),
  timeline: detail.timeline.map(showEvent),
});

const showStep = (step: SequenceDetail['steps'][number]): SequenceDetailShown['steps'][number] => ({
  id: step.stepId,
  number: step.position + 1,
  name: step.name,
  kind: step.kind,
  status: step.status,
  reason: step.reason,
  content: step.content && showContent(step.content),
  content_version: step.contentVersion,
  missing: step.missing,
  finished_at: printInstantOrNull(step.finishedAt),
  delivery: step.delivery && {
    state: step.delivery.state,
    attempt: step.delivery.attempt,
    recipient: step.delivery.recipient,
    subject: step.delivery.subject,
    message_id: step.delivery.messageId,
    answer: step.delivery.answer,
    claimed_at: printInstant(step.delivery.claimedAt),
    settled_at: printInstantOrNull(step.delivery.settledAt),
  },
});
