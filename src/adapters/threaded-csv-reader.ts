import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';
import { type CsvReader, CsvReaderBusy, type CsvRow } from './csv-reader.ts';
import type { ReaderTask, ReaderWord } from './csv-reader-thread.ts';

export interface ThreadedCsvReaderLimits {
  /** Files; each has a thread. */
  atOnce: number;
  mostLines: number;
  /** Of a thread's heap, in megabytes. */
  memoryMb: number;
  /** For one file: the last resort, for reading takes a time in proportion to the bytes. */
  timeoutMs: number;
  /** The thread's entry point; tests pass one that misbehaves. */
  entry: URL;
}

const DEFAULTS: ThreadedCsvReaderLimits = {
  atOnce: 2, // the rest of the process needs a core too
  mostLines: 1_048_576, // a whole sheet of Excel's: people leave its end formatted and empty
  memoryMb: 128, // the largest file takes some 40
  timeoutMs: 60_000, // the largest file takes less than a second of a core
  entry: new URL(`./csv-reader-thread${import.meta.url.slice(-3)}`, import.meta.url), // .ts from the sources, .js once compiled
};

/**
 * Reads each file in a thread of its own, which ends with the reading: all that a file can hold up or break is that
 * thread. Files beyond `atOnce` are refused, for in line they would lie in memory, and a place is free within a second.
 */
export function createThreadedCsvReader(
  options: Partial<ThreadedCsvReaderLimits> = {},
): CsvReader & { /** How many threads there are. */ threads(): number } {
  const limits = { ...DEFAULTS, ...options };
  let threads = 0;
  return {
    threads: () => threads,
    async *read(text, signal) {
      signal.throwIfAborted();
      if (threads >= limits.atOnce)
        throw new CsvReaderBusy(`as many files as may be at once are being read (${threads}): try again in a moment`);
      threads++;
      try {
        yield* readInThread(text, limits, signal);
      } finally {
        threads--;
      }
    },
  };
}

async function* readInThread(
  text: string,
  { entry, memoryMb, mostLines, timeoutMs }: ThreadedCsvReaderLimits,
  signal: AbortSignal,
): AsyncGenerator<CsvRow[]> {
  const late = AbortSignal.timeout(timeoutMs);
  const thread = startThread(entry, { text, mostLines }, memoryMb);
  try {
    for await (const word of wordsOf(thread, AbortSignal.any([signal, late]))) {
      if (word.kind === 'end') return;
      if (word.kind === 'unreadable') throw new UnreadableCsv(word.message);
      yield word.rows;
      thread.postMessage('go on');
    }
    throw new Error('it ended before the file did');
  } catch (error) {
    if (error instanceof UnreadableCsv) throw error;
    signal.throwIfAborted();
    if (late.aborted) throw new UnreadableCsv(`the file cannot be read within ${timeoutMs / 1_000} seconds`);
    if (isOutOfMemory(error)) throw new UnreadableCsv(`the file cannot be read with ${memoryMb} MB of memory`);
    throw new Error(`the thread that reads a CSV file broke: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  } finally {
    await thread.terminate();
  }
}

/** Ends when the thread does. Throws what the thread threw, and an `AbortError`. */
async function* wordsOf(thread: Worker, signal: AbortSignal): AsyncGenerator<ReaderWord> {
  for await (const [word] of on(thread, 'message', { signal, close: ['exit'] })) yield word;
}

/** Without our environment, which holds secrets; from the sources it needs the loader that we run under ourselves. */
function startThread(entry: URL, task: ReaderTask, memoryMb: number): Worker {
  const start = entry.pathname.endsWith('.ts') ? throughLoader(entry) : entry;
  const thread = new Worker(start, {
    env: {},
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  thread.on('error', () => undefined); // heard by whoever reads; without a reader it has nobody's ear, and harms nobody
  return thread;
}

/** A thread does not inherit the loader. */
function throughLoader(entry: URL): URL {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const script = `import { register } from ${loader}; register(); await import(${JSON.stringify(entry.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
