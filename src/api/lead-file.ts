import { type CsvReader, CsvReaderBusy, type CsvRow } from '../adapters/csv-reader.ts';
import { type FileRow, MOST_FILE_ROWS } from '../commands/leads/start-import.ts';
import type { LeadField } from '../domain/lead-cells.ts';
import {
  type Column,
  checkColumns,
  columnName,
  columnNamed,
  leadOf,
  saysOptedOut,
  suggestedColumns,
} from '../domain/lead-columns.ts';
import { meansNothing } from '../domain/no-value.ts';
import { Refusal } from '../domain/refusal.ts';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';
import { HttpProblem } from './problems.ts';
import type { ReadFile } from './shapes/imports.ts';

const MOST_SAMPLES = 3;
const LONGEST_SAMPLE = 120;
/** Until a place is free again, with a margin. */
const BUSY_SECONDS = '2';

/** A file's text, and until when it is worth reading. */
export interface LeadFile {
  text: string;
  signal: AbortSignal;
}

/**
 * Goes over a file as it is read: `begin` is told the header and says what becomes of each row. Refuses what is no table,
 * and a file of too many rows. Answers how many there were.
 */
async function eachRow(
  csvReader: CsvReader,
  { text, signal }: LeadFile,
  begin: (header: string[]) => (row: CsvRow) => void,
): Promise<number> {
  let take: ((row: CsvRow) => void) | undefined;
  let count = 0;
  try {
    for await (const rows of csvReader.read(text, signal))
      for (const row of rows) {
        if (take) {
          if (++count > MOST_FILE_ROWS)
            throw new UnreadableCsv(`the file has more than ${MOST_FILE_ROWS} rows: split it`);
          take(row);
        } else if ('problem' in row) throw new UnreadableCsv(`line ${row.line}, the header, ${row.problem}`);
        else take = begin(row.cells);
      }
    if (!take) throw new UnreadableCsv('the file is empty: its first line names the columns');
    return count;
  } catch (error) {
    if (error instanceof UnreadableCsv) throw new Refusal('invalid', error.message);
    if (error instanceof CsvReaderBusy)
      throw new HttpProblem('unavailable', error.message, { headers: { 'retry-after': BUSY_SECONDS } });
    throw error;
  }
}

/** What a person is asked about a file: its columns, what they seem to mean, and what is in them. */
export async function readLeadFile(csvReader: CsvReader, file: LeadFile): Promise<ReadFile> {
  let columns: { header: string; values: string[]; filled: number }[] = [];
  const rows = await eachRow(csvReader, file, (header) => {
    columns = header.map((name) => ({ header: name, values: [], filled: 0 }));
    return (row) => {
      if ('cells' in row) for (const [index, column] of columns.entries()) takeIn(column, row.cells[index]);
    };
  });
  const means = suggestedColumns(
    columns.map(({ header }) => header),
    columns.map(({ values }) => values),
  );
  return {
    rows,
    columns: columns.map(({ header, values, filled }, index) => ({
      header,
      means: columnName(means[index] ?? { kind: 'ignored' }),
      samples: values.slice(0, MOST_SAMPLES).map((value) => value.slice(0, LONGEST_SAMPLE)),
      filled,
    })),
  };
}

/** So many values tell what a column holds; longer ones are no address of anything. */
const MOST_VALUES = 20;
const LONGEST_VALUE = 500;

function takeIn(column: { values: string[]; filled: number }, cell = ''): void {
  if (meansNothing(cell)) return;
  column.filled++;
  if (column.values.length < MOST_VALUES) column.values.push(cell.trim().slice(0, LONGEST_VALUE));
}

/** The rows of a file, by what the person said its columns mean. */
export async function leadsOfFile(
  csvReader: CsvReader,
  file: LeadFile,
  means: readonly (string | null)[],
): Promise<FileRow[]> {
  const leads: FileRow[] = [];
  await eachRow(csvReader, file, (header) => {
    if (means.length !== header.length)
      throw new Refusal('invalid', `the mapping names ${means.length} columns, the file has ${header.length}`);
    const columns = means.map(columnOf);
    checkColumns(columns, header);
    return (row) =>
      leads.push(
        'problem' in row
          ? { row: row.line, problem: row.problem }
          : saysOptedOut(columns, row.cells)
            ? { row: row.line, problem: OPTED_OUT }
            : { row: row.line, cells: leadOf(columns, row.cells) },
      );
  });
  return leads;
}

const OPTED_OUT =
  'the file says that this person wants no mail, or that their address is dead: leave that column out of the mapping to insist';

function columnOf(name: string | null, index: number): Column {
  const column = columnNamed(name);
  if (column) return column;
  const expected = `expected null, custom.<name>, or a field such as ${'email' satisfies LeadField}`;
  throw new Refusal('invalid', `mapping: ${JSON.stringify(name)} is no column of leads`, [
    { path: ['mapping', index], what: `${JSON.stringify(name)} is no column of leads, ${expected}` },
  ]);
}
