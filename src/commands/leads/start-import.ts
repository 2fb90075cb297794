import { appNow } from '../../db/clock.ts';
import { type ImportRow, writeImport } from '../../db/imports.ts';
import { newId } from '../../db/new-id.ts';
import { profileAddress } from '../../domain/contact.ts';
import type { CampaignId, ImportId } from '../../domain/ids.ts';
import { flatCells, identityOfCells, type LeadCells, problemOfCells } from '../../domain/lead-cells.ts';
import { type Identity, type NamedIn, namedBefore } from '../../domain/lead-identity.ts';
import { lineOf } from '../../domain/problem.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { intakeOf } from './import-leads.ts';

/** A row of the file, by its number as a person counts there. */
export type FileRow = { row: number; cells: LeadCells } | { row: number; problem: string };

export interface ImportInput {
  campaignId: CampaignId;
  fileName: string;
  approve: boolean;
  rows: readonly FileRow[];
}

/** Of one file. */
export const MOST_FILE_ROWS = 50_000;

/**
 * Hands in a file of leads: its rows are kept, all at once, and worked off afterwards (`run-import.ts`). What the file
 * itself decides is decided here: rows that cannot be read, and persons it names twice.
 */
export async function startImport(
  deps: Pick<CommandDeps, 'db'>,
  caller: Caller,
  { campaignId, fileName, approve, rows }: ImportInput,
): Promise<ImportId> {
  await intakeOf(deps, caller, campaignId, approve);
  if (rows.length === 0) throw new Refusal('invalid', 'the file has a header and no rows');
  if (rows.length > MOST_FILE_ROWS)
    throw new Refusal('invalid', `the file has ${rows.length} rows, expected at most ${MOST_FILE_ROWS}: split it`);
  const { workspaceId, actor } = caller;
  const id = newId<ImportId>();
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    const createdAt = await appNow(tx);
    await writeImport(tx, { id, workspaceId, campaignId, fileName, approve, actor, createdAt }, judgedRows());
  });
  return id;

  function* judgedRows(): Generator<ImportRow> {
    const namedIn = namedBefore<number>();
    for (const row of rows) yield { workspaceId, importId: id, ...judged(row, namedIn) };
  }
}

type Judged = Pick<ImportRow, 'row' | 'data' | 'outcome' | 'detail'>;

/** What the file alone says of a row; no outcome where the campaign has the word. */
function judged(given: FileRow, namedIn: NamedIn<number>): Judged {
  const { row } = given;
  if ('problem' in given) return { row, data: {}, outcome: 'invalid', detail: given.problem };
  const problem = problemOfCells(given.cells);
  if (problem !== null) return { row, data: storable(given.cells), outcome: 'invalid', detail: lineOf(problem) };
  const person = identityOfCells(given.cells);
  const data = flatCells(asKnown(given.cells, person));
  const before = namedIn(person, row);
  if (before !== null)
    return { row, data, outcome: 'duplicate_in_request', detail: `the same person as in row ${before}` };
  return { row, data, outcome: null, detail: null };
}

/** Address and profile as they are known by, so that a person who asks to be forgotten is found here too. */
const asKnown = (cells: LeadCells, { email, further, profile }: Identity): LeadCells => ({
  ...cells,
  ...(email === null ? {} : { email: [email, ...further].join(' ') }),
  ...(profile === null ? {} : { linkedin_url: profileAddress(profile) }),
});

/** Of a row that cannot be kept as it is: enough to find it in the file again. */
function storable({ email, linkedin_url }: LeadCells): Record<string, string> {
  const short: LeadCells = { email: email?.slice(0, 320), linkedin_url: linkedin_url?.slice(0, 320) };
  return problemOfCells(short) === null ? flatCells(asKnown(short, identityOfCells(short))) : {};
}
