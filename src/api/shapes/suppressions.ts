import { z } from 'zod';
import type { SuppressionRow } from '../../db/rows.ts';
import { suppressionKinds, suppressionReasons } from '../../domain/suppression.ts';
import { pageOf, printedId, printedInstant, printInstant } from './primitives.ts';

/** Whom nobody contacts any more. */
export const suppressionShape = z.object({
  id: printedId,
  kind: z.enum(suppressionKinds),
  /** An email address, a mail domain (with its subdomains), or the last part of a LinkedIn profile's address. */
  value: z.string(),
  reason: z.enum(suppressionReasons),
  created_at: printedInstant,
});
export type SuppressionShown = z.output<typeof suppressionShape>;
export const suppressionPage = pageOf(suppressionShape);
export type SuppressionPage = z.output<typeof suppressionPage>;

export const showSuppression = ({ id, kind, value, reason, createdAt }: SuppressionRow): SuppressionShown => ({
  id,
  kind,
  value,
  reason,
  created_at: printInstant(createdAt),
});
