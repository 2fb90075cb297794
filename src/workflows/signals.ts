import { defineSignal } from '@temporalio/workflow';
import type { TaskId } from '../domain/ids.ts';
import type { SequenceOutcome, SequenceStatus } from '../domain/sequence.ts';

/** Names and payloads of what a walk may be told. Ids, epochs and enum values only. Design 3. */
export const taskSettled = defineSignal<[{ taskId: TaskId }]>('taskSettled');
export const connectionAccepted = defineSignal<[Record<string, never>]>('connectionAccepted');
export const campaignPaused = defineSignal<[{ epoch: number }]>('campaignPaused');
export const campaignResumed = defineSignal<[{ epoch: number }]>('campaignResumed');
export const ended = defineSignal<[SequenceOutcome]>('ended');
/** Something outside moved the open status or the next instant. */
export const stateChanged = defineSignal<[{ seq: number; status: SequenceStatus }]>('stateChanged');

/** To a campaign: it was started, paused, resumed or ended. */
export const control = defineSignal<[{ epoch: number }]>('control');
/** To a campaign: leads wait that did not before, or the template changed. */
export const leadsChanged = defineSignal<[Record<string, never>]>('leadsChanged');
