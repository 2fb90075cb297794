import type { WritingBrief } from '../../adapters/writer.ts';
import type { AiValues, GenerationPurpose } from '../../domain/copy/generation.ts';
import type { AiVariable } from '../../domain/template.ts';
import { type WritingDeps, type WrittenFor, type WrittenVariables, writeVariables } from './write-variables.ts';

const PATIENCE_MS = 60_000;

/** As `writeVariables`, for somebody who waits in front of a page: after a minute they are the fallbacks. */
export async function writeAtOnce(
  deps: WritingDeps,
  brief: WritingBrief,
  purpose: GenerationPurpose,
  ids: WrittenFor,
): Promise<WrittenVariables> {
  try {
    return await writeVariables(deps, brief, purpose, ids, AbortSignal.timeout(PATIENCE_MS));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
    return { values: fallbacksOf(brief.variables), by: 'fallback' };
  }
}

/** What AI variables say where no model wrote them. */
export const fallbacksOf = (variables: readonly AiVariable[]): AiValues =>
  Object.fromEntries(variables.map(({ name, fallback }) => [name, { value: fallback, by: 'fallback' }]));
