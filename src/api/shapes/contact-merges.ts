import { z } from 'zod';
import type { MergePreview } from '../../commands/contacts/merge-contacts.ts';
import { contactShape, showContact } from './contacts.ts';
import { printedId } from './primitives.ts';

/** What a merge would do. */
export const mergePreviewShape = z.object({
  survivor: contactShape,
  merged: contactShape,
  /** Of both; two: a merge has to name the one that ends. */
  open_sequences: z.array(z.object({ id: printedId, contact_id: printedId, campaign_id: printedId })),
  /** In these both are leads, and one of the two leads goes. */
  campaigns_of_both: z.array(printedId),
});
export type MergePreviewShown = z.output<typeof mergePreviewShape>;

export const showMergePreview = ({ survivor, merged, open, campaignsOfBoth }: MergePreview): MergePreviewShown => ({
  survivor: showContact(survivor),
  merged: showContact(merged),
  open_sequences: open.map(({ id, contactId, campaignId }) => ({
    id,
    contact_id: contactId,
    campaign_id: campaignId,
  })),
  campaigns_of_both: campaignsOfBoth,
});
