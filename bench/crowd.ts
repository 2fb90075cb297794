import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { eq } from 'drizzle-orm';
import { createEnrolBatch } from '../src/activities/enrol-batch.ts';
import { createPerformStep } from '../src/activities/perform-step.ts';
import { createPersonalise } from '../src/activities/personalise.ts';
import { importLeads } from '../src/commands/leads/import-leads.ts';
import { moveClockTo } from '../src/db/clock.ts';
import { migrate } from '../src/db/migrate.ts';
import type { Db } from '../src/db/pool.ts';
import { accounts, deliveries } from '../src/db/schema.ts';
import { freePort } from '../src/dev/servers/ports.ts';
import { startPostgres } from '../src/dev/servers/postgres.ts';
import type { SequenceId } from '../src/domain/ids.ts';
import { localDate } from '../src/domain/schedule.ts';
import { runAsProgram } from '../src/program.ts';
import { attempt, emailDeps, openCrashDb } from '../test/crash/attempt.ts';
import { aCampaign, aHouse, always, content, leadRows, sequencesOf, steps } from '../test/support/scenario.ts';
import { createTestWorld } from '../test/support/world.ts';

/*
 * `npm run prove -- crowd`: so many sequences due at once on one account with a cap of 50 a day and a gap of a minute, without
 * Temporal: what each costs in activities, whether cap and gap held, and how the cost of an activity grows with the crowd.
 */

const START = Date.parse('2030-03-19T12:00:00Z');
const DUE = START + 20 * 60_000;
const CAP = 50;
const GAP_MS = 60_000;
const AT_ONCE = 10;

/** Runs `work` for all of `items`, some at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE)
    await Promise.all(items.slice(from, from + AT_ONCE).map(work));
}

async function enlist(db: Db, count: number, deps: ReturnType<typeof emailDeps>) {
  const commands = { db, announce: () => undefined };
  const house = await aHouse(db);
  await db.asSystem((tx) =>
    tx
      .update(accounts)
      .set({ dailyCap: CAP, gapSeconds: GAP_MS / 1000 })
      .where(eq(accounts.id, house.emailAccount)),
  );
  const { campaignId, caller } = await aCampaign(commands, house, {
    content: content(steps('email'), { schedule: always }),
    settings: { dailyLeadsTarget: 10_000 },
    leads: 0,
  });
  const rows = leadRows(count, `crowd${count}-`);
  for (let from = 0; from < count; from += 500)
    await importLeads(commands, caller, { campaignId, rows: rows.slice(from, from + 500) });
  const enrolBatch = createEnrolBatch(deps);
  for (let done = 0; done < count; done += 200) await attempt(() => enrolBatch({ campaignId, now: START }));
  const ids = (await sequencesOf(db, campaignId)).map(({ id }) => id);
  if (ids.length !== count) throw new Error(`${ids.length} of ${count} were enrolled`);
  const personalise = createPersonalise(deps);
  await each(ids, async (sequenceId) => void (await attempt(() => personalise({ sequenceId, now: START }))));
  return { house, ids };
}

async function crowd(db: Db, count: number) {
  const deps = emailDeps(db, { mailer: createTestWorld().mailer, mailboxes: createTestWorld().mailboxes });
  const { house, ids } = await enlist(db, count, deps);
  const performStep = createPerformStep(deps);
  const activities = new Map<SequenceId, number>();
  const waiting: { id: SequenceId; until: number }[] = [];
  const perform = async (id: SequenceId, now: number) => {
    activities.set(id, (activities.get(id) ?? 0) + 1);
    const result = await attempt(() => performStep({ sequenceId: id, now }));
    if (result.kind === 'deferred') waiting.push({ id, until: result.until });
  };
  const began = performance.now();
  await each(ids, (id) => perform(id, DUE));
  const claimed = performance.now() - began;
  while (waiting.length > 0) {
    const next = waiting.sort((a, b) => a.until - b.until).shift();
    if (next) await perform(next.id, next.until);
  }
  const sent = await db.asSystem((tx) =>
    tx.select({ at: deliveries.claimedAt }).from(deliveries).where(eq(deliveries.accountId, house.emailAccount)),
  );
  const at = sent.map((row) => row.at).sort((a, b) => a - b);
  const perDay = new Map<string, number>();
  for (const instant of at) perDay.set(localDate(instant, 'UTC'), (perDay.get(localDate(instant, 'UTC')) ?? 0) + 1);
  const counts = [...activities.values()];
  return {
    count,
    sent: at.length,
    mostActivities: Math.max(...counts),
    activities: counts.reduce((sum, one) => sum + one, 0),
    mostPerDay: Math.max(...perDay.values()),
    days: perDay.size,
    leastGapMs: Math.min(...at.slice(1).map((instant, index) => instant - (at[index] ?? 0))),
    msPerRefusal: claimed / count,
  };
}

async function run(sizes: readonly number[]): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'topo-crowd-')));
  const postgres = await startPostgres({ dataDir: folder, port: await freePort(), fsync: false });
  await migrate(postgres.ownerUrl);
  const db = openCrashDb(postgres.ownerUrl);
  try {
    await db.asSystem((tx) => moveClockTo(tx, START));
    const results = [];
    for (const size of sizes) {
      results.push(await crowd(db, size));
      console.log(JSON.stringify(results.at(-1)));
    }
    const head = ['sequences', 'sent', 'activities', 'most of one', 'most a day', 'days', 'least gap', 'ms a refusal'];
    const table = new Table({ head, style: { head: [], border: [] } });
    for (const one of results)
      table.push([
        one.count,
        one.sent,
        one.activities,
        one.mostActivities,
        one.mostPerDay,
        one.days,
        `${one.leastGapMs / 1000} s`,
        one.msPerRefusal.toFixed(1),
      ]);
    console.log(table.toString());
    const [small, large] = [results[0], results.at(-1)];
    if (small && large)
      console.log(
        `A refusal in a crowd of ${large.count} costs ${(large.msPerRefusal / small.msPerRefusal).toFixed(2)} times one in a crowd of ${small.count}.`,
      );
    const broken = results.filter(
      (one) => one.sent !== one.count || one.mostActivities > 2 || one.mostPerDay > CAP || one.leastGapMs < GAP_MS,
    );
    if (broken.length > 0) {
      console.error(`Broken for crowds of: ${broken.map(({ count }) => count).join(', ')}`);
      process.exitCode = 1;
    }
  } finally {
    await db.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await runAsProgram(import.meta.url, () => run([500, 5_000]));
