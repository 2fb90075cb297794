import { answerApi, exists, providerIdOf } from './linkedin-api.ts';
import { linkedInPages } from './linkedin-pages.ts';
import { type Invitation, type LinkedInState, openMemory } from './linkedin-state.ts';
import { servePages } from './page.ts';

export interface Acceptance {
  accountId: string;
  /** The public id: the last part of a profile's URL. */
  profile: string;
  providerId: string;
}

export interface LinkedInSimulator {
  /** Of the page; the API is below it, at /api/v1. */
  url: string;
  /** A copy. */
  state(): LinkedInState;
  /** Answers the pending invitation of `accountId` to `profile`; false when there is none. */
  accept(accountId: string, profile: string): boolean;
  decline(accountId: string, profile: string): boolean;
  /** Called after every acceptance, by page or method; returns how to stop that. */
  onAccepted(callback: (acceptance: Acceptance) => void): () => void;
  stop(): Promise<void>;
}

/**
 * LinkedIn for a fresh clone: what `adapters/http-linkedin.ts` speaks to, and a page on which a person answers for the
 * people invited. Every public id is somebody, except `missing-…`; accounts named `disconnected-…` have lost their login.
 */
export async function startLinkedInSimulator({
  port,
  dir,
  apiKey,
  log,
}: {
  port: number;
  dir: string;
  apiKey: string;
  log?: ((line: string) => void) | undefined;
}): Promise<LinkedInSimulator> {
  const memory = openMemory(dir);
  const callbacks = new Set<(acceptance: Acceptance) => void>();

  const settle = (invitation: Invitation | undefined, kind: 'accepted' | 'declined'): boolean => {
    if (!memory.settle(invitation, kind) || !invitation) return false;
    const { accountId, profile } = invitation;
    if (kind === 'accepted')
      for (const callback of callbacks) callback({ accountId, profile, providerId: providerIdOf(profile) });
    server.changed();
    return true;
  };
  const pages = linkedInPages(memory, settle);
  const server = await servePages({
    port,
    variable: 'LINKEDIN_SIMULATOR_PORT',
    answer: async (asked) => {
      if (!asked.url.pathname.startsWith('/api/v1/')) return pages(asked);
      const answer = await answerApi(memory, apiKey, asked);
      if (asked.method === 'POST') server.changed();
      return answer;
    },
    log,
  });

  const latest = (accountId: string, profile: string) =>
    exists(profile) ? memory.latest(accountId, profile.toLowerCase()) : undefined;
  return {
    url: `http://127.0.0.1:${server.port}/`,
    state: memory.state,
    accept: (accountId, profile) => settle(latest(accountId, profile), 'accepted'),
    decline: (accountId, profile) => settle(latest(accountId, profile), 'declined'),
    onAccepted: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    stop: server.stop,
  };
}
