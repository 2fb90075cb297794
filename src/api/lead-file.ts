import type { CsvRow } from '../adapters/csv-reader.ts';
import { readCsv } from '../adapters/read-csv.ts';
import type { FileRow } from '../commands/leads/start-import.ts';
import type { LeadField } from '../domain/lead-cells.ts';
import {
  type Column,
  checkColumns,
  columnName,
  columnNamed,
  leadOf,
  suggestedColumns,
} from '../domain/lead-columns.ts';
import { Refusal } from '../domain/refusal.ts';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';
import type { ReadFile } from './shapes/imports.ts';

const PIECE = 64 * 1024;
const MOST_SAMPLES = 3;
const LONGEST_SAMPLE = 120;

/** A text in pieces, with a breath after each: other requests are answered while a large file is read. */
async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0; from < bytes.length; from += PIECE) {
    yield bytes.subarray(from, from + PIECE);
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

interface Table {
  header: string[];
  rows: CsvRow[];
}

/** Refuses what is no table. */
async function tableOf(text: string): Promise<Table> {
  const rows: CsvRow[] = [];
  for await (const row of readCsv(piecesOf(text))) rows.push(row);
  const header = rows.shift();
  if (!header) throw new Refusal('invalid', 'the file is empty: its first line names the columns');
  if ('problem' in header) throw new Refusal('invalid', `line ${header.line}, the header, ${header.problem}`);
  return { header: header.cells, rows };
}

/** What a person is asked about a file: its columns, what they seem to mean, and what is in them. */
export async function readLeadFile(text: string): Promise<ReadFile> {
  const { header, rows } = await refusing(() => tableOf(text));
  const means = suggestedColumns(header);
  return {
    rows: rows.length,
    columns: header.map((name, index) => ({
      header: name,
      means: columnName(means[index] ?? { kind: 'ignored' }),
      samples: samplesOf(rows, index),
    })),
  };
}

function samplesOf(rows: readonly CsvRow[], index: number): string[] {
  const samples: string[] = [];
  for (const row of rows) {
    const cell = 'cells' in row ? (row.cells[index]?.trim() ?? '') : '';
    if (cell !== '' && samples.push(cell.slice(0, LONGEST_SAMPLE)) === MOST_SAMPLES) break;
  }
  return samples;
}

/** The rows of a file, by what the person said its columns mean. */
export async function leadsOfFile(text: string, means: readonly (string | null)[]): Promise<FileRow[]> {
  return refusing(async () => {
    const { header, rows } = await tableOf(text);
    if (means.length !== header.length)
      throw new Refusal('invalid', `the mapping names ${means.length} columns, the file has ${header.length}`);
    const columns = means.map(columnOf);
    checkColumns(columns, header);
    return rows.map((row) =>
      'problem' in row ? { row: row.line, problem: row.problem } : { row: row.line, cells: leadOf(columns, row.cells) },
    );
  });
}

function columnOf(name: string | null, index: number): Column {
  const column = columnNamed(name);
  if (column) return column;
  const expected = `expected null, custom.<name>, or a field such as ${'email' satisfies LeadField}`;
  throw new Refusal('invalid', `mapping: ${JSON.stringify(name)} is no column of leads`, [
    { path: `mapping.${index}`, problem: `${JSON.stringify(name)} is no column of leads, ${expected}` },
  ]);
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableCsv) throw new Refusal('invalid', error.message);
    throw error;
  }
}
