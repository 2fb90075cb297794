/** How an IMAP client's bytes become commands: lines, literals, atoms, lists. RFC 3501 sections 2.2.1 and 4, RFC 7888. */

export type Value =
  | { kind: 'atom'; text: string }
  /** Quoted or a literal: the client may choose. */
  | { kind: 'string'; bytes: Buffer }
  | { kind: 'list'; values: Value[] };

export interface Command {
  tag: string;
  /** In upper case. */
  name: string;
  args: Value[];
}

/** A command that is answered with its tag and forgotten; the dialogue goes on. */
export class BadCommand extends Error {
  override readonly name = 'BadCommand';
  readonly tag: string;
  readonly status: 'BAD' | 'NO';

  constructor(message: string, { tag = '*', status = 'BAD' }: { tag?: string; status?: 'BAD' | 'NO' } = {}) {
    super(message);
    this.tag = tag;
    this.status = status;
  }
}

/** After this nobody knows where the next command starts: the connection ends. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export interface Input {
  /** Without its line break; null when the client is gone. Throws Unreadable above 64 KB. */
  line(): Promise<string | null>;
  /** Exactly so many; null when the client is gone before. */
  bytes(count: number): Promise<Buffer | null>;
}

const MAX_LINE_BYTES = 64 * 1024;
const LINE_FEED = 10;

export function readInput(source: AsyncIterable<Buffer>): Input {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer | null> => {
    const { value, done } = await chunks.next();
    return done === true ? null : value;
  };
  return {
    line: async () => {
      for (;;) {
        const end = held.indexOf(LINE_FEED);
        if (Math.max(end, end === -1 ? held.length : 0) > MAX_LINE_BYTES)
          throw new Unreadable(`a line of more than ${MAX_LINE_BYTES} bytes`);
        if (end !== -1) {
          const line = held.toString('latin1', 0, end);
          held = held.subarray(end + 1);
          return line.endsWith('\r') ? line.slice(0, -1) : line;
        }
        const chunk = await more();
        if (chunk === null) return null;
        held = Buffer.concat([held, chunk]);
      }
    },
    bytes: async (count) => {
      const parts = [held];
      let size = held.length;
      while (size < count) {
        const chunk = await more();
        if (chunk === null) return null;
        parts.push(chunk);
        size += chunk.length;
      }
      const all = Buffer.concat(parts);
      held = all.subarray(count);
      return all.subarray(0, count);
    },
  };
}

const START = /^([^\s(){%*"\\+]+) +([A-Za-z]+)(?= |$)/;
const LITERAL = /\{(\d{1,10})(\+?)\}$/;

/**
 * The next command with all of its literals; null when the client is gone. `goOn` asks for a literal that waits to be
 * asked for. Throws BadCommand, also for a literal of more than `maxLiteral` bytes, and Unreadable when that one comes unasked.
 */
export async function readCommand(input: Input, maxLiteral: number, goOn: () => void): Promise<Command | null> {
  const parts: (string | Buffer)[] = [];
  let line = await input.line();
  if (line === null) return null;
  const [start = '', tag = '', name = ''] = START.exec(line) ?? [];
  let rest = line.slice(start.length);
  for (let literal = LITERAL.exec(line); literal !== null; literal = LITERAL.exec(line)) {
    const size = Number(literal[1]);
    const unasked = literal[2] === '+';
    const expectation = `a literal may have ${maxLiteral} bytes, got ${size}`;
    if (size > maxLiteral && unasked) throw new Unreadable(expectation);
    if (size > maxLiteral) throw new BadCommand(`[TOOBIG] ${expectation}`, { tag: tag || '*', status: 'NO' });
    if (!unasked) goOn();
    const bytes = await input.bytes(size);
    line = bytes && (await input.line());
    if (bytes === null || line === null) return null;
    parts.push(rest.slice(0, -literal[0].length), bytes);
    rest = line;
  }
  parts.push(rest);
  if (start === '') throw new BadCommand('expected a tag and a command');
  return { tag, name: name.toUpperCase(), args: valuesOf(parts, tag) };
}

// Brackets belong to an atom with all they hold: BODY.PEEK[HEADER.FIELDS (DATE FROM)]<0.100>
const TOKEN = /\s*(?:([()])|"((?:[^"\\]|\\.)*)"|((?:[^\s()"[\]]|\[[^\]]*\])+))/y;
const MAX_DEPTH = 20;

function valuesOf(parts: readonly (string | Buffer)[], tag: string): Value[] {
  const top: Value[] = [];
  const open = [top];
  const add = (value: Value) => open.at(-1)?.push(value);
  for (const part of parts) {
    if (typeof part !== 'string') {
      add({ kind: 'string', bytes: part });
      continue;
    }
    TOKEN.lastIndex = 0;
    const end = part.trimEnd().length;
    while (TOKEN.lastIndex < end) {
      const at = TOKEN.lastIndex;
      const [found, bracket, quoted, atom] = TOKEN.exec(part) ?? [];
      if (found === undefined) throw new BadCommand(`cannot read "${part.slice(at, at + 20)}"`, { tag });
      if (bracket === '(') {
        const values: Value[] = [];
        add({ kind: 'list', values });
        if (open.push(values) > MAX_DEPTH) throw new BadCommand(`lists deeper than ${MAX_DEPTH}`, { tag });
      } else if (bracket === ')') {
        open.pop();
        if (open.length === 0) throw new BadCommand('a ) without its (', { tag });
      } else if (quoted !== undefined)
        add({ kind: 'string', bytes: Buffer.from(quoted.replace(/\\(.)/g, '$1'), 'latin1') });
      else add({ kind: 'atom', text: atom ?? '' });
    }
  }
  if (open.length > 1) throw new BadCommand('a ( without its )', { tag });
  return top;
}

/** The text of an atom or a string. Throws BadCommand for anything else, naming what was expected. */
export function textOf(value: Value | undefined, expected: string): string {
  if (value === undefined || value.kind === 'list') throw new BadCommand(`expected ${expected}`);
  return value.kind === 'atom' ? value.text : value.bytes.toString();
}

const SET = /^(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*$/;
export const isSet = (text: string) => SET.test(text);

/** Which numbers a sequence set holds, `*` being `last`: so `9:*` holds the last one also when that is 3. RFC 3501 section 9. */
export function inSet(text: string, last: number): (number: number) => boolean {
  if (!isSet(text)) throw new BadCommand(`expected a set of numbers, got "${text.slice(0, 40)}"`);
  const ranges = text.split(',').map((range) => {
    const ends = range.split(':').map((end) => (end === '*' ? last : Number(end)));
    return { from: Math.min(...ends), to: Math.max(...ends) };
  });
  return (number) => ranges.some(({ from, to }) => number >= from && number <= to);
}
