import type { DeliveryState } from '../../domain/delivery.ts';
import { openStatuses, type StepKind, type StepStatus } from '../../domain/sequence.ts';
import type { StepShown } from './queries.ts';

export const kindNames: Record<StepKind, string> = {
  email: 'Email',
  linkedin_message: 'LinkedIn message',
  linkedin_invitation: 'LinkedIn invitation',
  manual_task: 'Task',
};

/** Where a step stands; what is still to come needs no badge beside its date. */
export const stepStatusNames: Record<StepStatus, string | null> = {
  PENDING: null,
  WAITING: 'Waiting',
  SENDING: 'Being sent',
  SENT: 'Sent',
  DONE: 'Done',
  SKIPPED: 'Skipped',
  FAILED: 'Failed',
  UNCONFIRMED: 'Unconfirmed',
  CANCELED: 'Canceled',
};

/** What became of a step's message, where its status does not say it all. */
export const deliveryWords: Record<DeliveryState, string | null> = {
  CLAIMED: 'Handed over in a moment',
  RELEASED: 'Was not sent',
  DATA_STARTED: 'On its way: the answer is still to come',
  SENT: null,
  REJECTED: 'Refused by the receiver',
  UNCONFIRMED: 'Nobody knows yet whether it arrived',
};

/** "3 business days after step 2" as the start of a line. */
export const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `delivery_failed`: "delivery failed". */
export const plain = (text: string): string => text.replaceAll('_', ' ');

export const isOpen = ({ status }: { status: string }): boolean => openStatuses.some((open) => open === status);

/** Done with, or being handed over: nothing about it can be planned any more. */
export const isPast = ({ status }: Pick<StepShown, 'status'>): boolean => status !== 'PENDING' && status !== 'WAITING';
