import { pino } from 'pino';
import { createTemporalClient } from './adapters/temporal-client.ts';
import { createTemporalWalks } from './adapters/temporal-walks.ts';
import { createUnsubscribeLinks } from './adapters/unsubscribe-links.ts';
import { BadEnvironment, type Config, readTemporalSettings } from './config.ts';
import { clockOffset } from './db/clock.ts';
import { type Db, openDb } from './db/pool.ts';

/** What the worker and the API have in common: log, database, Temporal, links. */
export interface Runtime {
  log: pino.Logger;
  db: Db;
  temporal: ReturnType<typeof readTemporalSettings>;
  client: ReturnType<typeof createTemporalClient>;
  walks: ReturnType<typeof createTemporalWalks>;
  unsubscribeLinks: ReturnType<typeof createUnsubscribeLinks>;
}

/** Opens the shared parts. Throws `BadEnvironment` for what a process of its own needs and was not given. */
export function openRuntime(config: Config, name: string, statementTimeoutMs: number): Runtime {
  const { DATABASE_URL, SECRET_KEY } = config;
  const missing = Object.entries({ DATABASE_URL, SECRET_KEY }).filter(([, value]) => value === undefined);
  if (!DATABASE_URL || !SECRET_KEY)
    throw new BadEnvironment(
      `${name} needs ${missing.map(([variable]) => variable).join(' and ')}; \`npm start\` brings its own`,
    );
  const log = pino({ name, level: config.LOG_LEVEL });
  const temporal = readTemporalSettings();
  const client = createTemporalClient(temporal);
  return {
    log,
    temporal,
    client,
    db: openDb({
      url: DATABASE_URL,
      size: config.DATABASE_POOL_SIZE,
      statementTimeoutMs,
      lockTimeoutMs: 5_000,
      acquireTimeoutMs: 2_000,
      onIdleError: ({ message }) => log.warn({ message }, 'an idle database connection was lost'),
    }),
    walks: createTemporalWalks(client, config.TEMPORAL_TASK_QUEUE),
    unsubscribeLinks: createUnsubscribeLinks({
      publicUrl: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
      key: Buffer.from(SECRET_KEY, 'hex'),
    }),
  };
}

/** Virtual time belongs to the embedded runtime: anywhere else a moved clock means the wrong database. Design 4. */
export async function refuseVirtualTime(config: Config, db: Db): Promise<void> {
  const offset = await db.asSystem(clockOffset);
  if (offset > 0 && config.TOPO_RUNTIME !== 'embedded')
    throw new BadEnvironment(
      `the database's clock is ${offset} ms ahead: virtual time is for the embedded runtime only`,
    );
}
