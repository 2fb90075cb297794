import { z } from 'zod';
import type { TemplateLine } from '../../db/template-reads.ts';
import { manualTaskKinds, templateStatuses } from '../../domain/template.ts';
import { problemLine } from '../problems.ts';
import { pageOf, printedId, printedInstant, printInstant } from './primitives.ts';

const delay = z.object({ value: z.number(), unit: z.enum(['business_days', 'days', 'hours', 'minutes']) }).nullable();
const step = { id: printedId, name: z.string(), delay };

/** A template file as it is answered: whatever was saved, so without the limits of `template-file.ts`. */
const savedFile = z.object({
  name: z.string().nullable(),
  summary: z.string().nullable(),
  language: z.string().nullable(),
  timezone: z.string(),
  daily_leads_target: z.number(),
  approval_mode: z.enum(['AUTOPILOT', 'MANUAL_REVIEW']),
  schedule: z.object({
    days: z.array(z.string()),
    hours: z.array(z.object({ start: z.string(), end: z.string() })),
    holidays: z.array(z.string()),
  }),
  sender: z.object({ name: z.string(), job_title: z.string().nullable() }),
  linkedin_behaviour: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('SKIP') }),
    z.object({ kind: z.literal('DELAY'), max_wait_days: z.number() }),
  ]),
  ai_variables: z.array(
    z.object({ name: z.string(), prompt: z.string(), fallback: z.string().nullable(), max_characters: z.number() }),
  ),
  steps: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        ...step,
        kind: z.literal('email'),
        subject: z.string(),
        body: z.string(),
        new_thread: z.boolean(),
        quote_history: z.boolean(),
      }),
      z.object({ ...step, kind: z.literal('linkedin_message'), body: z.string() }),
      z.object({ ...step, kind: z.literal('linkedin_invitation'), note: z.string().nullable() }),
      z.object({
        ...step,
        kind: z.literal('manual_task'),
        task: z.enum(manualTaskKinds),
        title: z.string(),
        instructions: z.string(),
        assignee_id: printedId.nullable(),
      }),
    ]),
  ),
});

export const editedTemplateShape = z.object({
  id: printedId,
  status: z.enum(templateStatuses),
  /** What an edit of it is made on. */
  version: z.int(),
  /** They keep the version they were enrolled with. */
  open_sequences: z.int(),
  /** What keeps it from being activated. */
  problems: z.array(problemLine),
  template: savedFile,
});
export type EditedTemplate = z.output<typeof editedTemplateShape>;
export type EditedFile = EditedTemplate['template'];
export type EditedStep = EditedFile['steps'][number];

/** Of archiving one: how many open sequences that stopped. */
export const archivedTemplateShape = editedTemplateShape.extend({ stopped_sequences: z.int() });

/** A template in the page's list. */
const templateLine = z.object({
  id: printedId,
  name: z.string().nullable(),
  summary: z.string().nullable(),
  status: z.enum(templateStatuses),
  step_count: z.int(),
  timezone: z.string(),
  open_sequences: z.int(),
  updated_at: printedInstant,
});
export type TemplateLineShown = z.output<typeof templateLine>;
export const templateLines = pageOf(templateLine);

export const showTemplateLine = (line: TemplateLine): TemplateLineShown => ({
  id: line.id,
  name: line.name,
  summary: line.summary,
  status: line.status,
  step_count: line.stepCount,
  timezone: line.zone,
  open_sequences: line.openSequences,
  updated_at: printInstant(line.updatedAt),
});
