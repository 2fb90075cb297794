import { confirmByEvidence } from '../../db/confirmations.ts';
import { findDeliveryById, noteBounce } from '../../db/inbound.ts';
import type { Scene } from '../../db/scene.ts';
import type { BounceKind } from '../../domain/accounts/account.ts';
import type { DeliveryId } from '../../domain/ids.ts';

/**
 * What a provider reports of a message of this sequence, with the sequence's lock held. A message that comes back was
 * sent, also where nobody had seen its answer. Returns the message, and null for one that is not the sequence's.
 */
export async function noteReport(scene: Scene, id: DeliveryId, bounce: BounceKind) {
  const { tx, walk, now } = scene;
  const delivery = await findDeliveryById(tx, id);
  if (delivery?.sequenceId !== walk.sequence.id) return null;
  const step = walk.steps.find(({ stepId }) => stepId === delivery.stepId);
  if (step) await confirmByEvidence(scene, step);
  await noteBounce(tx, id, bounce, now);
  return delivery;
}
