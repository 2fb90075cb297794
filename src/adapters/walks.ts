import type { AccountId, CampaignId, SequenceId, TaskId } from '../domain/ids.ts';
import type { SequenceOutcome, SequenceStatus } from '../domain/sequence.ts';

/** News for a sequence's workflow. Postgres knew it first. Design 3. */
export type SequenceNews =
  | { kind: 'taskSettled'; taskId: TaskId }
  | { kind: 'connectionAccepted' }
  | { kind: 'campaignPaused'; epoch: number }
  | { kind: 'campaignResumed'; epoch: number }
  | { kind: 'stateChanged'; seq: number; status: SequenceStatus }
  | { kind: 'ended'; end: SequenceOutcome };

export type CampaignNews = { kind: 'control'; epoch: number } | { kind: 'leadsChanged' };

/**
 * The durable walks, in the service's words; Temporal fills it. Starting one that runs is harmless, and one that is gone
 * or closed starts again where Postgres stands. Every call has a deadline of 2 s and throws when it passes.
 */
export interface Walks {
  startSequence(id: SequenceId): Promise<void>;
  startCampaign(id: CampaignId): Promise<void>;
  startMailbox(id: AccountId): Promise<void>;
  /** `gone`: no such workflow runs. */
  tellSequence(id: SequenceId, news: SequenceNews): Promise<'told' | 'gone'>;
  tellCampaign(id: CampaignId, news: CampaignNews): Promise<'told' | 'gone'>;
  isSequenceRunning(id: SequenceId): Promise<boolean>;
}

/** What must exist in Temporal though nobody starts it: search attributes and the reconciler's Schedule. */
export interface Schedules {
  ensure(): Promise<void>;
}
