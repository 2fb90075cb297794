import { z } from 'zod';
import type { Caller, CommandDeps } from '../../commands/deps.ts';
import { approveLead } from '../../commands/leads/approve-lead.ts';
import { importLeads, type LeadOutcome } from '../../commands/leads/import-leads.ts';
import { inFileWords, rowOf } from '../../commands/leads/lead-row.ts';
import { rejectLead } from '../../commands/leads/reject-lead.ts';
import { reopenLead } from '../../commands/leads/reopen-lead.ts';
import { reviewLeads } from '../../commands/leads/review-leads.ts';
import { campaignExists } from '../../db/campaign-reads.ts';
import { findLead, leadSortKeys, listLeads } from '../../db/lead-reads.ts';
import { misreadNotes } from '../../domain/copy/misread.ts';
import type { CampaignId, LeadId } from '../../domain/ids.ts';
import { type ImportOutcome, leadStatuses, noRows } from '../../domain/lead.ts';
import { flatCells, problemOfCells } from '../../domain/lead-cells.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { noBody } from '../shapes/inputs.ts';
import { importShape, type LeadRowSent, leadRow, leadShape, MOST_ROWS, showLead } from '../shapes/leads.ts';
import { contactVariable } from '../shapes/missing-variables.ts';
import { idOfA, pageAnswer, pageOf, paging, pathId, printedId, text } from '../shapes/primitives.ts';

/** In one request: what an undo names after everybody was approved. */
const MOST_REVIEWED = 50_000;
const REVIEW_BYTES = 3 * 1024 * 1024;

const importBody = z.strictObject({
  rows: z.array(leadRow).min(1).max(MOST_ROWS),
  /** Approves what would wait for review, also what waits for it since an earlier import. */
  approve: z.boolean().default(false),
});

/** One status or several, separated by commas. */
const statusList = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(leadStatuses)).max(leadStatuses.length))
  .meta({ type: 'string', examples: ['PENDING_REVIEW', 'APPROVED,ENROLLED'] });

const listQuery = z.strictObject({
  status: statusList.optional(),
  /** Part of a name, an address, a profile or a company. */
  q: text(200, 1).optional(),
  /** Those who have no value for it: first_name, custom.phone. */
  missing: contactVariable.optional(),
  sort_by: z.enum(leadSortKeys).default('created_at'),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  ...paging,
});

/** Some leads, or all that match a search. */
const reviewBody = z.strictObject({
  to: z.enum(['APPROVED', 'REJECTED', 'PENDING_REVIEW']),
  which: z.union([
    z.strictObject({ lead_ids: z.array(idOfA<LeadId>()).min(1).max(MOST_REVIEWED) }),
    z.strictObject({
      all: z.strictObject({
        statuses: z.array(z.enum(leadStatuses)).min(1).optional(),
        q: text(200, 1).optional(),
        missing: contactVariable.optional(),
      }),
    }),
  ]),
});

const read = { scope: 'campaigns:read' } as const;
const write = { scope: 'campaigns:write' } as const;

/** 500 rows with long texts; other bodies are small. */
const IMPORT_BYTES = 4 * 1024 * 1024;

const reviews: Record<
  'approve' | 'reject' | 'reopen',
  (deps: CommandDeps, caller: Caller, id: LeadId) => Promise<void>
> = { approve: approveLead, reject: rejectLead, reopen: reopenLead };

/** The leads of a campaign: propose, look through, approve, reject. */
export function leadRoutes(app: App, deps: ApiDeps): void {
  const { db } = deps;

  app.post(
    '/v1/campaigns/:id/leads',
    {
      config: write,
      bodyLimit: IMPORT_BYTES,
      schema: { params: pathId<CampaignId>(), body: importBody, response: { 200: importShape } },
    },
    async ({ caller, params: { id: campaignId }, body: { rows, approve } }) => {
      const results = await importRows(deps, caller, { campaignId, rows, approve });
      return {
        results: results.map((result, index) => showOutcome(result, rows[index] ?? {})),
        totals: totalsOf(results),
      };
    },
  );

  app.get(
    '/v1/campaigns/:id/leads',
    {
      config: read,
      schema: { params: pathId<CampaignId>(), querystring: listQuery, response: { 200: pageOf(leadShape) } },
    },
    async ({ caller, params: { id: campaignId }, query }) => {
      const { items, totalCount } = await db.inWorkspace(caller.workspaceId, async (tx) => {
        if (!(await campaignExists(tx, campaignId)))
          throw new Refusal('not_found', { noun: 'campaign', id: campaignId });
        const { status: statuses, q: typed, missing, sort_by: by, sort_order: order } = query;
        return listLeads(tx, campaignId, { statuses, typed, missing, sort: { by, order } }, query);
      });
      return pageAnswer(items.map(showLead), totalCount, query);
    },
  );

  app.post(
    '/v1/campaigns/:id/leads/review',
    {
      config: write,
      bodyLimit: REVIEW_BYTES,
      schema: {
        params: pathId<CampaignId>(),
        body: reviewBody,
        response: { 200: z.object({ lead_ids: z.array(printedId) }) },
      },
    },
    async ({ caller, params: { id: campaignId }, body: { to, which: asked } }) => {
      const which =
        'all' in asked
          ? { search: { statuses: asked.all.statuses, typed: asked.all.q, missing: asked.all.missing } }
          : { ids: asked.lead_ids };
      return { lead_ids: await reviewLeads(deps, caller, { campaignId, to, which }) };
    },
  );

  for (const [verb, review] of Object.entries(reviews))
    app.post(
      `/v1/leads/:id/${verb}`,
      { config: write, schema: { params: pathId<LeadId>(), body: noBody, response: { 200: leadShape } } },
      async ({ caller, params: { id } }) => {
        await review(deps, caller, id);
        const found = await db.inWorkspace(caller.workspaceId, (tx) => findLead(tx, id));
        if (!found) throw new Refusal('not_found', { noun: 'lead', id });
        return showLead(found);
      },
    );
}

/** One outcome per row, in their order; a value that no column can hold spoils its own row only. */
async function importRows(
  deps: ApiDeps,
  caller: Caller,
  { rows, ...into }: { campaignId: CampaignId; rows: readonly LeadRowSent[]; approve: boolean },
): Promise<LeadOutcome[]> {
  const problems = rows.map(problemOfCells);
  const fine = rows.filter((_, index) => problems[index] === null).map(rowOf);
  const outcomes = (await importLeads(deps, caller, { ...into, rows: fine })).values();
  return problems.map((problem): LeadOutcome => {
    const outcome = problem === null ? outcomes.next().value : { outcome: 'invalid' as const, leadId: null, problem };
    if (!outcome) throw new Error('a row has no outcome');
    return outcome;
  });
}

const showOutcome = ({ outcome, leadId, problem }: LeadOutcome, row: LeadRowSent) => ({
  outcome,
  lead_id: leadId,
  problem: [...(problem ? [inFileWords(problem)] : []), ...misreadNotes(flatCells(row))].join('; ') || null,
});

function totalsOf(results: readonly LeadOutcome[]): Record<ImportOutcome, number> {
  const totals = noRows();
  for (const { outcome } of results) totals[outcome]++;
  return totals;
}
