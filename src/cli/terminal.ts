import Table from 'cli-table3';
import { askSecret } from './ask-secret.ts';

/** Where a command prints: results on `out`, everything else on `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** A person watches: progress may be drawn on the error stream. */
  isWatched: boolean;
  /** Asks a person for a secret, which is not shown as it is typed; null where nobody is there to ask. */
  askSecret: ((question: string) => Promise<string>) | null;
}

/** The process's own streams. A reader that has seen enough (`| head`) ends us quietly. */
export function processTerminal(): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    isWatched: process.stdout.isTTY === true && process.stderr.isTTY === true,
    askSecret:
      process.stdin.isTTY && process.stderr.isTTY
        ? (question) => askSecret(question, process.stdin, process.stderr)
        : null,
  };
}

/** Columns under their names, without lines or colours, so that it reads as well in a log. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const none = '';
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: none,
    },
  });
  for (const row of rows) drawn.push(row.map((cell) => oneLine(String(cell ?? '-'))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Texts of contacts are not ours: nothing in them may steer the terminal. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();

/** Names and values, one pair a line. */
export function fields(pairs: readonly (readonly [string, string | number | null])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(String(value ?? '-'))}`).join('\n');
}

/** "Page 1 of 3, 57 in all (--page 2 for more)"; null when everything is on it. */
export function pageLine(
  page: number,
  answer: { total_count: number; total_pages: number; has_more: boolean },
): string | null {
  if (answer.total_pages <= 1) return answer.total_count === 0 ? 'Nothing matches.' : null;
  const more = answer.has_more ? ` (--page ${page + 1} for more)` : '';
  return `Page ${page} of ${answer.total_pages}, ${answer.total_count} in all${more}.`;
}
