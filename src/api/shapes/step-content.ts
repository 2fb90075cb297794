import { z } from 'zod';
import type { StepContent } from '../../domain/copy/step-content.ts';
import type { MemberId } from '../../domain/ids.ts';
import { manualTaskKinds } from '../../domain/template.ts';
import { idOfA, printedId, text } from './primitives.ts';

/** What a step will say, or said. */
export const contentShape = z.discriminatedUnion('kind', [
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
export type ContentShown = z.output<typeof contentShape>;

export function showContent(content: StepContent): ContentShown {
  if (content.kind !== 'manual_task') return content;
  const { assignee, ...task } = content;
  return { ...task, assignee_id: assignee };
}

const copy = text(50_000);

/** The whole of what a step will say, as a person gives it. */
export const contentInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), subject: copy, body: copy }),
  z.strictObject({ kind: z.literal('linkedin_message'), body: copy }),
  z.strictObject({ kind: z.literal('linkedin_invitation'), note: copy.nullable() }),
  z.strictObject({
    kind: z.literal('manual_task'),
    task: z.enum(manualTaskKinds),
    title: copy,
    instructions: copy,
    assignee_id: idOfA<MemberId>().nullable().default(null),
  }),
]);

export function readContent(given: z.output<typeof contentInput>): StepContent {
  if (given.kind !== 'manual_task') return given;
  const { assignee_id: assignee, ...task } = given;
  return { ...task, assignee };
}
