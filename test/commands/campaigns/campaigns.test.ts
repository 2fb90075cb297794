import { describe, expect, test } from 'vitest';
import { createCampaign } from '../../../src/commands/campaigns/create-campaign.ts';
import { endCampaign } from '../../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../../src/commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../../src/commands/campaigns/resume-campaign.ts';
import { startCampaign } from '../../../src/commands/campaigns/start-campaign.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { importLeads } from '../../../src/commands/leads/import-leads.ts';
import { activateTemplate } from '../../../src/commands/templates/activate-template.ts';
import type { CampaignId } from '../../../src/domain/ids.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { aLead, changeAccount } from '../../support/enrolled.ts';
import { aCampaign, aHouse, content, type House, plain, steps } from '../../support/scenario.ts';

const { deeds, row, statuses, openTasks, campaignOf, standingOf, eventsOfCampaign, aTemplate, atTask } =
  commandsForFile();

describe('a campaign', () => {
  test('starts on an ACTIVE template, with a connected account for every kind of step', async () => {
    const house = await aHouse(deeds.db);
    const { caller, emailAccount, linkedInAccount } = house;
    const templateId = await aTemplate(house, content(steps('email', 'linkedin_message', 'manual_task')));
    const aDraft = (accountIds: House['emailAccount'][]) =>
      createCampaign(deeds.commands, caller, { name: 'Spring', templateId, ownerId: null, accountIds });
    const start = (id: CampaignId) => startCampaign(deeds.commands, caller, id);
    const ready = await aDraft([emailAccount, linkedInAccount]);
    expect(await campaignOf(ready)).toMatchObject({ status: 'DRAFT', ownerId: house.memberId, controlEpoch: 0 });

    await expect(start(ready)).rejects.toThrow(/PENDING_SETUP/);
    await activateTemplate(deeds.commands, caller, templateId);
    await expect(start(await aDraft([]))).rejects.toThrow(/email, linkedin/);
    await expect(start(await aDraft([emailAccount]))).rejects.toThrow(/linkedin/);
    await changeAccount(deeds, linkedInAccount, { status: 'PAUSED' });
    await expect(start(ready)).rejects.toEqual(refused('rule_refused'));
    await changeAccount(deeds, linkedInAccount, { status: 'CONNECTED' });
    await start(ready);
    const started = await campaignOf(ready);
    expect(started).toMatchObject({ status: 'RUNNING', controlEpoch: 1 });
    expect(started.startedAt).not.toBeNull();
    await start(ready);
    expect(await campaignOf(ready)).toEqual(started);
  });

  test('that is paused twice, or by two at once, is paused once: one epoch', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, caller } = await aCampaign(deeds.commands, house, { content: plain() });
    const pause = () => pauseCampaign(deeds.commands, caller, campaignId);
    const resume = () => resumeCampaign(deeds.commands, caller, campaignId);
    await Promise.all([pause(), pause()]);
    await pause();
    expect(await campaignOf(campaignId)).toMatchObject({ status: 'PAUSED', controlEpoch: 2 });
    await Promise.all([resume(), resume()]);
    await resume();
    expect(await campaignOf(campaignId)).toMatchObject({ status: 'RUNNING', controlEpoch: 3 });
    expect(await eventsOfCampaign(campaignId)).toEqual(
      expect.arrayContaining(['campaign_created', 'campaign_started', 'campaign_paused', 'campaign_resumed']),
    );
    expect((await eventsOfCampaign(campaignId)).filter((kind) => kind === 'campaign_paused')).toHaveLength(1);
  });

  test('that ends stops its open sequences, leaves their tasks open, and fails the leads that wait', async () => {
    const one = await atTask();
    const { campaignId, caller } = one;
    await importLeads(deeds.commands, caller, { campaignId, rows: [aLead()] });
    await recordReply(deeds.commands, caller, { sequenceId: one.id, intent: 'unclear', key: one.id });
    expect(await endCampaign(deeds.commands, caller, campaignId)).toEqual({ stopped: 1 });
    expect(await campaignOf(campaignId)).toMatchObject({ status: 'ENDED' });
    expect(await row(one.id)).toMatchObject({ status: 'STOPPED_EARLY', endReason: 'campaign_ended' });
    expect(await statuses(one.id)).toEqual(['CANCELED', 'CANCELED']);
    expect((await openTasks(one.id)).map(({ kind }) => kind).sort()).toEqual(['manual_step', 'read_reply']);
    expect(await standingOf(campaignId)).toEqual(['ENROLLED', 'FAILED campaign_ended']);
    expect(await endCampaign(deeds.commands, caller, campaignId)).toEqual({ stopped: 0 });
    await expect(importLeads(deeds.commands, caller, { campaignId, rows: [aLead()] })).rejects.toEqual(
      refused('wrong_state'),
    );
  });

  test('makes no move that its table does not hold', async () => {
    const house = await aHouse(deeds.db);
    const { campaignId, caller } = await aCampaign(deeds.commands, house, { content: plain(), start: false });
    const moves = { start: startCampaign, pause: pauseCampaign, resume: resumeCampaign };
    const refuses = async (...names: (keyof typeof moves)[]) => {
      const before = await campaignOf(campaignId);
      for (const name of names)
        await expect(moves[name](deeds.commands, caller, campaignId), name).rejects.toEqual(refused('wrong_state'));
      expect(await campaignOf(campaignId)).toEqual(before);
    };
    await refuses('pause', 'resume');
    await startCampaign(deeds.commands, caller, campaignId);
    await pauseCampaign(deeds.commands, caller, campaignId);
    await refuses('start');
    await endCampaign(deeds.commands, caller, campaignId);
    await refuses('start', 'pause', 'resume');
  });

  test('of another workspace does not exist', async () => {
    const { campaignId } = await aCampaign(deeds.commands, await aHouse(deeds.db), { content: plain() });
    const { caller } = await aHouse(deeds.db);
    await expect(pauseCampaign(deeds.commands, caller, campaignId)).rejects.toEqual(refused('not_found'));
    await expect(importLeads(deeds.commands, caller, { campaignId, rows: [] })).rejects.toEqual(refused('not_found'));
    expect((await campaignOf(campaignId)).status).toBe('RUNNING');
  });
});
