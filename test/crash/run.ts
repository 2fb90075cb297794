import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { migrate } from '../../src/db/migrate.ts';
import { freePort } from '../../src/dev/servers/ports.ts';
import { startPostgres } from '../../src/dev/servers/postgres.ts';
import { onceAlsoOnSignal } from '../../src/dev/signals.ts';
import { runAsProgram } from '../../src/program.ts';
import { openCrashDb } from './attempt.ts';
import { openScene } from './scene.ts';
import { kills, type Strike, silences, zombies } from './strikes.ts';
import { rightTally, type Tally, tallyOf, turnsOf } from './tally.ts';

const columns: readonly (readonly [title: string, key: keyof Tally])[] = [
  ['runs', 'runs'],
  ['accepted twice', 'acceptedTwice'],
  ['lost', 'lost'],
  ['unconfirmed', 'unconfirmed'],
  ['settled', 'settled'],
  ['held', 'held'],
  ['strayed', 'strayed'],
];

/**
 * `npm run prove -- kills`: the strikes of `kills.test.ts`, as often as the specification of the send protocol asks: `kills` at
 * each point, on servers of both kinds by turns. Prints what was counted; ends non-zero when a figure is not the right
 * one, which it then names. Facts: reliability 5a, X1 to X3.
 */
async function run(kind: Record<'kills' | 'silences' | 'zombies', number>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'topo-kills-')));
  const postgres = await startPostgres({ dataDir: folder, port: await freePort(), fsync: false });
  await migrate(postgres.ownerUrl);
  const db = openCrashDb(postgres.ownerUrl);
  const scene = await openScene({ db, url: postgres.ownerUrl, folder });
  const stop = onceAlsoOnSignal(async () => {
    await scene.stop();
    await db.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const began = Date.now();
  const head = ['point', ...columns.map(([title]) => title)];
  const table = new Table({ head, style: { head: [], border: [] } });
  try {
    for (const [what, strikes, runs] of [
      ['killed', kills, kind.kills],
      ['the server', silences, kind.silences],
      ['stopped', zombies, kind.zombies],
    ] as const) {
      for (const strike of strikes) {
        const name = `${what} ${strike.name}`;
        const wrong: string[] = [];
        try {
          const tally = await tallyOf(scene, strike, turnsOf(runs));
          wrong.push(...explain(strike, tally));
          table.push([name, ...columns.map(([, key]) => tally[key])]);
        } catch (error) {
          wrong.push(error instanceof Error ? error.message : String(error));
        }
        if (wrong.length > 0) process.exitCode = 1;
        console.log(`${name}: ${wrong.length === 0 ? 'right' : `WRONG, ${wrong.join(', ')}`}`);
      }
    }
  } finally {
    console.log(`${table.toString()}\n${Math.round((Date.now() - began) / 1000)} s`);
    await stop();
  }
}

/** Each figure that is not the right one. */
function explain(strike: Strike, tally: Tally): string[] {
  const right = rightTally(strike, turnsOf(tally.runs));
  return columns
    .filter(([, key]) => tally[key] !== right[key])
    .map(([title, key]) => `${title}: ${tally[key]}, must be ${right[key]}`);
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '125' },
    silences: { type: 'string', default: '100' },
    zombies: { type: 'string', default: '50' },
  },
});
await runAsProgram(import.meta.url, () =>
  run({ kills: Number(values.kills), silences: Number(values.silences), zombies: Number(values.zombies) }),
);
