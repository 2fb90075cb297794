import { serveLocally } from '../local-server.ts';
import { answerApi } from './api.ts';
import { type CallbackTarget, callbackOf, createCallbackPost } from './callbacks.ts';
import { exists } from './people.ts';
import { linkedInRoutes } from './routes.ts';
import { type Happening, type LinkedInState, openMemory } from './state.ts';

export interface LinkedInSimulator {
  /** A browser is sent on from there to the page; the provider's API is below it, at /api/v1. */
  url: string;
  /** A copy. */
  state(): LinkedInState;
  /** Answers the pending invitation of `accountId` to `profile`; false when there is none. */
  accept(accountId: string, profile: string): boolean;
  decline(accountId: string, profile: string): boolean;
  /** A message of somebody who is connected; false when they are not. */
  reply(accountId: string, profile: string, text: string): boolean;
  /** Every call of the account is too much from now on, until it is lifted. */
  limit(accountId: string, retryAfterSeconds: number | null): void;
  liftLimit(accountId: string): void;
  disconnect(accountId: string): void;
  reconnect(accountId: string): void;
  /** Where callbacks go from now on, asked for every one; null: nowhere. */
  callBackTo(find: (accountId: string) => Promise<CallbackTarget | null>): void;
  /** Until every callback is delivered or given up. */
  calledBack(): Promise<void>;
  stop(): Promise<void>;
}

interface Options {
  port: number;
  dir: string;
  apiKey: string;
  /** Where the page is; null or unset: it does not run beside it. */
  page?: string | null;
  log?: ((line: string) => void) | undefined;
  /** How long a callback that was not taken waits before each further attempt. */
  callbackWaitsMs?: readonly number[];
}

/**
 * LinkedIn for a fresh clone: what `adapters/http-linkedin.ts` speaks to, callbacks as its provider sends them, and what
 * the product's page needs for a person to answer for the people invited. Every public id is somebody, except `missing-…`; accounts
 * named `disconnected-…` have lost their login, and those named `missing-…` are not there.
 */
export async function startLinkedInSimulator({
  port,
  dir,
  apiKey,
  page = null,
  log,
  callbackWaitsMs,
}: Options): Promise<LinkedInSimulator> {
  const callbacks = createCallbackPost({ waitsMs: callbackWaitsMs, log });
  const heard = (happening: Happening) => {
    const callback = callbackOf(happening, memory.invitation);
    if (callback) callbacks.post(callback);
  };
  const memory = openMemory(dir, heard);
  const routes = linkedInRoutes(memory, page);
  const server = await serveLocally({
    port,
    variable: 'LINKEDIN_SIMULATOR_PORT',
    answer: (asked) => (asked.url.pathname.startsWith('/api/v1/') ? answerApi(memory, apiKey, asked) : routes(asked)),
    log,
  });

  const latest = (accountId: string, profile: string) =>
    exists(profile) ? memory.latest(accountId, profile.toLowerCase()) : undefined;
  return {
    url: `http://127.0.0.1:${server.port}/`,
    state: memory.state,
    accept: (accountId, profile) => memory.settle(latest(accountId, profile), 'accepted'),
    decline: (accountId, profile) => memory.settle(latest(accountId, profile), 'declined'),
    reply: (accountId, profile, text) => memory.reply(accountId, profile.toLowerCase(), text),
    limit: memory.limit,
    liftLimit: memory.liftLimit,
    disconnect: memory.logOut,
    reconnect: memory.logIn,
    callBackTo: callbacks.sendTo,
    calledBack: callbacks.settled,
    stop: async () => {
      await callbacks.stop();
      await server.stop();
    },
  };
}
