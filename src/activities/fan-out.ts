import { Context } from '@temporalio/activity';
import { campaignStanding, markFannedOut, markTold, untoldOf, workspaceOfCampaign } from '../db/campaigns.ts';
import type { CampaignId } from '../domain/ids.ts';
import type { ActivityDeps } from './deps.ts';
import { tellWithoutRow } from './without-row.ts';

const PAGE = 200;
const AT_ONCE = 20;

/**
 * Signals a campaign's open sequences of its newest pause or resume, by pages; the rows are the cursor, so a crash goes
 * on where it was, and a newer epoch takes over at the next page. The fence in Postgres is what holds; this makes the
 * pause visible and wakes the parked. `gone`: this database does not know the campaign. Design 3.
 */
export const createFanOut = ({ db, walks, log }: ActivityDeps) =>
  async function fanOut({ campaignId }: { campaignId: CampaignId }): Promise<'done' | 'gone'> {
    const workspaceId = await db.asSystem((tx) => workspaceOfCampaign(tx, campaignId));
    if (!workspaceId) {
      tellWithoutRow(log, { campaignId });
      return 'gone';
    }
    const inWorkspace: typeof db.asSystem = (work) => db.inWorkspace(workspaceId, work);

    for (;;) {
      Context.current().heartbeat();
      const { epoch, paused, page } = await inWorkspace(async (tx) => {
        const { status, controlEpoch } = await campaignStanding(tx, campaignId);
        const paused = status === 'PAUSED';
        return { epoch: controlEpoch, paused, page: await untoldOf(tx, campaignId, controlEpoch, paused, PAGE) };
      });
      if (page.length === 0) {
        await inWorkspace((tx) => markFannedOut(tx, campaignId, epoch));
        log.info({ campaignId, epoch, paused }, 'fanned out');
        return 'done';
      }
      for (let from = 0; from < page.length; from += AT_ONCE) {
        const few = page.slice(from, from + AT_ONCE).map(({ id }) => id);
        // A workflow that is gone is the reconciler's; started again, it asks Postgres, not us.
        await Promise.all(
          few.map((id) => walks.tellSequence(id, { kind: paused ? 'campaignPaused' : 'campaignResumed', epoch })),
        );
        await inWorkspace((tx) => markTold(tx, few, epoch));
      }
    }
  };
