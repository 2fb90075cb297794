import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { isHeader } from '../domain/lead-columns.ts';
import { UnreadableCsv } from '../domain/unreadable-csv.ts';
import type { CsvRow } from './csv-reader.ts';

/*
 * A CSV file row by row, as people's spreadsheets write it: UTF-8 or UTF-16, with or without BOM, any line ending,
 * commas, semicolons or tabs. One bad row spoils itself only: also a quote that is never closed, which a parser fed with
 * the whole stream would take for the rest of the file, and a parser for each row costs what eighty rows do. So cells are
 * cut here, and whatever the bytes, each is passed over a few times only (docs/decisions/0029).
 */

const MOST_LINES_OF_A_ROW = 200;
const LONGEST_LINE = 1_000_000;
/** The widest exports of CRMs have some 300. */
const MOST_COLUMNS = 500;

/**
 * The header's names, then one row after the other, never more than a few in memory. Throws `UnreadableCsv` for what is
 * no table, and for more than `mostLines`.
 */
export async function* readCsv(
  chunks: AsyncIterable<Uint8Array>,
  mostLines = Number.POSITIVE_INFINITY,
): AsyncGenerator<CsvRow> {
  const lines = createLines(chunks, mostLines);
  let delimiter: string | undefined;
  let header: string[] | undefined;
  for (;;) {
    if (!lines.isEnough()) await lines.readOn();
    if (!header) lines.skip(notesAbove(lines, delimiter));
    const first = lines.peek(0);
    if (first === undefined) return;
    const line = lines.number + 1;
    let height = 1;
    if (!header && SEPARATOR.test(first))
      delimiter = first.slice(-1); // Excel's own way to say so
    else if (!isEmpty(first, delimiter)) {
      delimiter ??= delimiterOf(first);
      const width = header?.length;
      const tall = hasOddQuotes(first) ? readTallRow(lines, first, delimiter, width) : null;
      const row = tall?.row ?? readRow(first, delimiter, width);
      height = tall?.height ?? 1;
      if (!Array.isArray(row)) yield { line, problem: row.problem };
      else if (!header) {
        header = checkedWidth(row);
        yield { line, cells: header };
      } else if (isSame(row, header)) yield { line, problem: 'repeats the header' };
      else if (!row.every(isBlank)) yield { line, cells: row };
    }
    lines.skip(height);
  }
}

const SEPARATOR = /^sep=.$/i;
const isSame = (row: readonly string[], header: readonly string[]) => row.every((cell, at) => cell === header[at]);

/** LinkedIn writes a paragraph above its columns, reports their title and filters. */
const MOST_NOTES = 30;

/**
 * How many lines stand above the header: those before the first one that has a column of an address, a profile or a name.
 * None, where no line has: then the first is asked for what it lacks.
 */
function notesAbove(lines: Lines, delimiter: string | undefined): number {
  for (let ahead = 0; ahead < MOST_NOTES; ahead++) {
    const line = lines.peek(ahead);
    if (line === undefined) return 0;
    if (SEPARATOR.test(line)) return ahead;
    const cells = cellsOf(line, delimiter ?? delimiterOf(line), 'loosely') ?? [];
    if (cells.length <= MOST_COLUMNS && isHeader(cells)) return ahead;
  }
  return 0;
}

type Row = string[] | { problem: string };

/**
 * The row that begins with the line `first`, whose quote a later line closes, and how many lines it has. null: none of
 * the next ones closes it, or it is better read alone.
 */
function readTallRow(
  lines: Lines,
  first: string,
  delimiter: string,
  width: number | undefined,
): { row: Row; height: number } | null {
  const all = [first];
  let length = first.length;
  for (let isOpen = true; isOpen; ) {
    const more = lines.peek(all.length);
    if (more === undefined || all.length === MOST_LINES_OF_A_ROW || length > LONGEST_LINE) return null;
    all.push(more);
    length += more.length;
    isOpen = !hasOddQuotes(more);
  }
  const whole = all.join('\n');
  const cells = cellsOf(whole, delimiter, 'strictly');
  if (!cells) return null;
  const row = checked(whole, cells, width);
  // Of the wrong width, while a line that it swallowed is a row of the right one: the quote was a slip.
  const isOfAnotherWidth = width !== undefined && cells.length !== width;
  if (
    (!Array.isArray(row) || isOfAnotherWidth) &&
    all.slice(1).some((line) => cellsOf(line, delimiter, 'strictly')?.length === width)
  )
    return null;
  return { row, height: all.length };
}

function readRow(line: string, delimiter: string, width: number | undefined): Row {
  const cells = cellsOf(line, delimiter, 'loosely');
  return cells ? checked(line, cells, width) : { problem: 'a quote is opened and never closed' };
}

function hasOddQuotes(line: string): boolean {
  const first = line.indexOf('"');
  let isOdd = false;
  if (first !== -1) for (let at = first; at < line.length; at++) if (line[at] === '"') isOdd = !isOdd;
  return isOdd;
}

function checked(text: string, cells: string[], width: number | undefined): Row {
  if (text.includes('\ufffd')) return { problem: 'holds characters that are not UTF-8: save the file as "CSV UTF-8"' };
  if (width === undefined || cells.length === width) return cells;
  // What is empty at the end of a row is left out by some programs; a line without any column is a report's footer.
  if (cells.length > 1 && cells.length < width) return [...cells, ...Array<string>(width - cells.length).fill('')];
  if (cells.length > width && cells.slice(width).every(isBlank)) return cells.slice(0, width);
  return { problem: `has ${cells.length} columns, the header has ${width}` };
}

function checkedWidth(header: string[]): string[] {
  if (header.length > MOST_COLUMNS)
    throw new UnreadableCsv(`the header has ${header.length} columns, expected at most ${MOST_COLUMNS}`);
  return header;
}

/**
 * The cells of a row by the rules of quoting (RFC 4180); null where it breaks them. Loosely, a cell that breaks them
 * means its quotes as they stand, for `5" nails` is a value too; null where a quote is opened and never closed.
 */
function cellsOf(row: string, delimiter: string, how: 'strictly' | 'loosely'): string[] | null {
  if (!row.includes('"')) return row.split(delimiter);
  const cells: string[] = [];
  for (let from = 0; from <= row.length; ) {
    const isQuoted = row[from] === '"';
    const close = isQuoted ? closingQuote(row, from) : -1;
    if (isQuoted && close === -1) return null;
    const next = row.indexOf(delimiter, isQuoted ? close + 1 : from);
    const end = next === -1 ? row.length : next;
    if (isQuoted && close === end - 1) cells.push(unescaped(row.slice(from + 1, close)));
    else {
      const cell = row.slice(from, end);
      if (how === 'strictly' && cell.includes('"')) return null;
      cells.push(cell);
    }
    from = end + 1;
  }
  return cells;
}

/** Where the quote that opens at `from` is closed, doubled ones being passed over; -1: nowhere. */
function closingQuote(row: string, from: number): number {
  for (let at = from + 1; at < row.length; at++)
    if (row[at] === '"') {
      if (row[at + 1] !== '"') return at;
      at++;
    }
  return -1;
}

const unescaped = (text: string) => (text.includes('"') ? text.split('""').join('"') : text);

const isBlank = (text: string) => text === '' || text.trim() === '';

/** Whether a line has nothing in any cell: where a spreadsheet was ever formatted it ends in thousands of such. */
function isEmpty(line: string, delimiter: string | undefined): boolean {
  for (let at = 0; at < line.length; at++) {
    const sign = line[at];
    if (sign !== ' ' && sign !== delimiter) return isBlank(line);
  }
  return true;
}

const delimiters = [',', ';', '\t', '|'];

/** The one that the header uses most, outside of quotes. */
function delimiterOf(header: string): string {
  const bare = header.replace(/"[^"]*"/g, '');
  const uses = (delimiter: string) => bare.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (uses(delimiter) > uses(best) ? delimiter : best));
}

// Lines.

interface Lines {
  /** How many were skipped. */
  readonly number: number;
  /** Whether all that one row can have is read. */
  isEnough(): boolean;
  /** Reads until it is. */
  readOn(): Promise<void>;
  /** The line so many behind the next one, without its end; undefined behind the last. */
  peek(ahead: number): string | undefined;
  skip(count: number): void;
}

function createLines(chunks: AsyncIterable<Uint8Array>, mostLines: number): Lines {
  const source = splitLines(chunks, mostLines);
  let read: string[] = [];
  let at = 0;
  let number = 0;
  let isOver = false;
  const isEnough = () => isOver || read.length - at >= MOST_LINES_OF_A_ROW;
  return {
    get number() {
      return number;
    },
    isEnough,
    async readOn() {
      while (!isEnough()) {
        const { value, done = false } = await source.next();
        read = read.slice(at).concat(value ?? []);
        at = 0;
        isOver = done;
      }
    },
    peek: (ahead) => read[at + ahead],
    skip(count) {
      at += count;
      number += count;
    },
  };
}

/** The lines that end in each of the chunks. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>, mostLines: number): AsyncGenerator<string[], undefined> {
  const decode = createDecoder();
  let count = 0;
  /** Of the line that has not ended yet. */
  let parts: string[] = [];
  let length = 0;
  let held = '';
  for await (const bytes of chunks) {
    const text = held + decode(bytes);
    held = text.endsWith('\r') ? '\r' : ''; // its line feed may come with the next chunk
    const lines = text.slice(0, text.length - held.length).split(text.includes('\r') ? /\r\n|\r|\n/ : '\n');
    const last = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = parts.join('') + lines[0];
      parts = [];
      length = 0;
      count += lines.length;
      if (count > mostLines)
        throw new UnreadableCsv(`the file has more than ${mostLines} lines, the most that is read: split it`);
      yield lines;
    }
    parts.push(last);
    length += last.length;
    if (length > LONGEST_LINE)
      throw new UnreadableCsv(`a line is longer than ${LONGEST_LINE} characters: is this a CSV file?`);
  }
  const rest = parts.join('') + held + decode(null);
  if (rest !== '') yield rest.replace(/\r$/, '').split('\r');
  return undefined;
}

/**
 * Decodes a file piece by piece; null: its end. By the byte order mark, or by the zeros that ASCII has in UTF-16; else in
 * UTF-8 where the first piece with other letters is that, and in Windows-1252, as spreadsheets save, where it is not.
 */
function createDecoder(): (bytes: Uint8Array | null) => string {
  let decoder: TextDecoder | undefined;
  let held: Uint8Array = new Uint8Array();
  return (bytes) => {
    if (bytes === null)
      return (held.length > 0 ? new TextDecoder('windows-1252').decode(held) : '') + (decoder?.decode() ?? '');
    if (decoder) return decoder.decode(bytes, { stream: true });
    const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    held = new Uint8Array();
    const wide = wideEncodingOf(all);
    if (wide === null && isAscii(all)) return Buffer.from(all).toString('latin1');
    const cut = wide === null ? incompleteAt(all) : all.length;
    if (wide === null && isAscii(all.subarray(0, cut))) {
      held = all.subarray(cut); // the rest of its last letter may come
      return Buffer.from(all.subarray(0, cut)).toString('latin1');
    }
    decoder = new TextDecoder(wide ?? (isUtf8(all.subarray(0, cut)) ? 'utf-8' : 'windows-1252'));
    return decoder.decode(all, { stream: true });
  };
}

const isAscii = (bytes: Uint8Array) => bytes.every((byte) => byte < 0x80);

/** UTF-16 by its mark, or by the zero beside each letter of the header. */
function wideEncodingOf([one, two, three, four]: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if ((one === 0xff && two === 0xfe) || (two === 0 && four === 0 && one !== 0 && three !== 0)) return 'utf-16le';
  if ((one === 0xfe && two === 0xff) || (one === 0 && three === 0 && two !== 0 && four !== 0)) return 'utf-16be';
  return null;
}

/** Where the last letter begins that a piece may have cut; RFC 3629: a letter has four bytes at most. */
function incompleteAt(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}
