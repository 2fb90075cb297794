import { Readable } from 'node:stream';
import type { CsvReader } from '../../src/adapters/csv-reader.ts';
import { readCsv } from '../../src/adapters/read-csv.ts';

/** Reads where it is called: a thread from the sources takes a second to start. */
export const plainCsvReader: CsvReader = {
  async *read(text) {
    for await (const row of readCsv(Readable.from([Buffer.from(text)]))) yield [row];
  },
};
