import { Context } from '@temporalio/activity';
import { campaignStanding, planEnrolment, workspaceOfCampaign } from '../db/campaigns.ts';
import { enrolNext } from '../db/enrolments.ts';
import { markStarted } from '../db/tells.ts';
import type { EnrolmentWhy } from '../domain/campaign.ts';
import type { CampaignId } from '../domain/ids.ts';
import type { ActivityDeps } from './deps.ts';
import { tellWithoutRow } from './without-row.ts';

/** What the campaign's walk has to do next. */
export interface EnrolResult {
  /** The next enrolment instant, epoch ms; null: a signal will say. */
  nextAt: number | null;
  why: EnrolmentWhy;
  /** A pause or resume is not yet fanned out. */
  behind: boolean;
  /** For good, or this database does not know the campaign. */
  ended: boolean;
}

const BATCH = 200;

/**
 * Enrols approved leads up to what the day's target permits by now, and starts each one's sequence. A crash between the
 * commit and the start is the reconciler's; a repetition finds the leads enrolled. Design 3.
 */
export const createEnrolBatch = ({ db, walks, log }: ActivityDeps) =>
  async function enrolBatch({ campaignId, now }: { campaignId: CampaignId; now: number }): Promise<EnrolResult> {
    const workspaceId = await db.asSystem((tx) => workspaceOfCampaign(tx, campaignId));
    if (!workspaceId) {
      tellWithoutRow(log, { campaignId });
      return { nextAt: null, why: 'campaign_ended', behind: false, ended: true };
    }
    const inWorkspace: typeof db.asSystem = (work) => db.inWorkspace(workspaceId, work);

    let plan: { nextAt: number | null; why: EnrolmentWhy } = { nextAt: now, why: 'spread_over_the_day' };
    for (let taken = 0; taken < BATCH; taken++) {
      Context.current().heartbeat();
      const enrolment = await inWorkspace((tx) => enrolNext(tx, campaignId, now));
      if (enrolment.kind === 'nothing') {
        plan = enrolment;
        break;
      }
      if (enrolment.kind === 'failed') continue;
      await walks.startSequence(enrolment.sequenceId);
      await inWorkspace((tx) => markStarted(tx, enrolment.sequenceId));
      log.info({ campaignId, sequenceId: enrolment.sequenceId }, 'enrolled');
    }
    return inWorkspace(async (tx) => {
      await planEnrolment(tx, campaignId, plan.nextAt, plan.why);
      const { status, controlEpoch, fannedEpoch } = await campaignStanding(tx, campaignId);
      const ended = status === 'ENDED';
      return { nextAt: plan.nextAt, why: plan.why, behind: !ended && fannedEpoch < controlEpoch, ended };
    });
  };
