import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { WorkspaceId } from '../domain/ids.ts';
import { sqlStateOf } from './errors.ts';

/** A transaction that already has its role and, in a workspace, its workspace. Queries take one; nothing else can query. */
export type Tx = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

/**
 * The only way to the tables. Every transaction works under row-level security: `inWorkspace` sees one workspace,
 * `asSystem` (the reconciler, the conductor, the look-up of a token) all of them. A deadlock or a serialisation failure
 * repeats the whole transaction, so `work` may run more than once and must not reach outside. Design 3, 9.
 */
export interface Db {
  inWorkspace<T>(workspaceId: WorkspaceId, work: (tx: Tx) => Promise<T>): Promise<T>;
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DbOptions {
  url: string;
  /** Connections at most. */
  size: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  /** How long a caller waits for a free connection. */
  acquireTimeoutMs: number;
  /** How long a transaction may ask nothing; 10 s unless told otherwise. */
  idleTimeoutMs?: number;
  /** A connection lost while idle; without a listener pg ends the process. */
  onIdleError(error: Error): void;
}

const REPEATED = ['40P01', '40001'];
const MOST_REPEATS = 5;

export function openDb({
  url,
  size,
  statementTimeoutMs,
  lockTimeoutMs,
  acquireTimeoutMs,
  idleTimeoutMs = 10_000,
  onIdleError,
}: DbOptions): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleTimeoutMs,
    connectionTimeoutMillis: acquireTimeoutMs,
  });
  pool.on('error', onIdleError);
  // Lost while taken, a connection tells its holder with the next query, and this event too; unheard, it ends the process.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db = drizzle(pool);

  const transaction = async <T>(role: string, workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await db.transaction(async (tx) => {
          await tx.execute(
            sql`select set_config('role', ${role}, true), set_config('app.workspace', ${workspaceId}, true)`,
          );
          return await work(tx);
        });
      } catch (error) {
        if (attempt >= MOST_REPEATS || !REPEATED.includes(sqlStateOf(error) ?? '')) throw error;
        await pause(2 ** attempt * 10 * (1 + Math.random()));
      }
    }
  };

  return {
    inWorkspace: (workspaceId, work) => transaction('topo_app', workspaceId, work),
    asSystem: (work) => transaction('topo_system', '', work),
    close: () => pool.end(),
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
