import { by, recordOfSequence } from '../../db/scene.ts';
import type { DeliveryId, SequenceId } from '../../domain/ids.ts';
import { suppress } from '../contacts/suppress.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onSequence } from '../sequences/on-sequence.ts';
import { noteReport } from './note-report.ts';

export interface BounceInput {
  sequenceId: SequenceId;
  /** The message that came back, where it is known: its recipient is suppressed, not whom the contact has become since. */
  deliveryId?: DeliveryId;
  /** hard: the address does not exist (5.1.x). soft: it may work later; only noted. */
  kind: 'hard' | 'soft';
  /** What makes this bounce the same one when it is told again. */
  key: string;
}

/** A delivery report for one of the sequence's emails. A hard bounce suppresses the address and ends the sequence. Design 6. */
export async function recordBounce(
  deps: CommandDeps,
  caller: Caller,
  { sequenceId, deliveryId, kind, key }: BounceInput,
): Promise<void> {
  const email = await onSequence(deps, caller, sequenceId, async (scene) => {
    await recordOfSequence(by('service', scene), 'bounce_received', { bounce: kind }, `bounce/${key}`);
    const delivery = deliveryId ? await noteReport(scene, deliveryId, kind) : null;
    return { result: delivery?.recipient ?? scene.walk.recipient.email };
  });
  if (kind === 'hard' && email !== null)
    await suppress(deps, { ...caller, actor: 'service' }, [{ kind: 'address', value: email, reason: 'hard_bounce' }]);
}
