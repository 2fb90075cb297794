import type { LeadId } from '../../domain/ids.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { reviewLead } from './review-lead.ts';

/** APPROVED or REJECTED → PENDING_REVIEW: a decision taken back, as long as nobody was enrolled on it. Design 1. */
export const reopenLead = (deps: CommandDeps, caller: Caller, id: LeadId): Promise<void> =>
  reviewLead(deps, caller, id, 'PENDING_REVIEW');
