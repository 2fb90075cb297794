import { z } from 'zod';
import { BadCallback, type LinkedInCallbacks } from '../adapters/linkedin.ts';
import { receiveCallback } from '../commands/inbound/receive-callback.ts';
import type { LinkedInEvent } from '../domain/accounts/linkedin.ts';
import { type AccountId, idOf, isId } from '../domain/ids.ts';
import { createBudget } from './budget.ts';
import type { ApiDeps } from './deps.ts';
import type { App, Limits } from './door.ts';
import { addJsonParser } from './json-body.ts';
import { HttpProblem } from './problems.ts';

const schema = {
  params: z.object({ account: z.string() }),
  body: z.unknown(),
  response: { 200: z.object({ kept: z.int() }) },
};

/**
 * Where a LinkedIn provider tells what happened. It is answered as soon as what it tells is kept, and told again it is
 * kept once; a stranger learns nothing, not even which accounts there are. Design 8, "Callbacks".
 */
export function linkedInHookRoutes(app: App, deps: ApiDeps, { badTokens }: Limits): void {
  const { linkedInCallbacks: provider } = deps;
  const badSecrets = createBudget(badTokens);

  app.register(async (hooks: App) => {
    // The provider names no content type unless it is told to; what it sends is JSON all the same.
    hooks.removeAllContentTypeParsers();
    addJsonParser(hooks, '*', { mayBeBlank: false });
    hooks.post(
      '/hooks/linkedin/:account',
      {
        config: { public: true },
        schema,
        onRequest: async ({ headers, ip }) => {
          if (!provider) throw nothingHere();
          if (!provider.isAuthentic(headers)) throw refusedSecret(badTokens, badSecrets(ip));
        },
      },
      async ({ params: { account }, body }) => {
        if (!provider || !isId(account)) throw nothingHere();
        const events = eventsOf(provider, body);
        const kept = await receiveCallback(deps, { accountId: idOf<AccountId>(account), events });
        for (const callback of kept) deps.handleCallback(callback);
        return { kept: kept.length };
      },
    );
  });
}

const nothingHere = () => new HttpProblem('not_found', 'nothing is at this address');

/** `wait`: whole seconds until another one is looked at; null: at once. */
const refusedSecret = (most: number, wait: number | null) =>
  wait === null
    ? new HttpProblem('unauthenticated', "the provider's secret is missing or wrong")
    : new HttpProblem('too_many_requests', `more than ${most} wrong secrets from this address within a minute`, {
        headers: { 'retry-after': String(wait) },
      });

function eventsOf(provider: LinkedInCallbacks, body: unknown): readonly LinkedInEvent[] {
  try {
    return provider.parse(body);
  } catch (error) {
    if (error instanceof BadCallback) throw new HttpProblem('invalid_request', error.message);
    throw error;
  }
}
