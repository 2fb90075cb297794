import { setTimeout as pause } from 'node:timers/promises';
import {
  type OrganisationBrief,
  type Usage,
  type Writer,
  WriterUnavailable,
  type WritingBrief,
} from '../../adapters/writer.ts';
import { recordGeneration } from '../../db/generations.ts';
import type { Db } from '../../db/pool.ts';
import {
  type AiValue,
  type AiValues,
  type AiWriter,
  aiWriters,
  type GenerationPurpose,
} from '../../domain/copy/generation.ts';
import type { SequenceId, WorkspaceId } from '../../domain/ids.ts';
import type { TemplateContent } from '../../domain/template.ts';

export interface WritingDeps {
  db: Db;
  writer: Writer;
}

/** Whom the calls are counted for; no sequence: a template's trial. */
export interface WrittenFor {
  workspaceId: WorkspaceId;
  sequenceId: SequenceId | null;
}

export interface WrittenVariables {
  /** Every variable of the brief. */
  values: AiValues;
  /** `model` where it wrote at least one of them; null: there are none to write. */
  by: AiWriter | null;
}

const TRIES = 3;

/**
 * Writes the brief's variables: three tries of the language model, then their fallbacks. Every call is counted, also one
 * that failed. Call it outside a transaction: it may take minutes. Throws what `signal` was stopped with. Design 7.
 */
export async function writeVariables(
  { db, writer }: WritingDeps,
  brief: WritingBrief,
  purpose: GenerationPurpose,
  { workspaceId, sequenceId }: WrittenFor,
  signal?: AbortSignal,
): Promise<WrittenVariables> {
  if (brief.variables.length === 0) return { values: {}, by: null };
  const count = (usage: Usage, fault: string | null) =>
    db.inWorkspace(workspaceId, (tx) => recordGeneration(tx, { workspaceId, sequenceId, purpose, fault, ...usage }));

  for (let tried = 1; ; tried++) {
    try {
      const { values, usage } = await writer.write(brief, signal);
      if (usage) await count(usage, null);
      return { values: Object.fromEntries(values), by: writerOf(values) };
    } catch (error) {
      if (!(error instanceof WriterUnavailable)) throw error;
      await count(error.usage, error.fault);
      signal?.throwIfAborted();
      if (tried === TRIES || !error.isWorthAnotherTry) return fallbacks(brief);
      await pause(error.pauseMs, undefined, signal ? { signal } : {});
    }
  }
}

/** What the writer is told, all of one workspace. `facts`: as `factsAbout` has them. */
export const briefOf = (
  organisation: OrganisationBrief,
  { aiVariables, language }: Pick<TemplateContent, 'aiVariables' | 'language'>,
  facts: ReadonlyMap<string, string>,
): WritingBrief => ({ organisation, variables: aiVariables, language, facts });

const fallbacks = ({ variables }: WritingBrief): WrittenVariables => ({
  values: Object.fromEntries(variables.map(({ name, fallback }) => [name, { value: fallback, by: 'fallback' }])),
  by: 'fallback',
});

/** One that answered with nothing usable for any variable did not write. */
function writerOf(values: ReadonlyMap<string, AiValue>): AiWriter | null {
  const writers = new Set([...values.values()].map(({ by }) => by));
  return aiWriters.find((writer) => writers.has(writer)) ?? null;
}
