import type { Schedules, Walks } from '../adapters/walks.ts';
import { livingMailboxes } from '../db/mailboxes.ts';
import type { Db } from '../db/pool.ts';
import { livingCampaigns } from '../db/repairs.ts';

/**
 * Makes sure, from outside Temporal, that the Schedule, the search attributes and the long-lived workflows exist; after a
 * wiped store nothing inside it can. The worker does so at start and every minute. Design 3.
 */
export async function keepInBeing({
  db,
  walks,
  schedules,
}: {
  db: Db;
  walks: Walks;
  schedules: Schedules;
}): Promise<void> {
  await schedules.ensure();
  for (const { id } of await db.asSystem(livingCampaigns)) await walks.startCampaign(id);
  for (const { accountId } of await db.asSystem(livingMailboxes)) await walks.startMailbox(accountId);
}
