import { Histogram, register } from 'prom-client';
import { type InstallationState, readInstallation } from '../db/installation.ts';
import { newestMigration } from '../db/migrate.ts';
import type { Problem } from '../domain/problem.ts';
import type { ApiDeps } from './deps.ts';
import type { App } from './door.ts';
import { HttpProblem } from './problems.ts';

/** How old the last run of the reconciler may be; also how long a process just started waits for the first. */
const RECONCILED_WITHIN_MS = 5 * 60_000;

const config = { public: true } as const;

const seconds = new Histogram({
  name: 'topo_http_request_seconds',
  help: 'From the first byte of a request to the last of its answer.',
  labelNames: ['method', 'route', 'status'],
});

/** What this process is: since when, and for which schema. Epoch ms both. */
interface Build {
  startedAt: number;
  migration: number;
}

/** For whoever runs the service: `/healthz` the process lives, `/readyz` it can work, `/metrics` for Prometheus. */
export function operationRoutes(app: App, deps: ApiDeps): void {
  const build: Build = { startedAt: Date.now(), migration: newestMigration() };

  app.get('/healthz', { config }, async () => ({ status: 'ok' }));

  app.get('/readyz', { config }, async () => {
    const failed = await findFailedParts(deps, build);
    if (failed.length === 0) return { status: 'ready' };
    const names = failed.map(({ path }) => path).join(', ');
    throw new HttpProblem('unavailable', `not ready: ${names}`, { errors: failed, headers: { 'retry-after': '5' } });
  });

  app.get('/metrics', { config }, async (_request, reply) => {
    reply.type(register.contentType);
    return register.metrics();
  });

  app.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    seconds.observe({ method, route: routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
}

async function findFailedParts({ db, isTemporalReady }: ApiDeps, build: Build): Promise<Problem[]> {
  const [state, temporal] = await Promise.all([
    db.asSystem(readInstallation).catch(() => null),
    isTemporalReady().catch(() => false),
  ]);
  return [
    ...(state ? staleParts(state, build) : [{ path: ['postgres'], what: 'does not answer' }]),
    ...(temporal ? [] : [{ path: ['temporal'], what: 'does not answer' }]),
  ];
}

/** A database ahead of this build is fine: the build runs on until it is replaced. */
function staleParts({ migration, reconciledAt }: InstallationState, build: Build): Problem[] {
  const problems: Problem[] = [];
  if (migration < build.migration)
    problems.push({ path: ['migrations'], what: 'the database is older than this build' });
  if (Math.max(reconciledAt ?? 0, build.startedAt) < Date.now() - RECONCILED_WITHIN_MS)
    problems.push({ path: ['reconciler'], what: 'has not run for 5 minutes: is a worker up?' });
  return problems;
}
