import { z } from 'zod';
import type { Caller } from '../../commands/deps.ts';
import { recordBounce } from '../../commands/inbound/record-bounce.ts';
import { recordReply } from '../../commands/inbound/record-reply.ts';
import { editStep } from '../../commands/sequences/edit-step.ts';
import { regenerateStep } from '../../commands/sequences/regenerate-step.ts';
import { stopSequence } from '../../commands/sequences/stop-sequence.ts';
import { findSequence, findSequenceDetail, listSequences, sequenceSortKeys } from '../../db/sequence-reads.ts';
import type { CampaignId, SequenceId, StepId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { replyIntents } from '../../domain/reply.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { searchOf, sequenceSearch } from '../sequence-search.ts';
import { noBody } from '../shapes/inputs.ts';
import { idOfA, pageAnswer, pageOf, paging, pathId, text } from '../shapes/primitives.ts';
import {
  type SequenceDetailShown,
  type SequenceShown,
  sequenceDetailShape,
  sequenceShape,
  showSequence,
  showSequenceDetail,
} from '../shapes/sequences.ts';
import { contentInput, readContent } from '../shapes/step-content.ts';

const listQuery = z.strictObject({
  campaign_id: idOfA<CampaignId>().optional(),
  ...sequenceSearch,
  sort_by: z.enum(sequenceSortKeys).default('enrolled_at'),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  ...paging,
});

/** What makes an inbound message the same one when it is told again: its Message-ID, say. Once per workspace. */
const key = text(500, 1);

const reply = z.strictObject({
  intent: z.enum(replyIntents),
  key,
  /** For `out_of_office`: the date the contact says they are back. */
  returns_on: z.iso.date().nullable().default(null),
  /** What was written; shown to the person who is asked to read it. */
  text: text(50_000).optional(),
});

const bounce = z.strictObject({ kind: z.enum(['hard', 'soft']), key });

const stepParams = z.strictObject({ id: idOfA<SequenceId>(), step_id: idOfA<StepId>() });

/** The `content_version` that whoever asks has before their eyes; another one in between is a 409. */
const madeOn = { made_on: z.int().min(0) };
const edit = z.strictObject({ ...madeOn, content: contentInput });
const regeneration = z.strictObject(madeOn);

const read = { scope: 'sequences:read' } as const;
const write = { scope: 'sequences:write' } as const;

/** `/v1/sequences`: where each contact stands, what comes next and why not sooner; stop one, change its copy; tell what came back. */
export function sequenceRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;
  const params = pathId<SequenceId>();
  const show = async ({ workspaceId }: Caller, id: SequenceId): Promise<SequenceShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => findSequence(tx, id));
    if (!found) throw new Refusal('not_found', { noun: 'sequence', id });
    return showSequence(found);
  };
  const showWhole = async ({ workspaceId }: Caller, id: SequenceId): Promise<SequenceDetailShown> => {
    const found = await db.inWorkspace(workspaceId, (tx) => findSequenceDetail(tx, id));
    if (!found) throw new Refusal('not_found', { noun: 'sequence', id });
    return showSequenceDetail(found);
  };

  app.get(
    '/v1/sequences',
    { config: read, schema: { querystring: listQuery, response: { 200: pageOf(sequenceShape) } } },
    async ({ caller, query }) => {
      const { campaign_id: campaignId, sort_by: by, sort_order: order } = query;
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, (tx) =>
        listSequences(tx, { campaignId, ...searchOf(query), sort: { by, order } }, query),
      );
      return pageAnswer(items.map(showSequence), totalCount, query);
    },
  );

  app.get(
    '/v1/sequences/:id',
    { config: read, schema: { params, response: { 200: sequenceDetailShape } } },
    ({ caller, params: { id } }) => showWhole(caller, id),
  );

  app.put(
    '/v1/sequences/:id/steps/:step_id/content',
    { config: write, schema: { params: stepParams, body: edit, response: { 200: sequenceDetailShape } } },
    async ({ caller, params: { id: sequenceId, step_id: stepId }, body: { made_on: madeOn, content } }) => {
      await editStep(deps, caller, { sequenceId, stepId, madeOn, content: readContent(content) });
      return showWhole(caller, sequenceId);
    },
  );

  app.post(
    '/v1/sequences/:id/steps/:step_id/regenerate',
    { config: write, schema: { params: stepParams, body: regeneration, response: { 200: sequenceDetailShape } } },
    async ({ caller, params: { id: sequenceId, step_id: stepId }, body: { made_on: madeOn } }) => {
      await regenerateStep(deps, caller, { sequenceId, stepId, madeOn });
      return showWhole(caller, sequenceId);
    },
  );

  app.post(
    '/v1/sequences/:id/stop',
    { config: write, schema: { params, body: noBody, response: { 200: sequenceShape } } },
    async ({ caller, params: { id } }) => {
      await stopSequence(deps, caller, id);
      return show(caller, id);
    },
  );

  app.post(
    '/v1/sequences/:id/replies',
    { config: write, schema: { params, body: reply, response: { 200: sequenceShape } } },
    async ({ caller, params: { id }, body }) => {
      const { intent, key, returns_on: returnsOn, text } = body;
      await recordReply(deps, caller, {
        sequenceId: id,
        intent,
        key,
        returnsOn,
        ...(text === undefined ? {} : { text }),
      });
      return show(caller, id);
    },
  );

  app.post(
    '/v1/sequences/:id/bounces',
    { config: write, schema: { params, body: bounce, response: { 200: sequenceShape } } },
    async ({ caller, params: { id }, body }) => {
      await recordBounce(deps, caller, { sequenceId: id, ...body });
      return show(caller, id);
    },
  );
}
