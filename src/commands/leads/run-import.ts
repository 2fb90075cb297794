import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import {
  actorOf,
  findImport,
  finishImport,
  giveUpLease,
  type ImportRecord,
  leaseImport,
  renewLease,
  settleRest,
  settleRow,
  waitingRows,
} from '../../db/imports.ts';
import type { ImportId, WorkspaceId } from '../../domain/ids.ts';
import { cellsOf } from '../../domain/lead-cells.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { type Intake, intakeOf, proposeLead, tellOfLeads } from './import-leads.ts';
import { inFileWords, rowOf } from './lead-row.ts';

export interface ImportRef {
  id: ImportId;
  workspaceId: WorkspaceId;
}

/** Rows between two looks at the lease, at the campaign, and at whether to stop. */
const PAGE = 50;

/**
 * Works an import off, row by row, each with its outcome in the transaction that proposes its lead: whoever goes on after
 * a death neither repeats a row nor forgets what became of it. False when somebody else is on it, or it was told to stop.
 */
export async function runImport(
  deps: CommandDeps,
  { id, workspaceId }: ImportRef,
  stop?: AbortSignal,
): Promise<boolean> {
  const { db } = deps;
  const taken = await db.inWorkspace(workspaceId, (tx) => leaseImport(tx, id));
  if (!taken) return false;
  const caller: Caller = { workspaceId, actor: actorOf(taken) };
  for (let job: ImportRecord | null = taken; job; ) {
    const held: ImportRecord = job;
    if (stop?.aborted) {
      await db.inWorkspace(workspaceId, (tx) => giveUpLease(tx, held));
      return false;
    }
    if (!(await workPage(deps, caller, held))) return finish(deps, caller, held);
    job = await db.inWorkspace(workspaceId, (tx) => renewLease(tx, held));
  }
  return false;
}

/** The next rows; false when there are none. A campaign that takes leads no more is the outcome of all that are left. */
async function workPage(deps: CommandDeps, caller: Caller, job: ImportRecord): Promise<boolean> {
  const { workspaceId } = caller;
  const rows = await deps.db.inWorkspace(workspaceId, (tx) => waitingRows(tx, job.id, PAGE));
  if (rows.length === 0) return false;
  const into = await intakeNow(deps, caller, job);
  if (typeof into === 'string') {
    await deps.db.inWorkspace(workspaceId, (tx) => settleRest(tx, job.id, 'invalid', into));
    return true;
  }
  let approved = false;
  for (const row of rows) {
    const { outcome } = await proposeLead(deps, caller, into, rowOf(cellsOf(row.data)), (tx, { outcome, problem }) =>
      settleRow(tx, row, outcome, problem && inFileWords(problem)),
    );
    approved ||= outcome === 'approved';
  }
  if (approved) await tellOfLeads(deps, caller, job.campaignId);
  return true;
}

/** How the campaign takes leads just now; why not, when it does so no more. */
async function intakeNow(
  deps: CommandDeps,
  caller: Caller,
  { campaignId, approve }: ImportRecord,
): Promise<Intake | string> {
  try {
    return await intakeOf(deps, caller, campaignId, approve);
  } catch (error) {
    if (error instanceof Refusal) return 'the campaign takes no leads any more';
    throw error;
  }
}

async function finish(
  { db }: CommandDeps,
  { workspaceId, actor }: Caller,
  { id, campaignId }: ImportRecord,
): Promise<true> {
  await db.inWorkspace(workspaceId, async (tx) => {
    const now = await appNow(tx);
    if (!(await finishImport(tx, id, now))) return;
    const { pending_review: toReview = 0, approved = 0 } = (await findImport(tx, id))?.counts ?? {};
    await record(tx, {
      workspaceId,
      kind: 'leads_imported',
      at: now,
      actor,
      campaignId,
      data: { import: id, added: toReview + approved },
    });
  });
  return true;
}
