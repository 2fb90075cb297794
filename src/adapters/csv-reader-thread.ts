import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';
import type { CsvRow } from './csv-reader.ts';
import { readCsv } from './read-csv.ts';

// The thread that threaded-csv-reader.ts starts for one file, with little memory and none of our environment.

/** What it is started with. */
export interface ReaderTask {
  text: string;
  mostLines: number;
}

/** What it says. After rows it waits for a word, whichever, before it says more than `BATCHES_AHEAD` further ones. */
export type ReaderWord = { kind: 'rows'; rows: CsvRow[] } | { kind: 'unreadable'; message: string } | { kind: 'end' };

const PIECE_BYTES = 64 * 1024;
/** Taken over by the other side in about a millisecond. */
const BATCH_CELLS = 2_000;
/** One is looked at while the next is read; a third would only lie in memory. */
const BATCHES_AHEAD = 2;

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}

async function* batchesOf({ text, mostLines }: ReaderTask): AsyncGenerator<CsvRow[]> {
  let rows: CsvRow[] = [];
  let cells = 0;
  for await (const row of readCsv(piecesOf(text), mostLines)) {
    rows.push(row);
    cells += 'cells' in row ? row.cells.length : 1;
    if (cells < BATCH_CELLS) continue;
    yield rows;
    rows = [];
    cells = 0;
  }
  if (rows.length > 0) yield rows;
}

async function serve(task: ReaderTask): Promise<void> {
  if (!parentPort) throw new Error('csv-reader-thread is a thread, not a program');
  const port = parentPort;
  const say = (word: ReaderWord) => port.postMessage(word);
  const asked = on(port, 'message');
  let ahead = 0;
  try {
    for await (const rows of batchesOf(task)) {
      if (ahead === BATCHES_AHEAD) await asked.next();
      else ahead++;
      say({ kind: 'rows', rows });
    }
    say({ kind: 'end' });
  } catch (error) {
    if (!(error instanceof UnreadableCsv)) throw error;
    say({ kind: 'unreadable', message: error.message });
  }
}

await serve(workerData);
