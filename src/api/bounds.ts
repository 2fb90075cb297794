import { z } from 'zod';

const FORM =
  /^(?<clock>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:\.(?<fraction>\d{1,9}))?(?:Z|(?<sign>[+\- ])(?<hours>\d{2}):?(?<minutes>\d{2}))$/;
const EXPECTED = 'must be an instant with a zone, like 2025-01-08T10:30:00Z or 2025-01-08T11:30:00+01:00';

const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59Z');

/** A second, or the gap between two of them. Epoch ms. */
export interface Bound {
  /** The last whole second not after it, and the first not before it. */
  floor: number;
  ceiling: number;
}

/**
 * Reads an ISO 8601 instant that names its zone. Stored instants are whole seconds, so a bound with a fraction lies
 * between two of them. A `+` that was not escaped arrives as a space and is read as what was meant. null: none such.
 */
export function readBound(text: string): Bound | null {
  const { clock, fraction = '', sign, hours = '00', minutes = '00' } = FORM.exec(text)?.groups ?? {};
  if (clock === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  const local = Date.parse(`${clock}Z`);
  // Date.parse takes 30 February for 2 March and 24:00 for the next day: only what reads back the same was a date.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(clock)) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const floor = sign === '-' ? local + offset : local - offset;
  const ceiling = /[1-9]/.test(fraction) ? floor + 1_000 : floor;
  return floor >= FIRST && ceiling <= LAST ? { floor, ceiling } : null;
}

/** A bound on a printed instant, in a query. */
export const instantBound = z
  .string()
  .transform((text, context) => {
    const bound = readBound(text);
    if (bound) return bound;
    context.addIssue(EXPECTED);
    return z.NEVER;
  })
  .meta({ format: 'date-time' });
