import { z } from 'zod';
import type { TemplateLine } from '../../db/template-reads.ts';
import { templateStatuses } from '../../domain/template.ts';
import { problemLine } from '../problems.ts';
import { savedFile } from '../template-file.ts';
import { pageOf, printedId, printedInstant, printInstant } from './primitives.ts';

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
