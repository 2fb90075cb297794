import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { clockAhead } from '../../db/clock.ts';
import { listEvents, newestOrdinal } from '../../db/event-reads.ts';
import type { Db } from '../../db/pool.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import type { ApiDeps } from '../deps.ts';
import type { App } from '../door.ts';
import { HttpProblem } from '../problems.ts';
import { type ChangeHeard, changeHeard } from '../shapes/stream.ts';

const LOOK_EVERY_MS = 1_000;
const HEARTBEAT_EVERY_MS = 15_000;
/** How often a listener's session is looked at; a signed-out page hears nothing after it. */
const PROVE_EVERY_MS = 5_000;
const MOST_LISTENERS = 500;
const MOST_AT_ONCE = 1_000;
/** Virtual time goes forward by more than this. */
const CLOCK_MOVED_MS = 1_000;

interface Listener {
  response: ServerResponse;
  /** Throws when the session is over. */
  prove(): Promise<unknown>;
  provedAt: number;
  heardAt: number;
}

/**
 * `GET /app/api/stream`: what changes in the workspace, as server-sent events: kind and ids, no content. One poller per
 * workspace and process looks while somebody listens. The page reads again what they concern.
 */
export function streamRoutes(app: App, { db, log }: ApiDeps): void {
  const feeds = new Map<WorkspaceId, Feed>();
  const count = () => [...feeds.values()].reduce((sum, { listeners }) => sum + listeners.size, 0);
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true; // who was still being let in would be hung up on by nobody, and hold the close for good
    for (const feed of feeds.values()) feed.end();
  });

  app.get('/app/api/stream', { config: { scope: 'sequences:read' } }, async (request, reply) => {
    if (isClosing) throw new HttpProblem('unavailable', 'the API is closing', { headers: { 'retry-after': '1' } });
    if (count() >= MOST_LISTENERS)
      throw new HttpProblem('unavailable', `more than ${MOST_LISTENERS} pages listen already`, {
        headers: { 'retry-after': '30' },
      });
    const { workspaceId } = request.caller;
    const feed = feeds.get(workspaceId) ?? createFeed(db, workspaceId, () => feeds.delete(workspaceId));
    feeds.set(workspaceId, feed);
    reply.hijack();
    feed.add(open(request, reply.raw, reply.getHeaders()));
    log.info({ request_id: request.id, listeners: count() }, 'a page listens');
  });
}

function open(request: FastifyRequest, response: ServerResponse, headers: object): Listener {
  const now = Date.now();
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  return { response, prove: () => request.prove(), provedAt: now, heardAt: now };
}

type Feed = ReturnType<typeof createFeed>;

function createFeed(db: Db, workspaceId: WorkspaceId, onEmpty: () => void) {
  const listeners = new Set<Listener>();
  const look = createLook(db, workspaceId);
  let timer: NodeJS.Timeout | undefined;

  const drop = (listener: Listener) => {
    listeners.delete(listener);
    listener.response.end();
    if (listeners.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
    onEmpty();
  };
  const turn = async () => {
    // A database that is away for a moment is told to nobody: the next look finds what was written meanwhile.
    const lines = await look().catch(() => []);
    const now = Date.now();
    for (const listener of [...listeners]) {
      if (now - listener.provedAt >= PROVE_EVERY_MS) {
        listener.provedAt = now;
        listener.prove().catch(() => drop(listener));
      }
      if (lines.length === 0 && now - listener.heardAt < HEARTBEAT_EVERY_MS) continue;
      listener.heardAt = now;
      listener.response.write(lines.length === 0 ? ': still here\n\n' : lines.join(''));
    }
    if (listeners.size > 0) timer = setTimeout(turn, LOOK_EVERY_MS);
  };

  return {
    listeners,
    add(listener: Listener) {
      listeners.add(listener);
      listener.response.on('close', () => drop(listener));
      timer ??= setTimeout(turn, 0);
    },
    end() {
      for (const listener of [...listeners]) drop(listener);
    },
  };
}

/** Ordinals are given out before the commit, so what was seen this recently is read again. */
const LOOK_BACK_MS = 10_000;

/** What to say since the last look: new events, and a clock that was moved. The first look only notes where the feed stands. */
function createLook(db: Db, workspaceId: WorkspaceId): () => Promise<string[]> {
  const seen = new Map<number, number>();
  let floor: number | null = null;
  let ahead: number | null = null;

  return async () => {
    const since = floor;
    const { found, newest, aheadNow } = await db.inWorkspace(workspaceId, async (tx) => ({
      found: since === null ? [] : await listEvents(tx, { sinceOrdinal: since }, MOST_AT_ONCE),
      newest: since === null ? await newestOrdinal(tx) : null,
      aheadNow: await clockAhead(tx),
    }));
    const now = Date.now();
    if (newest !== null) floor = newest;
    const fresh = found.filter(({ ordinal }) => !seen.has(ordinal));
    for (const { ordinal } of fresh) seen.set(ordinal, now);
    for (const [ordinal, at] of seen) {
      if (now - at < LOOK_BACK_MS) break;
      seen.delete(ordinal);
      floor = Math.max(floor ?? 0, ordinal);
    }
    const moved = ahead !== null && aheadNow - ahead > CLOCK_MOVED_MS;
    ahead = aheadNow;
    return [
      ...(moved ? [say({ kind: 'clock_moved', ids: {} })] : []),
      ...fresh.map((event) => say(changeHeard(event))),
    ];
  };
}

const say = (heard: ChangeHeard): string => `data: ${JSON.stringify(heard)}\n\n`;
