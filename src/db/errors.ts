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

const AWAY = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '55P03',
  '57014',
];

/** Whether Postgres could not be asked at all (or not in time): the caller may try again later. */
export function isDatabaseAway(error: unknown): boolean {
  const code = sqlStateOf(error);
  if (code !== null) return AWAY.includes(code) || code.startsWith('08');
  return (
    error instanceof Error &&
    /timeout exceeded when trying to connect|Connection terminated/.test(deepest(error).message)
  );
}

const deepest = (error: Error): Error => (error.cause instanceof Error ? deepest(error.cause) : error);
