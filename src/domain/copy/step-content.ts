import type { MemberId } from '../ids.ts';
import type { ManualTaskKind } from '../template.ts';

/** What one step will say, rendered for its contact; editable while the step is PENDING. Design 7. */
export type StepContent =
  | { kind: 'email'; subject: string; body: string }
  | { kind: 'linkedin_message'; body: string }
  | { kind: 'linkedin_invitation'; note: string | null }
  | { kind: 'manual_task'; task: ManualTaskKind; title: string; instructions: string; assignee: MemberId | null };
