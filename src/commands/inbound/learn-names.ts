import { appNow } from '../../db/clock.ts';
import { takeContact } from '../../db/contact-merges.ts';
import { contactKnownBy, learnPoints } from '../../db/contact-points.ts';
import { linkedInPoint } from '../../domain/contact-point.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/** How LinkedIn's provider calls somebody: by the public name of today, and by an id that stays. */
export interface LinkedInNames {
  /** Normalised. */
  profile: string;
  providerId: string;
}

/**
 * Whoever is known by one of the two is known by both from now on: who changes their public name is found by the id. Of
 * strangers nothing is kept; two who are known apart stay two.
 */
export const learnNames = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  { profile, providerId }: LinkedInNames,
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const name = linkedInPoint(profile);
    const id = linkedInPoint(providerId);
    const [byName, byId] = [await contactKnownBy(tx, name), await contactKnownBy(tx, id)];
    const known = byId ?? byName;
    const contact = known === null || (byName !== null && byId !== null) ? null : await takeContact(tx, known);
    if (contact === null || contact.erasedAt !== null) return;
    const contactId = contact.id;
    await learnPoints(tx, { workspaceId, contactId, source: 'provider', now: await appNow(tx) }, [name, id]);
  });
