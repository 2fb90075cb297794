import { endFromOutside } from '../../db/moves.ts';
import type { SequenceId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onSequence } from './on-sequence.ts';

const end = { status: 'STOPPED_EARLY', reason: 'stopped_by_user' } as const;

/** Ends one sequence: no further step is sent, open tasks stay until dismissed. Stopping a stopped one changes nothing. */
export const stopSequence = (deps: CommandDeps, caller: Caller, id: SequenceId): Promise<void> =>
  onSequence(deps, caller, id, async (scene) => {
    const { status } = scene.walk.sequence;
    if (status === 'STOPPED_EARLY') return { result: undefined };
    if (!(await endFromOutside(scene, end)))
      throw new Refusal('wrong_state', `sequence ${id} has ended already: ${status}`);
    return { result: undefined };
  });
