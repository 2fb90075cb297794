/** A row, by the line of the file on which it begins (from 1). */
export type CsvRow = { line: number; cells: string[] } | { line: number; problem: string };
