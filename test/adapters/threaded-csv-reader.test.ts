import { describe, expect, test, vi } from 'vitest';
import { CsvReaderBusy, type CsvRow } from '../../src/adapters/csv-reader.ts';
import { createThreadedCsvReader } from '../../src/adapters/threaded-csv-reader.ts';
import { UnreadableCsv } from '../../src/domain/unreadable-csv.ts';

const entry = new URL('../support/odd-csv-thread.ts', import.meta.url);
const never = new AbortController().signal;

async function all(batches: AsyncIterable<CsvRow[]>): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

test('a file of many batches comes whole and in order, and its thread is gone', async () => {
  const reader = createThreadedCsvReader();
  const rows = await all(reader.read(`n,"a"\n${Array.from({ length: 5_000 }, (_, n) => `${n},"é`).join('\n')}`, never));
  expect(rows).toHaveLength(5_001);
  expect(rows[0]).toEqual({ line: 1, cells: ['n', 'a'] });
  expect(rows.map(({ line }) => line)).toEqual(rows.map((_, index) => index + 1));
  expect(reader.threads()).toBe(0);
});

test('what is no table, and too many lines, are told as they are where a file is read', async () => {
  const reader = createThreadedCsvReader({ mostLines: 3 });
  await expect(all(reader.read('x'.repeat(1_000_001), never))).rejects.toThrow(UnreadableCsv);
  await expect(all(reader.read('a\n1\n2\n3\n4\n', never))).rejects.toThrow('the file has more than 3 lines');
});

test('a reading ends with the interest in it', async () => {
  const reader = createThreadedCsvReader();
  for await (const [header] of reader.read(`n\n${'1\n'.repeat(50_000)}`, never)) {
    expect([header, reader.threads()]).toEqual([{ line: 1, cells: ['n'] }, 1]);
    break;
  }
  expect(reader.threads()).toBe(0);
});

describe('a thread', () => {
  test('that is busy for good ends with the signal, and tells its reason', async () => {
    const reader = createThreadedCsvReader({ entry });
    const leaving = new AbortController();
    const reading = expect(all(reader.read('spin', leaving.signal))).rejects.toThrow('nobody waits');
    expect(reader.threads()).toBe(1);
    leaving.abort(new Error('nobody waits'));
    await reading;
    expect(reader.threads()).toBe(0);
  });

  test('is not started beyond the limit, and again once there is room', async () => {
    const reader = createThreadedCsvReader({ entry, atOnce: 1 });
    const leaving = new AbortController();
    const first = expect(all(reader.read('spin', leaving.signal))).rejects.toThrow();
    await expect(all(reader.read('a', never))).rejects.toThrow(CsvReaderBusy);
    leaving.abort();
    await first;
    expect(await all(reader.read('a', never))).toEqual([{ line: 1, cells: ['a'] }]);
  });

  test.each([
    ['spins', 'spin', 1_000, 'the file cannot be read within 1 seconds'],
    ['eats up its memory', 'eat', 60_000, 'the file cannot be read with 32 MB of memory'],
    ['exits', 'exit', 60_000, 'the thread that reads a CSV file broke: it ended before the file did'],
    ['crashes', 'crash', 60_000, /^the thread that reads a CSV file broke: .*JSON/],
  ])('that %s is told, and is gone', async (_, text, timeoutMs, told) => {
    const harmed = createThreadedCsvReader({ entry, timeoutMs, memoryMb: 32 });
    await expect(all(harmed.read(text, never))).rejects.toThrow(told);
    expect(harmed.threads()).toBe(0);
  });

  test('is given nothing of our environment', async () => {
    vi.stubEnv('PLANTED_SECRET', 'planted');
    const told = new URL(
      `data:text/javascript,import{parentPort as p}from'node:worker_threads';p.postMessage({kind:'unreadable',message:JSON.stringify(process.env)})`,
    );
    await expect(all(createThreadedCsvReader({ entry: told }).read('', never))).rejects.toThrow(/^\{\}$/);
    vi.unstubAllEnvs();
  });
});
