import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Db } from '../../src/db/pool.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { openCrashDb } from './attempt.ts';
import { openScene, type Scene } from './scene.ts';
import { kills, silences, zombies } from './strikes.ts';
import { rightTally, tallyOf } from './tally.ts';

/** Each strike falls once here, on a server of either kind by turns; `npm run prove -- kills` strikes more often. */
const once = (turn: number) => [turn];

let database: FreshDatabase;
let db: Db;
let scene: Scene;

beforeAll(async () => {
  database = await freshDatabase();
  db = openCrashDb(database.url);
  scene = await openScene({ db, url: database.url, folder: inject('scratchFolder') });
});

afterAll(async () => {
  await scene.stop();
  await db.close();
  await database.drop();
});

for (const [turn, kill] of kills.entries())
  test(`a worker killed ${kill.name} neither doubles nor loses its message, and doubts it only where it must`, async () => {
    expect(await tallyOf(scene, kill, once(turn))).toEqual(rightTally(kill, once(turn)));
  });

for (const [turn, silence] of silences.entries())
  test(`a server that ${silence.name} is asked for its Sent folder, and sent nothing blindly again`, async () => {
    expect(await tallyOf(scene, silence, once(turn))).toEqual(rightTally(silence, once(turn)));
  });

for (const [turn, zombie] of zombies.entries())
  test(`a worker stopped ${zombie.name}, begins no body and unsettles nothing`, async () => {
    expect(await tallyOf(scene, zombie, once(turn))).toEqual(rightTally(zombie, once(turn)));
  });
