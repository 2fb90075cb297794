import { workerData } from 'node:worker_threads';
import type { ReaderTask } from '../../src/adapters/csv-reader-thread.ts';

/** A reader's thread that some texts harm, as a hole in it would. */
const { text }: ReaderTask = workerData;
while (text === 'spin');
if (text === 'exit') process.exit(0);
if (text === 'crash') JSON.parse('{');
if (text === 'eat') {
  const eaten: string[][] = [];
  while (eaten.length >= 0) eaten.push(Array.from({ length: 100_000 }, (_, index) => `${eaten.length}/${index}`));
}
await import('../../src/adapters/csv-reader-thread.ts');
