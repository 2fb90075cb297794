import { z } from 'zod';
import type { WorkspaceRow } from '../../db/workspaces.ts';
import { printedId } from './primitives.ts';

export const workspaceShape = z.object({
  id: printedId,
  name: z.string(),
  /** IANA. */
  timezone: z.string(),
  /** With the postal address in every footer; '' until somebody says it. */
  legal_name: z.string(),
  postal_address: z.string(),
});
export type WorkspaceShown = z.output<typeof workspaceShape>;

export const showWorkspace = ({ id, name, zone, legalName, postalAddress }: WorkspaceRow): WorkspaceShown => ({
  id,
  name,
  timezone: zone,
  legal_name: legalName,
  postal_address: postalAddress,
});

/** What the writer of AI variables is told about the sender's company; '' where nothing is. */
export const contextShape = z.object({
  ideal_customer: z.string(),
  value_proposition: z.string(),
  competitors: z.string(),
  tone: z.string(),
});
export type ContextShown = z.output<typeof contextShape>;

export const showContext = ({ context }: Pick<WorkspaceRow, 'context'>): ContextShown => ({
  ideal_customer: context.idealCustomer ?? '',
  value_proposition: context.valueProposition ?? '',
  competitors: context.competitors ?? '',
  tone: context.tone ?? '',
});
