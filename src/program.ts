import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DrizzleQueryError } from 'drizzle-orm';

/**
 * Runs `main` when the module at `url` (its own `import.meta.url`) is the program that was started, and not one that
 * another imports. A failure is told with its causes on the error stream, and the process ends with 1.
 */
export async function runAsProgram(url: string, main: () => Promise<unknown>): Promise<void> {
  const started = process.argv[1];
  if (started === undefined || !existsSync(started)) return; // code from the standard input
  // An installation may be reached by a link (`current` → `releases/7`); `url` has every link followed.
  if (realpathSync(started) !== fileURLToPath(url)) return;
  try {
    await main();
  } catch (error) {
    console.error(tellFailure(error));
    process.exit(1); // what it left open (a pool, a timer) would hold the process
  }
}

/**
 * What a person at a terminal is told of a failure: its message, and on a line each those of its causes, down to what
 * the system or the database said. No query, no parameter, no password.
 */
export function tellFailure(error: unknown): string {
  const told: string[] = [];
  for (const text of layersOf(error).map(textOf)) {
    const isRepetition = told.some((before) => before.includes(text) || text.includes(before));
    if (!isRepetition) told.push(text);
  }
  return told.join('\n  because: ').replaceAll(PASSWORD_IN_ADDRESS, '$1…@');
}

/** An error and its causes. Drizzle's own layer is left out: it says the whole query, thirty lines and somebody's data. */
function layersOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [error];
  const causes = error.cause === undefined ? [] : layersOf(error.cause);
  if (!(error instanceof DrizzleQueryError)) return [error, ...causes];
  return causes.length > 0 ? causes : ['a query failed'];
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === '') return error.errors.map(textOf).join('; '); // each address
  if (isOurFault(error)) return error.stack ?? error.message;
  const code = said(error, 'code');
  const message = error.message || error.name;
  return [
    code === null || message.includes(code) ? message : `${message} (${code})`,
    code === MISSING_RIGHT ? said(error, 'detail') : null, // elsewhere a detail may quote somebody's row
    said(error, 'hint'),
    code !== null && OF_ANOTHER_BUILD.includes(code) ? 'Was this build’s migration run (migrate.js)?' : null,
  ]
    .filter((part) => part !== null)
    .join('. ');
}

/** A slip in the code: without the place nobody could mend it. */
const isOurFault = (error: Error): boolean =>
  (error instanceof TypeError || error instanceof ReferenceError) &&
  error.cause === undefined &&
  said(error, 'code') === null;

/** What PostgreSQL, or Node for the system, says beside the message. */
function said(error: Error, field: 'code' | 'detail' | 'hint'): string | null {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : null;
}

/** insufficient_privilege; PostgreSQL manual, appendix A. */
const MISSING_RIGHT = '42501';

/** undefined_table, undefined_column. */
const OF_ANOTHER_BUILD = ['42P01', '42703'];

const PASSWORD_IN_ADDRESS = /(\/\/[^\s/:@]*:)[^\s/@]+@/g;
