import { createKeyVault } from '../../src/adapters/key-vault.ts';
import { createLinkedInCallbacks } from '../../src/adapters/linkedin-callbacks.ts';
import { offlineWriter } from '../../src/adapters/offline-writer.ts';
import { createUnsubscribeLinks } from '../../src/adapters/unsubscribe-links.ts';
import { createApp } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { App, Limits } from '../../src/api/door.ts';
import type { Announcement } from '../../src/commands/deps.ts';
import type { CallbackRef } from '../../src/db/callbacks.ts';
import { type Db, type DbOptions, openDb } from '../../src/db/pool.ts';
import { PATIENCE_MS } from './patience.ts';
import { plainCsvReader } from './plain-csv-reader.ts';
import { type FreshDatabase, freshDatabase } from './postgres.ts';
import { createTestWorld } from './world.ts';

export const unsubscribeLinks = createUnsubscribeLinks({ publicUrl: 'https://topo.example', key: Buffer.alloc(32, 7) });

/** What the tests' provider is known by. */
export const CALLBACK_SECRET = 'a secret of the tests';
export const linkedInCallbacks = createLinkedInCallbacks({ secret: CALLBACK_SECRET });

/** A pool as the API's, but as patient as a slow machine needs. */
export const openApiDb = (url: string, over: Partial<DbOptions> = {}): Db =>
  openDb({
    url,
    size: 10,
    statementTimeoutMs: PATIENCE_MS,
    lockTimeoutMs: PATIENCE_MS,
    acquireTimeoutMs: PATIENCE_MS,
    idleTimeoutMs: PATIENCE_MS,
    onIdleError: () => undefined,
    ...over,
  });

interface LogLine {
  level: 'info' | 'warn' | 'error';
  fields: object;
  line: string;
}

export interface TestApi {
  app: App;
  database: FreshDatabase;
  /** Past the API, for what the test stands on. */
  db: Db;
  /** The API's own pool. */
  ofApi: Db;
  announced: Announcement[];
  /** Callbacks that the API would have handled after its answers. */
  kept: CallbackRef[];
  lines: LogLine[];
  /** How many transactions the API began so far: nothing can be asked outside of one. */
  transactions(): number;
  close(): Promise<void>;
}

export interface ApiOptions {
  deps?: Partial<ApiDeps>;
  limits?: Limits;
  pool?: Partial<DbOptions>;
  /** Stands between the API and its pool. */
  wrap?: (db: Db) => Db;
}

/** The API on a database of its own, to inject into. */
export async function startApi({ deps = {}, limits, pool, wrap = (db) => db }: ApiOptions = {}): Promise<TestApi> {
  const database = await freshDatabase();
  const db = openApiDb(database.url);
  const ofApi = openApiDb(database.url, pool);
  let begun = 0;
  const counted: Db = {
    inWorkspace(workspaceId, work) {
      begun++;
      return ofApi.inWorkspace(workspaceId, work);
    },
    asSystem(work) {
      begun++;
      return ofApi.asSystem(work);
    },
    close: () => ofApi.close(),
  };
  const lines: LogLine[] = [];
  const announced: Announcement[] = [];
  const kept: CallbackRef[] = [];
  const log = (level: LogLine['level']) => (fields: object, line: string) => void lines.push({ level, fields, line });
  const world = createTestWorld();
  const app = await createApp(
    {
      db: wrap(counted),
      announce: (announcement) => void announced.push(announcement),
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      site: { webRoot: null, publicUrl: null, temporalUi: null },
      unsubscribeLinks,
      isTemporalReady: async () => true,
      virtualTime: null,
      dev: null,
      mailer: world.mailer,
      csvReader: plainCsvReader,
      writer: offlineWriter,
      mailboxes: world.mailboxes,
      linkedIn: world.linkedIn,
      linkedInCallbacks,
      handleCallback: (callback) => void kept.push(callback),
      vault: createKeyVault([{ id: 'test', key: Buffer.alloc(32, 5) }]),
      allowPrivateHosts: true,
      ...deps,
    },
    limits,
  );
  return {
    app,
    database,
    db,
    ofApi,
    announced,
    kept,
    lines,
    transactions: () => begun,
    async close() {
      await app.close();
      await ofApi.close();
      await db.close();
      await database.drop();
    },
  };
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Every route and its methods. Fastify prints them as a tree; this reads it back. */
export function listRoutes(app: App): Map<string, Method[]> {
  const tree = app.printRoutes({ commonPrefix: false, includeMeta: false });
  const found = new Map<string, Method[]>();
  const path: string[] = [];
  for (const line of tree.split('\n')) {
    const [, indent = '', segment = '', methods] = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (segment === '') continue;
    path.splice(indent.length / 4 - 1, Number.POSITIVE_INFINITY, segment);
    if (methods) found.set(path.join(''), methods.split(', ').filter(isMethod));
  }
  return found;
}

const isMethod = (text: string): text is Method => ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(text);
