/** What Postgres said when it refused a statement. */
export interface Refusal {
  /** SQLSTATE. */
  code: string;
  table: string | undefined;
  constraint: string | undefined;
}

/** The refusal that `work` ended with, null when it went through. Any other failure is thrown on. */
export async function refusalOf(work: Promise<unknown>): Promise<(Refusal & { message?: string }) | null> {
  try {
    await work;
    return null;
  } catch (error) {
    for (let layer = error; layer instanceof Error; layer = layer.cause)
      if ('code' in layer && typeof layer.code === 'string') return described(layer, layer.code);
    throw error;
  }
}

function described(error: Error, code: string): Refusal & { message?: string } {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const table = 'table' in error ? text(error.table) : undefined;
  const constraint = 'constraint' in error ? text(error.constraint) : undefined;
  // A constraint says all; a trigger or a missing right has only its words.
  return { code, table, constraint, ...(constraint === undefined ? { message: error.message } : {}) };
}
