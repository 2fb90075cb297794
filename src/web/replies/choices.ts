import type { TaskOutcome, taskOutcomes } from '../../domain/task.ts';

export type Choice = (typeof taskOutcomes)['read_reply'][number];

interface Words {
  name: string;
  /** What Enter does, before it is pressed. */
  consequence: string;
  /** What was done. */
  done: string;
}

/** In the order of their keys, 1 to 8. */
export const choices = [
  'positive',
  'meeting_booked',
  'referral',
  'negative',
  'neutral',
  'unsubscribe',
  'out_of_office',
  'go_on',
] as const satisfies readonly Choice[];

const succeeds = 'Ends as Succeeded, with a task to answer. Nothing more is sent. No undo.';
const stops = 'Ends as Stopped early. Nothing more is sent. No undo.';

export const choiceWords: Record<Choice, Words> = {
  positive: { name: 'Interested', consequence: succeeds, done: 'Interested: the sequence succeeded.' },
  meeting_booked: { name: 'Meeting booked', consequence: succeeds, done: 'Meeting booked: the sequence succeeded.' },
  referral: { name: 'Referral', consequence: succeeds, done: 'Referral: the sequence succeeded.' },
  negative: { name: 'Not interested', consequence: stops, done: 'Not interested: the sequence stopped early.' },
  neutral: { name: 'Neutral', consequence: stops, done: 'Neutral: the sequence stopped early.' },
  unsubscribe: {
    name: 'Remove me',
    consequence: 'Ends as Failed, and the contact is never written to again, by any channel. No undo.',
    done: 'Removed: the contact is never written to again.',
  },
  out_of_office: {
    name: 'Out of office',
    consequence: 'Nothing is sent until they are back; then it goes on by itself. No undo.',
    done: 'Out of office: the sequence waits for their return.',
  },
  go_on: {
    name: 'Go on',
    consequence: 'The sequence goes on with its next step. No undo.',
    done: 'The sequence goes on.',
  },
};

/** A reply that came after the end changes no status, but for a good one to the last message. */
export function consequenceOf(choice: Choice, sequence: 'open' | 'completed' | 'ended'): string {
  const isGood = choice === 'positive' || choice === 'meeting_booked' || choice === 'referral';
  if (sequence === 'open' || (sequence === 'completed' && isGood)) return choiceWords[choice].consequence;
  if (choice === 'unsubscribe')
    return 'The sequence has ended already. The contact is never written to again, by any channel. No undo.';
  return isGood
    ? 'The sequence has ended already: its status stays. A task to answer opens. No undo.'
    : 'The sequence has ended already: its status stays. No undo.';
}

export function nameOf(outcome: TaskOutcome | null): string {
  const choice = choices.find((each) => each === outcome);
  return choice === undefined ? '' : choiceWords[choice].name;
}
