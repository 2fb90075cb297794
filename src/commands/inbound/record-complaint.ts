import { by, recordOfSequence } from '../../db/scene.ts';
import type { DeliveryId, SequenceId } from '../../domain/ids.ts';
import { suppress } from '../contacts/suppress.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { onSequence } from '../sequences/on-sequence.ts';
import { noteReport } from './note-report.ts';

export interface ComplaintInput {
  sequenceId: SequenceId;
  deliveryId: DeliveryId;
  /** What makes this report the same one when it is told again. */
  key: string;
}

/**
 * The recipient called one of the sequence's emails spam (a feedback report, RFC 5965): the address is suppressed, and
 * its open sequences end FAILED `complained`. Design 6.
 */
export async function recordComplaint(
  deps: CommandDeps,
  caller: Caller,
  { sequenceId, deliveryId, key }: ComplaintInput,
): Promise<void> {
  const address = await onSequence(deps, caller, sequenceId, async (scene) => {
    await recordOfSequence(by('contact', scene), 'complaint_received', {}, `complaint/${key}`);
    return { result: (await noteReport(scene, deliveryId, 'complaint'))?.recipient ?? scene.walk.recipient.email };
  });
  if (address !== null)
    await suppress(deps, { ...caller, actor: 'contact' }, [{ kind: 'address', value: address, reason: 'complained' }]);
}
