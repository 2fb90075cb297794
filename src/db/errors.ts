/** Postgres' own account of a failure: drizzle wraps it as `cause`. */
interface DatabaseError {
  code: string;
  constraint: string | undefined;
}

function databaseError(error: unknown): DatabaseError | null {
  for (let layer = error; layer instanceof Error; layer = layer.cause) {
    if ('code' in layer && typeof layer.code === 'string') {
      const constraint = 'constraint' in layer && typeof layer.constraint === 'string' ? layer.constraint : undefined;
      return { code: layer.code, constraint };
    }
  }
  return null;
}

/** The SQLSTATE of a failure (PostgreSQL manual, appendix A), or a network error's code. */
export const sqlStateOf = (error: unknown): string | null => databaseError(error)?.code ?? null;

/** Whether `error` is the refusal of the named unique constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  const found = databaseError(error);
  return found?.code === '23505' && found.constraint === constraint;
}

/** What may be told of a failure: its name and code. Its message may quote the parameters of a query. */
export const failureOf = (error: unknown): { error: string; state: string | null } => ({
  error: error instanceof Error ? error.name : typeof error,
  state: sqlStateOf(error),
});

const AWAY = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '25P03', // idle_in_transaction_session_timeout
  '53300', // too_many_connections
  '55P03', // lock_timeout
  '57014', // statement_timeout
  '57P01',
  '57P02',
  '57P03',
];

/** What pg and its pool say without a code. */
const AWAY_IN_WORDS =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|connection error and is not queryable/;

/**
 * Whether Postgres could not be asked at all, or not in time (no connection in time, a connection lost, a lock or a
 * statement that took too long): the caller may try again later.
 */
export function isDatabaseAway(error: unknown): boolean {
  const code = sqlStateOf(error);
  if (code !== null) return AWAY.includes(code) || code.startsWith('08');
  return error instanceof Error && AWAY_IN_WORDS.test(deepest(error).message);
}

const deepest = (error: Error): Error => (error.cause instanceof Error ? deepest(error.cause) : error);
