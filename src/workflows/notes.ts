import type { TaskId } from '../domain/ids.ts';
import type { SequenceOutcome } from '../domain/sequence.ts';

/** What the handlers of a sequence have noted; plain JSON, since continue-as-new hands it on. */
export interface SequenceNotes {
  end?: SequenceOutcome;
  /** The newest `stateChanged` seen, and whether it is news. */
  seq: number;
  changed: boolean;
  settled: TaskId[];
  accepted: boolean;
  /** The newest epochs. */
  paused: number;
  resumed: number;
}

export const newNotes = (): SequenceNotes => ({
  seq: 0,
  changed: false,
  settled: [],
  accepted: false,
  paused: 0,
  resumed: 0,
});

/**
 * As `performStep` begins: Postgres was told before us, so it sees what we forget. News kept longer would wake the next
 * wait for ever. The end, the epochs and the seq stay.
 */
export function forgetNews(notes: SequenceNotes): void {
  notes.changed = false;
  notes.settled = [];
  notes.accepted = false;
}
