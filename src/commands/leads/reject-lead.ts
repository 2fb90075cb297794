import type { LeadId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { reviewLead } from './review-lead.ts';

/** PENDING_REVIEW → REJECTED: it is not enrolled. Design 1. */
export const rejectLead = (deps: CommandDeps, caller: Caller, id: LeadId): Promise<void> =>
  reviewLead(deps, caller, id, 'REJECTED');
