import { z } from 'zod';
import type { Preview } from '../../commands/templates/preview-template.ts';
import { type AiValues, aiWriters } from '../../domain/copy/generation.ts';
import { stepKinds } from '../../domain/sequence.ts';
import { problemLine, showProblem } from '../problems.ts';
import { inFile } from '../template-file.ts';
import { printedId, printedInstant, printInstant } from './primitives.ts';
import { contentShape, showContent } from './step-content.ts';

/** An AI variable's value and who wrote it; null: there is neither value nor fallback. */
export const aiValueShape = z.object({ name: z.string(), value: z.string().nullable(), by: z.enum(aiWriters) });

export const showAiValues = (values: AiValues): z.output<typeof aiValueShape>[] =>
  Object.entries(values).map(([name, { value, by }]) => ({ name, value, by }));

export const previewShape = z.object({
  steps: z.array(
    z.object({
      id: printedId,
      number: z.int(),
      name: z.string(),
      kind: z.enum(stepKinds),
      content: contentShape,
      /** Variables without a value: the sequence would wait for a person. */
      missing: z.array(z.string()),
      /** What the checks of generated copy found: the sequence would wait for a person. */
      problems: z.array(z.string()),
      /** Null while delays or schedule have problems. */
      planned: z.object({ day: z.int(), at: printedInstant, text: z.string() }).nullable(),
    }),
  ),
  ai_values: z.array(aiValueShape),
  /** What keeps the template from being activated. */
  problems: z.array(problemLine),
});
export type PreviewShown = z.output<typeof previewShape>;

export const showPreview = ({ steps, ai, problems }: Preview): PreviewShown => ({
  steps: steps.map(({ step, content, missing, problems, planned }, index) => ({
    id: step.id,
    number: index + 1,
    name: step.name,
    kind: step.kind,
    content: showContent(content),
    missing,
    problems,
    planned: planned && { day: planned.day, at: printInstant(planned.at), text: planned.text },
  })),
  ai_values: showAiValues(ai),
  problems: inFile(problems).map(showProblem),
});

export const testEmailShape = z.object({ sent_to: z.string() });
