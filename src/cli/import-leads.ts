import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type { CsvRow } from '../adapters/csv-reader.ts';
import { readCsv } from '../adapters/read-csv.ts';
import { importShape } from '../api/shapes/leads.ts';
import { type ImportOutcome, importOutcomes, noRows } from '../domain/lead.ts';
import { identityOfCells, type LeadCells } from '../domain/lead-cells.ts';
import { type Column, columnsOf, leadOf, saysOptedOut } from '../domain/lead-columns.ts';
import { type NamedIn, namedBefore } from '../domain/lead-identity.ts';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';
import { type Client, Failure } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { segment } from './options.ts';
import { isJson, type Session } from './session.ts';
import { oneLine, table } from './terminal.ts';

/** What became of one row of the file. */
interface RowOutcome {
  /** On which it begins, from 1; the header's is 1. */
  line: number;
  /** The address or profile as it is written in the file. */
  lead: string;
  outcome: ImportOutcome;
  lead_id: string | null;
  problem: string | null;
}

const outcomeTexts: Record<ImportOutcome, string> = {
  pending_review: 'to review',
  approved: 'approved',
  already_in_campaign: 'already in the campaign',
  in_other_sequence: 'in another sequence',
  suppressed: 'suppressed',
  conflict: 'in conflict with what is known',
  duplicate_in_request: 'twice in the file',
  invalid: 'invalid',
};

const CHUNK_ROWS = 200;
const CHUNK_CHARACTERS = 1_000_000;

const help = `
The first line names the columns. Known are email, linkedin_url, first_name, last_name, job_title, company,
linkedin_headline, recent_activity, company_industry, company_size, company_tech_stack, company_news, company_funding,
and their usual other names ("Work email", "Title", "Employees"). Every other column becomes a custom field:
"Favourite tool" is {{custom.favourite_tool}} in templates. Commas, semicolons or tabs; UTF-8 or UTF-16.

A LinkedIn profile is an address such as https://www.linkedin.com/in/ada-lovelace; of a row with an email anything else
is left out. The address and the profile of a known contact are never replaced: a row that says another is a conflict.

A bad row never stops the rest, and an import that is repeated adds nothing.
Exit code 0: all rows were read; 2: some of them were invalid or in conflict; 1: the import failed.

Examples:
  $ topo leads import examples/leads.csv --campaign <campaign id>
  $ topo leads import leads.csv --campaign <campaign id> --approve --quiet
  $ topo leads import leads.csv --campaign <campaign id> --json | jq '.rows[] | select(.outcome == "invalid")'`;

interface Options {
  campaign: string;
  approve?: boolean;
  quiet?: boolean;
}

/** `topo leads import`. */
export function importCommand(leads: Command, session: Session): void {
  leads
    .command('import')
    .description('propose the rows of a CSV file to a campaign')
    .argument('<file>', 'the file; - reads the standard input')
    .requiredOption('--campaign <id>', 'the campaign')
    .option('--approve', 'approve what would wait for review')
    .option('--quiet', 'print only the rows that were not taken as they are, and the totals')
    .addHelpText('after', help)
    .action(async (file: string, { campaign, approve = false, quiet = false }: Options, command: Command) => {
      const json = isJson(command);
      const show = (row: RowOutcome) => {
        if (!json && !(quiet && isTaken(row))) session.terminal.out(rowText(row));
      };
      const bar = quiet && !json && session.terminal.isWatched ? await openBar(file) : null;
      const rows: RowOutcome[] = [];
      const totals = noRows();
      try {
        const send = senderOf(session.client(), campaign, approve);
        for await (const row of importFile(openFile(file), send, bar)) {
          totals[row.outcome]++;
          if (json) rows.push(row);
          show(row);
        }
      } catch (error) {
        throw explained(error, file, totals);
      } finally {
        bar?.stop();
      }
      if (json) session.terminal.out(JSON.stringify({ campaign_id: campaign, rows, totals }, null, 2));
      else session.terminal.out(totalsText(totals));
      if (totals.invalid + totals.conflict > 0) session.exitWith(EXIT.someRowsInvalid);
    });
}

type Send = (rows: readonly LeadCells[]) => Promise<Pick<RowOutcome, 'outcome' | 'lead_id' | 'problem'>[]>;

/** Safe to repeat: what an earlier try added is then already in the campaign. */
const senderOf =
  (client: Client, campaign: string, approve: boolean): Send =>
  async (rows) => {
    const answer = await client.post(
      `/v1/campaigns/${segment(campaign)}/leads`,
      importShape,
      { rows, approve },
      { repeatable: true },
    );
    if (answer.results.length !== rows.length)
      throw new Failure(`the server answered ${answer.results.length} outcomes for ${rows.length} rows`);
    return answer.results;
  };

interface Pending {
  outcome: RowOutcome;
  /** Left to the server; null where the file itself already says what becomes of the row. */
  row: LeadCells | null;
}

/** Reads, sends and answers in chunks: however long the file, only one chunk of it is in memory. */
async function* importFile(stream: Readable, send: Send, bar: SingleBar | null): AsyncGenerator<RowOutcome> {
  let chunk: Pending[] = [];
  let characters = 0;
  const namedIn = namedBefore<number>();
  for await (const { row, columns } of understoodRows(readCsv(counted(stream, bar)))) {
    const pending =
      'problem' in row
        ? spoiled(row)
        : saysOptedOut(columns, row.cells)
          ? spoiled({ line: row.line, problem: OPTED_OUT })
          : proposed(row.line, leadOf(columns, row.cells), namedIn);
    chunk.push(pending);
    characters += pending.row === null ? 0 : JSON.stringify(pending.row).length;
    if (chunk.length < CHUNK_ROWS && characters < CHUNK_CHARACTERS) continue;
    yield* settled(chunk, send);
    chunk = [];
    characters = 0;
  }
  yield* settled(chunk, send);
}

/** So many rows tell what a column holds whose name does not. */
const ROWS_THAT_TELL = 50;

/** Every row below the header with what the columns mean, which the first rows help to tell. */
async function* understoodRows(rows: AsyncIterable<CsvRow>): AsyncGenerator<{ row: CsvRow; columns: Column[] }> {
  let header: string[] | undefined;
  let columns: Column[] | undefined;
  const first: CsvRow[] = [];
  for await (const row of rows) {
    if (columns) yield { row, columns };
    else if (header) first.push(row);
    else if ('problem' in row) throw new UnreadableCsv(`line ${row.line}, the header, ${row.problem}`);
    else header = row.cells;
    if (columns || !header || first.length < ROWS_THAT_TELL) continue;
    columns = columnsOf(header, valuesOf(header, first));
    for (const one of first) yield { row: one, columns };
  }
  if (!header) throw new UnreadableCsv('the file is empty: its first line names the columns');
  if (columns) return;
  columns = columnsOf(header, valuesOf(header, first));
  for (const row of first) yield { row, columns };
}

const valuesOf = (header: readonly string[], rows: readonly CsvRow[]): string[][] =>
  header.map((_, at) => rows.flatMap((row) => ('cells' in row ? (row.cells[at] ?? []) : [])));

async function* settled(chunk: readonly Pending[], send: Send): AsyncGenerator<RowOutcome> {
  const rows = chunk.flatMap(({ row }) => row ?? []);
  const answers = rows.length === 0 ? [] : await send(rows);
  let next = 0;
  for (const { outcome, row } of chunk) yield row === null ? outcome : { ...outcome, ...answers[next++] };
}

const OPTED_OUT =
  'the file says that this person wants no mail, or that their address is dead: take that column out of it to insist';

const spoiled = ({ line, problem }: { line: number; problem: string }): Pending => ({
  outcome: { line, lead: '', outcome: 'invalid', lead_id: null, problem },
  row: null,
});

function proposed(line: number, row: LeadCells, namedIn: NamedIn<number>): Pending {
  const lead = row.email ?? row.linkedin_url ?? '';
  const outcome: RowOutcome = { line, lead, outcome: 'invalid', lead_id: null, problem: null };
  const before = namedIn(identityOfCells(row), line);
  if (before === null) return { outcome, row };
  return {
    outcome: { ...outcome, outcome: 'duplicate_in_request', problem: `the same person as in line ${before}` },
    row: null,
  };
}

function openFile(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file);
}

async function openBar(file: string): Promise<SingleBar | null> {
  const size = file === '-' ? undefined : (await stat(file).catch(() => undefined))?.size;
  if (size === undefined) return null;
  const bar = new SingleBar({
    format: '{bar} {percentage}% of the file',
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(size, 0);
  return bar;
}

async function* counted(stream: Readable, bar: SingleBar | null): AsyncGenerator<Uint8Array> {
  for await (const bytes of stream) {
    bar?.increment(bytes.length);
    yield bytes;
  }
}

/** What stopped the import, and how far it had come: repeating it goes on from there. */
function explained(error: unknown, file: string, totals: Record<ImportOutcome, number>): unknown {
  const done = importOutcomes.reduce((sum, outcome) => sum + totals[outcome], 0);
  const reached = done === 0 ? [] : [`${done} rows were done before; importing the file again goes on from there`];
  if (error instanceof UnreadableCsv) return new Failure(`${file}: ${error.message}`, reached);
  if (error instanceof Failure) return new Failure(error.message, [...error.lines, ...reached], error.status);
  if (error instanceof Error && 'syscall' in error) return new Failure(`${file} cannot be read: ${error.message}`);
  return error;
}

/** With every cell of it. */
const isTaken = ({ outcome, problem }: RowOutcome) =>
  (outcome === 'approved' || outcome === 'pending_review') && problem === null;

const rowText = ({ line, lead, outcome, problem }: RowOutcome) =>
  `line ${line}${lead === '' ? '' : `  ${oneLine(lead)}`}  ${outcomeTexts[outcome]}${problem === null ? '' : `: ${oneLine(problem)}`}`;

function totalsText(totals: Record<ImportOutcome, number>): string {
  const counted = importOutcomes.filter((outcome) => totals[outcome] > 0);
  const all = counted.reduce((sum, outcome) => sum + totals[outcome], 0);
  if (all === 0) return 'The file has a header and no rows.';
  return `\n${table(
    [`${all} ROWS`, ''],
    counted.map((outcome) => [outcomeTexts[outcome], totals[outcome]]),
  )}`;
}
