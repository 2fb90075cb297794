import { z } from 'zod';
import { unreadiness } from '../../commands/campaigns/campaign-readiness.ts';
import { createCampaign } from '../../commands/campaigns/create-campaign.ts';
import { editCampaign } from '../../commands/campaigns/edit-campaign.ts';
import { endCampaign } from '../../commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../commands/campaigns/pause-campaign.ts';
import { resumeCampaign } from '../../commands/campaigns/resume-campaign.ts';
import { startCampaign } from '../../commands/campaigns/start-campaign.ts';
import type { Caller, CommandDeps } from '../../commands/deps.ts';
import { stopSequences } from '../../commands/sequences/stop-sequences.ts';
import { campaignFigures } from '../../db/campaign-figures.ts';
import { campaignSortKeys, connectedAccounts, findCampaign, listCampaigns } from '../../db/campaign-reads.ts';
import { missingInCampaign } from '../../db/missing-variables.ts';
import { readTemplate } from '../../db/templates.ts';
import { channelsOf } from '../../domain/accounts/account.ts';
import { campaignStatuses } from '../../domain/campaign.ts';
import type { AccountId, CampaignId, MemberId, SequenceId, TemplateId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { searchOf, sequenceSearch } from '../sequence-search.ts';
import {
  type CampaignShown,
  campaignFiguresShape,
  campaignShape,
  endedCampaignShape,
  showCampaign,
  showFigures,
} from '../shapes/campaigns.ts';
import { noBody } from '../shapes/inputs.ts';
import { missingVariablesShape, showMissing } from '../shapes/missing-variables.ts';
import { idOfA, pageAnswer, pageOf, paging, pathId, text } from '../shapes/primitives.ts';

const newCampaign = z.strictObject({
  name: text(200, 1),
  template_id: idOfA<TemplateId>(),
  /** A member; left out: the workspace's first. */
  owner_id: idOfA<MemberId>().optional(),
  /** Left out: every connected account of the kinds that the template's steps need. */
  account_ids: z.array(idOfA<AccountId>()).max(100).optional(),
});

const edit = z.strictObject({
  name: text(200, 1).optional(),
  /** All of them: who is left out sends nothing for those that are enrolled from now on. */
  account_ids: z.array(idOfA<AccountId>()).max(100).optional(),
});

const listQuery = z.strictObject({
  status: z.enum(campaignStatuses).optional(),
  template_id: idOfA<TemplateId>().optional(),
  /** Part of its name or of its template's. */
  q: text(200, 1).optional(),
  sort_by: z.enum(campaignSortKeys).default('created_at'),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  ...paging,
});

/** Some of its open sequences, or all that match a search. */
const stopping = z.union([
  z.strictObject({ sequence_ids: z.array(idOfA<SequenceId>()).min(1).max(1_000) }),
  z.strictObject({ all: z.strictObject(sequenceSearch) }),
]);

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
    if (!found) throw new Refusal('not_found', { noun: 'campaign', id });
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
      const { status, template_id: templateId, q: typed, sort_by: by, sort_order: order } = query;
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) =>
        listCampaigns(tx, { status, templateId, typed, sort: { by, order } }, query),
      );
      return pageAnswer(items.map(showCampaign), totalCount, query);
    },
  );

  app.get(
    '/v1/campaigns/:id',
    { config: read, schema: { params: pathId<CampaignId>(), response: { 200: campaignShape } } },
    ({ caller, params: { id } }) => show(caller, id),
  );

  app.patch(
    '/v1/campaigns/:id',
    { config: write, schema: { params: pathId<CampaignId>(), body: edit, response: { 200: campaignShape } } },
    async ({ caller, params: { id }, body: { name, account_ids: accountIds } }) => {
      await editCampaign(deps, caller, { campaignId: id, name, accountIds });
      return show(caller, id);
    },
  );

  app.get(
    '/v1/campaigns/:id/figures',
    { config: read, schema: { params: pathId<CampaignId>(), response: { 200: campaignFiguresShape } } },
    ({ caller: { workspaceId }, params: { id } }) =>
      db.inWorkspace(workspaceId, async (tx) => {
        const found = await findCampaign(tx, id);
        if (!found) throw new Refusal('not_found', { noun: 'campaign', id });
        const { campaign } = found;
        const unready = campaign.status === 'DRAFT' ? await unreadiness(tx, campaign, deps.realMail ?? null) : [];
        return showFigures(await campaignFigures(tx, campaign), unready);
      }),
  );

  app.get(
    '/v1/campaigns/:id/missing-variables',
    { config: read, schema: { params: pathId<CampaignId>(), response: { 200: missingVariablesShape } } },
    async ({ caller, params: { id } }) => {
      const found = await db.inWorkspace(caller.workspaceId, (tx) => missingInCampaign(tx, id));
      if (!found) throw new Refusal('not_found', { noun: 'campaign', id });
      return showMissing(found);
    },
  );

  app.post(
    '/v1/campaigns/:id/stop-sequences',
    {
      config: { scope: 'sequences:write' },
      schema: { params: pathId<CampaignId>(), body: stopping, response: { 200: z.object({ stopped: z.int() }) } },
    },
    async ({ caller, params: { id: campaignId }, body }) => {
      const which = 'all' in body ? { search: searchOf(body.all) } : { ids: body.sequence_ids };
      return { stopped: await stopSequences(deps, caller, { campaignId, which }) };
    },
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
    return connectedAccounts(tx, [...channelsOf(content.steps)]);
  });
