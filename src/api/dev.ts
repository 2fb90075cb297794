import { z } from 'zod';
import { appNow } from '../db/clock.ts';
import type { App } from './app.ts';
import type { ApiDeps } from './deps.ts';
import { printInstant } from './schemas.ts';
import { forwardShape } from './shapes/forward.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const MOST_MS = 366 * 86_400_000;

const durationMs = z
  .string()
  .regex(/^[1-9]\d{0,6}[mhdw]$/, 'expected a number and a unit, m, h, d or w: "3d"')
  .transform((text) => Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0))
  .refine((ms) => ms <= MOST_MS, 'expected at most 366 days');

const body = z
  .strictObject({ duration: durationMs.optional(), to_next: z.literal(true).optional() })
  .refine(
    ({ duration, to_next }) => (duration === undefined) !== (to_next === undefined),
    'expected either duration or to_next',
  );

/** `POST /dev/forward` moves the clock of the whole installation. Of the embedded runtime only; elsewhere nothing is there. */
export function devRoutes(app: App, { db, virtualTime }: ApiDeps): void {
  if (virtualTime === null) return;
  app.post(
    '/dev/forward',
    { config: { scope: 'sequences:write' }, schema: { body, response: { 200: forwardShape } } },
    async ({ caller, body: { duration }, raw }) => {
      // Weeks of many sequences take longer than an answer usually may; an injected request has no real socket.
      raw.socket.setTimeout?.(0);
      const now = await db.inWorkspace(caller.workspaceId, appNow);
      const { from, to, rounds } = await virtualTime.forward(duration === undefined ? 'next' : now + duration);
      return { from: printInstant(from), to: printInstant(to), rounds };
    },
  );
}
