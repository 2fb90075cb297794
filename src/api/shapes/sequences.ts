import { z } from 'zod';
import type { SequenceDetail, SequenceView } from '../../db/sequence-reads.ts';
import { accountStatuses, channels } from '../../domain/accounts/account.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import { type AiWriter, aiWriters } from '../../domain/copy/generation.ts';
import { planRest } from '../../domain/copy/preview.ts';
import { whyNotEditable } from '../../domain/copy/step-edit.ts';
import { deliveryStates } from '../../domain/delivery.ts';
import { explain } from '../../domain/explain.ts';
import { holdKinds } from '../../domain/hold-up.ts';
import {
  ends,
  finishedSteps,
  type SequenceStatus,
  sequenceStatuses,
  stepKinds,
  stepStatuses,
  whys,
} from '../../domain/sequence.ts';
import { contactShape, showContact } from './contacts.ts';
import { eventShape, showEvent } from './events.ts';
import { aiValueShape, showAiValues } from './previews.ts';
import { printedId, printedInstant, printInstant, printInstantOrNull } from './primitives.ts';
import { replyShape, showReply } from './replies.ts';
import { contentShape, showContent } from './step-content.ts';
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
      /** What an edit of it is made on. */
      content_version: z.int(),
      /** Until it is claimed. */
      editable: z.boolean(),
      /** Why it is not. */
      why_not_editable: z.string().nullable(),
      /** Variables that have neither value nor default, and what the checks of generated copy found. */
      missing: z.array(z.string()),
      /** When it would go if nothing came in between; null: it is done with, or a person decides first. */
      planned_at: printedInstant.nullable(),
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
  /** Who wrote its AI variables; null: it has none, or they are not written yet. */
  ai_writer: z.enum(aiWriters).nullable(),
  /** What a person should know of that. */
  ai_note: z.string().nullable(),
  /** As they were written for the whole sequence; a step that was regenerated or edited says what it says. */
  ai_values: z.array(aiValueShape),
  /** What the language model was asked for it; null where nobody said. */
  ai_use: z.object({
    calls: z.int(),
    failed: z.int(),
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
    /** Millionths of a US dollar. */
    cost_micros: z.int().nullable(),
  }),
  tasks: z.array(taskShape),
  /** What came back, bounces too; oldest first. */
  replies: z.array(replyShape),
  /** Oldest first. */
  timeline: z.array(eventShape),
});
export type SequenceDetailShown = z.output<typeof sequenceDetailShape>;

export const showSequenceDetail = (detail: SequenceDetail): SequenceDetailShown => ({
  ...showSequence(detail),
  accounts: detail.accounts.map(({ id, channel, address, status }) => ({ id, channel, address, status })),
  steps: detail.steps.map((step) => showStep(step, detail, planOf(detail))),
  ai_writer: detail.sequence.aiWriter,
  ai_note: detail.sequence.aiWriter && aiNotes[detail.sequence.aiWriter],
  ai_values: showAiValues(detail.sequence.aiValues ?? {}),
  ai_use: {
    calls: detail.modelUse.calls,
    failed: detail.modelUse.failed,
    input_tokens: detail.modelUse.inputTokens,
    output_tokens: detail.modelUse.outputTokens,
    cost_micros: detail.modelUse.costMicros,
  },
  tasks: detail.tasks.map(showTask),
  replies: detail.replies.map(showReply),
  timeline: detail.timeline.map(showEvent),
});

const aiNotes: Record<AiWriter, string | null> = {
  model: null,
  fallback: 'The copy was written without a language model: it did not answer.',
  offline: 'The copy was written without a language model: none is configured.',
};

const whyNot = ({ kind, status, content, delivery }: SequenceDetail['steps'][number], sequence: SequenceStatus) =>
  whyNotEditable({
    sequence,
    step: { kind, status, isWritten: content !== null },
    wasTried: delivery !== null && delivery.dataStartedAt !== null,
  });

/** By the step's place; nothing where nobody can say when the next one goes. */
function planOf({ content, facts }: SequenceDetail): ReadonlyMap<number, number> {
  const { next } = explain(facts);
  if (!next || next.at === null) return new Map();
  const current = facts.position;
  const rest = planRest(content, current, Math.max(next.at, facts.now));
  return new Map([next.at, ...rest].map((at, ahead) => [current + ahead, at]));
}

const showStep = (
  step: SequenceDetail['steps'][number],
  { sequence }: SequenceDetail,
  plan: ReadonlyMap<number, number>,
): SequenceDetailShown['steps'][number] => ({
  id: step.stepId,
  number: step.position + 1,
  name: step.name,
  kind: step.kind,
  status: step.status,
  reason: step.reason,
  content: step.content && showContent(step.content),
  content_version: step.contentVersion,
  editable: whyNot(step, sequence.status) === null,
  why_not_editable: whyNot(step, sequence.status),
  missing: step.missing,
  planned_at: printInstantOrNull(plan.get(step.position) ?? null),
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
