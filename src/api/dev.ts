import { z } from 'zod';
import { appNow } from '../db/clock.ts';
import { readClock } from '../db/installation.ts';
import { Refusal } from '../domain/refusal.ts';
import type { ApiDeps } from './deps.ts';
import type { App } from './door.ts';
import { clockShape, forwardShape } from './shapes/forward.ts';
import { printInstant, printInstantOrNull } from './shapes/primitives.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const MOST_MS = 366 * 86_400_000;

const durationMs = z
  .string()
  .regex(/^[1-9]\d{0,6}[mhdw]$/, 'expected a number and a unit, m, h, d or w: "3d"')
  .transform((text) => Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0))
  .refine((ms) => ms <= MOST_MS, 'expected at most 366 days');

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const body = z
  .strictObject({ duration: durationMs.optional(), to: instant.optional(), to_next: z.literal(true).optional() })
  .refine(
    (asked) => Object.values(asked).filter((value) => value !== undefined).length === 1,
    'expected one of duration, to and to_next',
  );

/** `POST /dev/forward` moves the clock of the whole installation. Of the embedded runtime only; elsewhere nothing is there. */
export function devRoutes(app: App, { db, virtualTime }: ApiDeps): void {
  if (virtualTime === null) return;

  app.get(
    '/app/api/dev/clock',
    {
      config: { scope: 'sequences:read' },
      schema: { querystring: z.strictObject({ to: instant.optional() }), response: { 200: clockShape } },
    },
    async ({ query: { to } }) => {
      const { now, nextAt, ...counts } = await db.asSystem((tx) => readClock(tx, to ?? null));
      return { now: printInstant(now), next_at: printInstantOrNull(nextAt), ...counts };
    },
  );

  app.post(
    '/dev/forward',
    { config: { scope: 'sequences:write' }, schema: { body, response: { 200: forwardShape } } },
    async ({ caller, body: { duration, to }, raw }) => {
      // Weeks of many sequences take longer than an answer usually may; an injected request has no real socket.
      raw.socket.setTimeout?.(0);
      const now = await db.inWorkspace(caller.workspaceId, appNow);
      const forwarded = await virtualTime.forward(targetOf(now, duration, to));
      return { from: printInstant(forwarded.from), to: printInstant(forwarded.to), rounds: forwarded.rounds };
    },
  );
}

/** The clock never goes back. */
function targetOf(now: number, duration: number | undefined, to: number | undefined): number | 'next' {
  if (duration !== undefined) return now + duration;
  if (to === undefined) return 'next';
  if (to < now || to > now + MOST_MS)
    throw new Refusal('rule_refused', 'the clock moves forward only, by at most 366 days', [
      { path: ['to'], what: `must lie between ${printInstant(now)} and ${printInstant(now + MOST_MS)}` },
    ]);
  return to;
}
