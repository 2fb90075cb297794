import pg from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from './postgres.ts';

test('fresh databases are migrated, made side by side, apart from one another, and dropped under open sessions', async () => {
  const databases = await Promise.all([freshDatabase(), freshDatabase(), freshDatabase()]);
  const sessions = databases.map(({ url }) => new pg.Client({ connectionString: url }));
  for (const session of sessions) {
    session.on('error', () => undefined); // dropping the database ends it
    await session.connect();
    await session.query('create table only_here (it int)');
    const { rows } = await session.query("select to_regclass('public.sequences') is not null as migrated");
    expect(rows).toEqual([{ migrated: true }]);
  }
  for (const { drop } of databases) await drop();
  await expect(sessions[0]?.query('select 1')).rejects.toThrow();
});
