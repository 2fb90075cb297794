import { z } from 'zod';
import { createCampaign } from '../../commands/create-campaign.ts';
import type { Caller, CommandDeps } from '../../commands/deps.ts';
import { endCampaign } from '../../commands/end-campaign.ts';
import { pauseCampaign } from '../../commands/pause-campaign.ts';
import { resumeCampaign } from '../../commands/resume-campaign.ts';
import { startCampaign } from '../../commands/start-campaign.ts';
import { connectedAccounts, findCampaign, listCampaigns } from '../../db/campaign-reads.ts';
import { readTemplate } from '../../db/templates.ts';
import { channelOf } from '../../domain/account.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import type { AccountId, CampaignId, MemberId, TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { App } from '../app.ts';
import type { ApiDeps } from '../deps.ts';
import { idOfA, pageAnswer, pageOf, paging, pathId, text } from '../schemas.ts';
import { type CampaignShown, campaignShape, endedCampaignShape, showCampaign } from '../shapes/campaigns.ts';
import { noBody } from '../shapes/inputs.ts';

const newCampaign = z.strictObject({
  name: text(200, 1),
  template_id: idOfA<TemplateId>(),
  /** A member; left out: the workspace's first. */
  owner_id: idOfA<MemberId>().optional(),
  /** Left out: every connected account of the kinds that the template's steps need. */
  account_ids: z.array(idOfA<AccountId>()).max(100).optional(),
});

const listQuery = z.strictObject({
  status: z.enum(campaignStatuses).optional(),
  template_id: idOfA<TemplateId>().optional(),
  ...paging,
});

const read = { scope: 'campaigns:read' } as const;
const write = { scope: 'campaigns:write' } as const;

/** The controls that answer nothing but where the campaign stands then. */
const controls: Record<
  'start' | 'pause' | 'resume',
  (deps: CommandDeps, caller: Caller, id: CampaignId) => Promise<void>
> = {
  start: startCampaign,
  pause: pauseCampaign,
  resume: resumeCampaign,
};

/** `/v1/campaigns`: make, start, pause, resume, end, and see how far one has come. */
export function campaignRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const show = async ({ workspaceId }: Caller, id: CampaignId): Promise<CampaignShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => findCampaign(tx, id));
    if (!found) throw new Refusal('not_found', `no campaign ${id}`);
    return showCampaign(found);
  };

  app.post(
    '/v1/campaigns',
    { config: write, schema: { body: newCampaign, response: { 201: campaignShape } } },
    async ({ caller, body }, reply) => {
      const { name, template_id: templateId, owner_id: ownerId = null } = body;
      const accountIds = body.account_ids ?? (await accountsFor(deps, caller, templateId));
      const id = await createCampaign(deps, caller, { name, templateId, ownerId, accountIds });
      return reply.code(201).send(await show(caller, id));
    },
  );

  app.get(
    '/v1/campaigns',
    { config: read, schema: { querystring: listQuery, response: { 200: pageOf(campaignShape) } } },
    async ({ caller, query }) => {
      const { status, template_id: templateId } = query;
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) =>
        listCampaigns(tx, { status, templateId }, query),
      );
      return pageAnswer(items.map(showCampaign), totalCount, query);
    },
  );

  app.get(
    '/v1/campaigns/:id',
    { config: read, schema: { params: pathId<CampaignId>(), response: { 200: campaignShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  for (const [verb, control] of Object.entries(controls))
    app.post(
      `/v1/campaigns/:id/${verb}`,
      { config: write, schema: { params: pathId<CampaignId>(), body: noBody, response: { 200: campaignShape } } },
      async ({ caller, params: { id } }) => {
        await control(deps, caller, id);
        return show(caller, id);
      },
    );

  app.post(
    '/v1/campaigns/:id/end',
    { config: write, schema: { params: pathId<CampaignId>(), body: noBody, response: { 200: endedCampaignShape } } },
    async ({ caller, params: { id } }) => {
      const { stopped } = await endCampaign(deps, caller, id);
      return { ...(await show(caller, id)), stopped_sequences: stopped };
    },
  );
}

/** Every connected account of the kinds that the template's steps go out by. */
const accountsFor = ({ db }: ApiDeps, { workspaceId }: Caller, templateId: TemplateId): Promise<AccountId[]> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const { content } = await readTemplate(tx, templateId);
    const channels = new Set(content.steps.map(({ kind }) => channelOf[kind]).filter((channel) => channel !== null));
    return connectedAccounts(tx, [...channels]);
  });
