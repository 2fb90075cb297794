import type { FaultPoint } from '../../src/activities/deps.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import type { StepResult } from '../../src/domain/sequence.ts';

/** What a child does to itself when its attempt comes to a point: SIGKILL, or SIGSTOP until somebody sends SIGCONT. */
export interface Fault {
  point: FaultPoint;
  action: 'kill' | 'stop';
}

/** One attempt of `performStep`. */
export interface Order {
  sequenceId: SequenceId;
  fault: Fault | null;
  /** How long the answer to the dot is waited for, ms; null: as long as the service waits. */
  answerMs: number | null;
}

/** What a child is told: to try, or what it asked for. */
export type ToChild = { kind: 'perform'; order: Order } | { kind: 'sent'; isThere: boolean };

/** What a child says. Of a kill it says nothing; `isSent` and `file` are for the Sent folder at an IMAP host, which lies in the parent. */
export type FromChild =
  | { kind: 'ready' }
  | { kind: 'stopping' }
  | { kind: 'isSent'; host: string; messageId: string }
  | { kind: 'file'; host: string; messageId: string }
  | { kind: 'result'; result: StepResult }
  | { kind: 'failure'; message: string };

/** What became of one attempt, seen from outside. */
export type Fate = Extract<FromChild, { kind: 'result' | 'failure' }> | { kind: 'killed' };
