import { z } from 'zod';
import type { SequenceDetail, SequenceView } from '../../db/sequence-reads.ts';
import { accountStatuses, channels } from '../../domain/account.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import { deliveryStates } from '../../domain/delivery.ts';
import { explain, holdKinds } from '../../domain/explain.ts';
import type { MemberId } from '../../domain/ids.ts';
import { ends, finishedSteps, sequenceStatuses, stepKinds, stepStatuses, whys } from '../../domain/sequence.ts';
import type { StepContent } from '../../domain/step-content.ts';
import { manualTaskKinds } from '../../domain/template.ts';
import { idOfA, printedId, printedInstant, printInstant, printInstantOrNull, text } from '../schemas.ts';
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

const copy = text(50_000);

/** What a step will say, or said; also what completing its copy takes. */
export const stepContentShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), subject: copy, body: copy }),
  z.strictObject({ kind: z.literal('linkedin_message'), body: copy }),
  z.strictObject({ kind: z.literal('linkedin_invitation'), note: copy.nullable() }),
  z.strictObject({
    kind: z.literal('manual_task'),
    task: z.enum(manualTaskKinds),
    title: copy,
    instructions: copy,
    assignee_id: z.string().nullable().default(null),
  }),
]);
