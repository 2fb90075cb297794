/** A row, by the line of the file on which it begins (from 1). */
export type CsvRow = { line: number; cells: string[] } | { line: number; problem: string };

/** Reads CSV files, whatever is in them, while our own thread does other things. */
export interface CsvReader {
  /**
   * The header's names, then the other rows, as many at a time as are looked at in about a millisecond. Throws
   * `UnreadableCsv` for what is no table, `CsvReaderBusy` instead of beginning, the signal's reason once it is aborted,
   * and another error where the file is not to blame. The reading ends when its rows are no longer asked for.
   */
  read(text: string, signal: AbortSignal): AsyncIterable<CsvRow[]>;
}

/** As many files are being read as may be at once. */
export class CsvReaderBusy extends Error {
  override readonly name = 'CsvReaderBusy';
}
