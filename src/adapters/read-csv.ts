import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse/sync';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';

/*
 * A CSV file row by row, as people's spreadsheets write it: UTF-8 or UTF-16, with or without BOM, any line ending,
 * commas, semicolons or tabs. One bad row spoils itself only: also a quote that is never closed, which a parser fed with
 * the whole stream would take for the rest of the file.
 */

/** A row, by the line of the file on which it begins (from 1). */
export type CsvRow = { line: number; cells: string[] } | { line: number; problem: string };

const MOST_LINES_OF_A_ROW = 200;
const LONGEST_LINE = 1_000_000;

/** The header's names, then one row after the other, never more than a few in memory. */
export async function* readCsv(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const lines = createLines(chunks);
  let delimiter: string | undefined;
  let width: number | undefined;
  for (;;) {
    const line = lines.number + 1;
    const first = await lines.next();
    if (first === undefined) return;
    if (width === undefined && /^sep=.$/i.test(first))
      delimiter = first.slice(-1); // Excel's own way to say so
    else if (first.trim() !== '') {
      delimiter ??= delimiterOf(first);
      const row = await readRow(lines, first, delimiter, width);
      if (Array.isArray(row)) width ??= row.length;
      if (!Array.isArray(row)) yield { line, problem: row.problem };
      else if (row.some((cell) => cell.trim() !== '')) yield { line, cells: row };
    }
  }
}

type Row = string[] | { problem: string };

/** The row that begins with the line `first`: it goes on over the next ones while a quote is open. */
async function readRow(lines: Lines, first: string, delimiter: string, width: number | undefined): Promise<Row> {
  const all = [first];
  let isOpen = hasOddQuotes(first);
  while (isOpen && all.length < MOST_LINES_OF_A_ROW) {
    const more = await lines.next();
    if (more === undefined) break;
    all.push(more);
    if (hasOddQuotes(more)) isOpen = false;
  }
  const [whole, ...others] = all.length > 1 && !isOpen ? parseStrictly(all.join('\n'), delimiter) : [];
  if (whole && others.length === 0) {
    const fits = checked(whole, width);
    // Of the wrong width, while a line that it swallowed is a row of the right one: the quote was a slip.
    if (Array.isArray(fits) || !all.slice(1).some((line) => parseStrictly(line, delimiter)[0]?.length === width))
      return fits;
  }
  lines.unread(all.slice(1));
  const [alone] = parseStrictly(first, delimiter).concat(parseLoosely(first, delimiter));
  return alone ? checked(alone, width) : { problem: 'a quote is opened and never closed' };
}

const hasOddQuotes = (line: string) => line.split('"').length % 2 === 0;

function checked(cells: string[], width: number | undefined): Row {
  if (cells.some((cell) => cell.includes('\ufffd')))
    return { problem: 'holds characters that are not UTF-8: save the file as "CSV UTF-8"' };
  if (width === undefined || cells.length === width) return cells;
  if (cells.length > width && cells.slice(width).every((cell) => cell.trim() === '')) return cells.slice(0, width);
  return { problem: `has ${cells.length} columns, the header has ${width}` };
}

/** A table's rows; none when it breaks the rules of quoting (RFC 4180). */
function parseStrictly(text: string, delimiter: string, looseQuotes = false): string[][] {
  if (!text.includes('"')) return [text.split(delimiter)]; // nearly all of them, a hundred times faster
  try {
    return parse(text, { delimiter, relax_column_count: true, relax_quotes: looseQuotes });
  } catch {
    return [];
  }
}

/** `5" nails` is a value too. */
const parseLoosely = (text: string, delimiter: string) => parseStrictly(text, delimiter, true);

const delimiters = [',', ';', '\t', '|'];

/** The one that the header uses most, outside of quotes. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const uses = (delimiter: string) => bare.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (uses(delimiter) > uses(best) ? delimiter : best));
}

// Lines.

interface Lines {
  /** How many were taken. */
  readonly number: number;
  /** The next one without its end; undefined after the last. Throws `UnreadableCsv` for one that cannot be a row. */
  next(): Promise<string | undefined>;
  /** Puts the lines that were taken last back. */
  unread(lines: readonly string[]): void;
}

function createLines(chunks: AsyncIterable<Uint8Array>): Lines {
  const source = splitLines(chunks);
  let waiting: string[] = [];
  let number = 0;
  return {
    get number() {
      return number;
    },
    async next() {
      const line = waiting.shift() ?? (await source.next()).value ?? undefined;
      if (line !== undefined) number++;
      return line;
    },
    unread(lines) {
      waiting = [...lines, ...waiting];
      number -= lines.length;
    },
  };
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  let decoder: TextDecoder | undefined;
  let rest = '';
  for await (const bytes of chunks) {
    decoder ??= decoderFor(bytes);
    const text = rest + decoder.decode(bytes, { stream: true });
    const held = text.endsWith('\r') ? '\r' : ''; // its line feed may come with the next chunk
    const lines = text.slice(0, text.length - held.length).split(/\r\n|\r|\n/);
    rest = (lines.pop() ?? '') + held;
    yield* lines;
    if (rest.length > LONGEST_LINE)
      throw new UnreadableCsv(`a line is longer than ${LONGEST_LINE} characters: is this a CSV file?`);
  }
  rest += decoder?.decode() ?? '';
  if (rest !== '') yield* rest.replace(/\r$/, '').split('\r');
  return undefined;
}

/** By the byte order mark; the decoder leaves the mark itself out. */
function decoderFor([first, second]: Uint8Array): TextDecoder {
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  return new TextDecoder('utf-8');
}
