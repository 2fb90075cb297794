import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Db } from '../../src/db/pool.ts';
import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';
import { openCrashDb } from './attempt.ts';
import { openScene, type Scene } from './scene.ts';
import { kills, silences, zombies } from './strikes.ts';
import { rightTally, tallyOf } from './tally.ts';

/** How often each strike falls here, on servers of both kinds by turns; `npm run kills` strikes more often. */
const KILLS = 5;
const SILENCES = 2;
const ZOMBIES = 2;

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

for (const kill of kills)
  test(`a worker killed ${kill.name} neither doubles nor loses its message, and doubts it only where it must`, async () => {
    expect(await tallyOf(scene, kill, KILLS)).toEqual(rightTally(kill, KILLS));
  });

for (const silence of silences)
  test(`a server that ${silence.name} is asked for its Sent folder, and sent nothing blindly again`, async () => {
    expect(await tallyOf(scene, silence, SILENCES)).toEqual(rightTally(silence, SILENCES));
  });

for (const zombie of zombies)
  test(`a worker stopped ${zombie.name}, begins no body and unsettles nothing`, async () => {
    expect(await tallyOf(scene, zombie, ZOMBIES)).toEqual(rightTally(zombie, ZOMBIES));
  });
