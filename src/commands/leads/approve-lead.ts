import type { LeadId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { reviewLead } from './review-lead.ts';

/** PENDING_REVIEW or FAILED (a retry) → APPROVED: the campaign enrols it when its day allows. Design 1. */
export const approveLead = (deps: CommandDeps, caller: Caller, id: LeadId): Promise<void> =>
  reviewLead(deps, caller, id, 'APPROVED');
