import { z } from 'zod';
import { approveLead } from '../../commands/approve-lead.ts';
import type { Caller } from '../../commands/deps.ts';
import { importLeads, type LeadOutcome, type LeadRow } from '../../commands/import-leads.ts';
import { rejectLead } from '../../commands/reject-lead.ts';
import { campaignExists } from '../../db/campaign-reads.ts';
import { findLead, listLeads } from '../../db/lead-reads.ts';
import type { CampaignId, LeadId } from '../../domain/ids.ts';
import { type ImportOutcome, importOutcomes, leadStatuses } from '../../domain/lead.ts';
import { isVariableName } from '../../domain/message.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { App } from '../app.ts';
import type { ApiDeps } from '../deps.ts';
import { pageAnswer, pageOf, paging, pathId, text } from '../schemas.ts';
import { noBody } from '../shapes/inputs.ts';
import { importShape, type LeadRowSent, leadRow, leadShape, MOST_ROWS, showLead } from '../shapes/leads.ts';

const importBody = z.strictObject({
  rows: z.array(leadRow).min(1).max(MOST_ROWS),
  /** Approves what would wait for review, also what waits for it since an earlier import. */
  approve: z.boolean().default(false),
});

const listQuery = z.strictObject({ status: z.enum(leadStatuses).optional(), ...paging });

const read = { scope: 'campaigns:read' } as const;
const write = { scope: 'campaigns:write' } as const;

/** 500 rows with long texts; other bodies are small. */
const IMPORT_BYTES = 4 * 1024 * 1024;

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
      const results = await importRows(deps, caller, campaignId, rows);
      if (approve) for (const result of results) await approveImported(deps, caller, result);
      return {
        results: results.map(({ outcome, leadId, problem }) => ({ outcome, lead_id: leadId, problem })),
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
        if (!(await campaignExists(tx, campaignId))) throw new Refusal('not_found', `no campaign ${campaignId}`);
        return listLeads(tx, { campaignId, status: query.status }, query);
      });
      return pageAnswer(items.map(showLead), totalCount, query);
    },
  );

  for (const [verb, review] of [['approve', approveLead] as const, ['reject', rejectLead] as const])
    app.post(
      `/v1/leads/:id/${verb}`,
      { config: write, schema: { params: pathId<LeadId>(), body: noBody, response: { 200: leadShape } } },
      async ({ caller, params: { id } }) => {
        await review(deps, caller, id);
        const found = await db.inWorkspace(caller.workspaceId, (tx) => findLead(tx, id));
        if (!found) throw new Refusal('not_found', `no lead ${id}`);
        return showLead(found);
      },
    );
}

/** One outcome per row, in their order; a value that no column can hold spoils its own row only. */
async function importRows(
  deps: ApiDeps,
  caller: Caller,
  campaignId: CampaignId,
  rows: readonly LeadRowSent[],
): Promise<LeadOutcome[]> {
  const problems = rows.map(rowProblem);
  const fine = rows.filter((_, index) => problems[index] === null).map(rowOf);
  const outcomes = (await importLeads(deps, caller, { campaignId, rows: fine })).values();
  return problems.map((problem): LeadOutcome => {
    const outcome = problem === null ? outcomes.next().value : { outcome: 'invalid' as const, leadId: null, problem };
    if (!outcome) throw new Error('a row has no outcome');
    // The command calls the field by its own name.
    return { ...outcome, problem: outcome.problem?.replace(/^profile:/, 'linkedin_url:') ?? null };
  });
}

const value = text(5_000);
const MOST_CUSTOM = 50;

function rowProblem({ custom = {}, ...fields }: LeadRowSent): string | null {
  const keys = Object.keys(custom);
  if (keys.length > MOST_CUSTOM) return `custom: ${keys.length} fields, expected at most ${MOST_CUSTOM}`;
  const bad = keys.find((key) => !isVariableName(key));
  if (bad !== undefined)
    return `custom: ${JSON.stringify(bad.slice(0, 64))} is no field name, expected lower-case letters, digits and _, a letter first`;
  const named = [
    ...Object.entries(fields),
    ...Object.entries(custom).map(([key, own]) => [`custom.${key}`, own] as const),
  ];
  for (const [name, given] of named) {
    const problem = given === undefined ? undefined : value.safeParse(given).error?.issues[0]?.message;
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return null;
}

/** What is left out or blank stays out: it changes nothing. */
function rowOf({ linkedin_url, custom = {}, ...fields }: LeadRowSent): LeadRow {
  const { email, first_name, last_name, job_title, company, linkedin_headline, recent_activity, ...context } = fields;
  const named = {
    email,
    profile: linkedin_url,
    firstName: first_name,
    lastName: last_name,
    jobTitle: job_title,
    company,
    linkedinHeadline: linkedin_headline,
    recentActivity: recent_activity,
  };
  const row: LeadRow = { companyContext: filled(context), custom: filled(custom) };
  return Object.assign(row, filled(named));
}

function filled(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined && value.trim() !== '') kept[name] = value.trim();
  return kept;
}

/** The importer vouches for the row: what waits for review is approved, in the outcome too. */
async function approveImported(deps: ApiDeps, caller: Caller, result: LeadOutcome): Promise<void> {
  const { leadId, outcome } = result;
  const waits =
    leadId !== null &&
    (outcome === 'pending_review' ||
      (outcome === 'already_in_campaign' && (await waitsForReview(deps, caller, leadId))));
  if (!waits) return;
  try {
    await approveLead(deps, caller, leadId);
    result.outcome = 'approved';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error; // somebody decided on it this very moment: their word stands
  }
}

const waitsForReview = ({ db }: ApiDeps, { workspaceId }: Caller, id: LeadId): Promise<boolean> =>
  db.inWorkspace(workspaceId, async (tx) => (await findLead(tx, id))?.lead.status === 'PENDING_REVIEW');

function totalsOf(results: readonly LeadOutcome[]): Record<ImportOutcome, number> {
  const totals: Record<ImportOutcome, number> = {
    pending_review: 0,
    approved: 0,
    already_in_campaign: 0,
    in_other_sequence: 0,
    suppressed: 0,
    duplicate_in_request: 0,
    invalid: 0,
  };
  for (const outcome of importOutcomes) totals[outcome] = results.filter((result) => result.outcome === outcome).length;
  return totals;
}
