import { z } from 'zod';
import type { ImportRow, ImportView } from '../../db/imports.ts';
import { misreadNotes } from '../../domain/copy/misread.ts';
import { importOutcomes, noRows } from '../../domain/lead.ts';
import { printedId, printedInstant, printInstant, printInstantOrNull } from './primitives.ts';

/** A file as it was read, before anything is kept of it. */
export const readFileShape = z.object({
  rows: z.int(),
  columns: z.array(
    z.object({
      header: z.string(),
      /** `email`, `custom.region`; null: left out. */
      means: z.string().nullable(),
      /** Of the first rows that have something there. */
      samples: z.array(z.string()),
      /** How many rows do. */
      filled: z.int(),
    }),
  ),
});
export type ReadFile = z.output<typeof readFileShape>;

export const importShape = z.object({
  id: printedId,
  campaign_id: printedId,
  file_name: z.string(),
  /** What would wait for review is approved. */
  approve: z.boolean(),
  rows: z.int(),
  /** How many of them have their outcome. */
  done: z.int(),
  totals: z.record(z.enum(importOutcomes), z.int()),
  created_at: printedInstant,
  finished_at: printedInstant.nullable(),
});
export type ImportShown = z.output<typeof importShape>;

export function showImport({ job, counts: { waiting = 0, ...counts } }: ImportView): ImportShown {
  const totals = { ...noRows(), ...counts };
  const done = importOutcomes.reduce((sum, outcome) => sum + totals[outcome], 0);
  return {
    id: job.id,
    campaign_id: job.campaignId,
    file_name: job.fileName,
    approve: job.approve,
    rows: done + waiting,
    done,
    totals,
    created_at: printInstant(job.createdAt),
    finished_at: printInstantOrNull(job.finishedAt),
  };
}

export const importRowShape = z.object({
  /** As a person counts in the file; the header's is 1. */
  row: z.int(),
  /** Who it is about, as far as it says. */
  lead: z.string(),
  name: z.string(),
  outcome: z.enum(importOutcomes).nullable(),
  /** Why; of a row that was taken without a cell, what was wrong with that one; and cells that were read in the wrong encoding. */
  detail: z.string().nullable(),
});
export type ImportRowShown = z.output<typeof importRowShape>;

/** What a person should know of a row: what became of it and why, and what looks odd in it; null: nothing. */
export const detailOf = ({ data, detail }: Pick<ImportRow, 'data' | 'detail'>): string | null =>
  [...(detail === null ? [] : [detail]), ...misreadNotes(data)].join('; ') || null;

export const showImportRow = ({ row, data, outcome, detail }: ImportRow): ImportRowShown => ({
  row,
  lead: data.email ?? data.linkedin_url ?? '',
  name: [data.first_name, data.last_name].filter(Boolean).join(' '),
  outcome,
  detail: detailOf({ data, detail }),
});
