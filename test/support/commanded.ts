import { asc, eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { createTemplate } from '../../src/commands/templates/create-template.ts';
import { campaigns, events, leads } from '../../src/db/schema.ts';
import type { CampaignId, SequenceId, TaskId } from '../../src/domain/ids.ts';
import { Refusal, type RefusalCode } from '../../src/domain/refusal.ts';
import type { TemplateContent } from '../../src/domain/template.ts';
import { deedsForFile } from './deeds.ts';
import { anEnrolled, as, type Enrolled, type EnrolledSpec, first } from './enrolled.ts';
import { type House, plain, settings, steps } from './scenario.ts';

/*
 * What is asked for, who refuses it, and questions to the rows that it leaves.
 */

export const refused = (code: RefusalCode) => expect.objectContaining({ name: 'Refusal', code });

/** Why it was refused; fails the test when it was not. */
export const refusalOf = (asked: Promise<unknown>): Promise<Refusal> =>
  asked.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof Refusal ? error : Promise.reject(error)),
  );

/** The deeds of a test file of commands, and what its tests ask again and again. */
export function commandsForFile() {
  const deeds = deedsForFile();
  const enrolled = (spec: EnrolledSpec) => anEnrolled(deeds, spec);
  const row = deeds.sequenceOf;
  const statuses = async (id: SequenceId) => (await deeds.stepsOf(id)).map(({ status }) => status);
  const openTasks = async (id: SequenceId) => (await deeds.tasksOf(id)).filter(({ status }) => status === 'OPEN');
  const perform = async (id: SequenceId) => deeds.performStep(id, (await row(id)).nextAt ?? 0);

  const campaignOf = async (id: CampaignId) =>
    first(await deeds.ask((rows) => rows.select().from(campaigns).where(eq(campaigns.id, id))));
  const leadsOf = (id: CampaignId) =>
    deeds.ask((rows) => rows.select().from(leads).where(eq(leads.campaignId, id)).orderBy(asc(leads.id)));
  const standingOf = async (id: CampaignId) =>
    (await leadsOf(id)).map(({ status, failure }) => (failure === null ? status : `${status} ${failure}`));
  const eventsOfCampaign = async (id: CampaignId) =>
    (
      await deeds.ask((rows) => rows.select().from(events).where(eq(events.campaignId, id)).orderBy(events.ordinal))
    ).map(({ kind }) => kind);
  const aTemplate = (house: House, given: TemplateContent = plain()) =>
    createTemplate(deeds.commands, house.caller, { settings, content: given });

  /** A sequence at its first step's task. */
  async function atTask(spec: Partial<EnrolledSpec> = {}): Promise<Enrolled & { taskId: TaskId }> {
    const sequence = await enrolled({ steps: steps('manual_task', 'email'), ...spec });
    const { taskId } = as('waitingForUser', await perform(sequence.id));
    return { ...sequence, taskId };
  }

  return {
    deeds,
    enrolled,
    row,
    statuses,
    openTasks,
    perform,
    campaignOf,
    leadsOf,
    standingOf,
    eventsOfCampaign,
    aTemplate,
    atTask,
  };
}
