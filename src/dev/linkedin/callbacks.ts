import { setTimeout as pause } from 'node:timers/promises';
import { CALLBACK_HEADER } from '../../adapters/linkedin-callbacks.ts';
import { memberIdOf, nameOf, providerIdOf } from './people.ts';
import type { Happening, Invitation } from './state.ts';

export interface Callback {
  accountId: string;
  body: object;
}

/** What Unipile v1 tells of a happening; null for what it does not tell. */
export function callbackOf(happening: Happening, invitation: (id: string) => Invitation | undefined): Callback | null {
  switch (happening.kind) {
    case 'accepted': {
      const accepted = invitation(happening.id);
      return accepted ? { accountId: accepted.accountId, body: newRelation(accepted) } : null;
    }
    case 'said':
    case 'replied':
      return { accountId: happening.accountId, body: messageReceived(happening) };
    case 'loggedOut':
    case 'loggedIn':
      return {
        accountId: happening.accountId,
        body: {
          AccountStatus: {
            account_id: happening.accountId,
            account_type: 'LINKEDIN',
            message: happening.kind === 'loggedIn' ? 'RECONNECTED' : 'CREDENTIALS',
          },
        },
      };
    default:
      return null;
  }
}

const newRelation = ({ id, accountId, profile }: Invitation) => ({
  event: 'new_relation',
  account_id: accountId,
  account_type: 'LINKEDIN',
  webhook_name: 'simulator',
  user_full_name: nameOf(profile),
  user_provider_id: providerIdOf(profile),
  user_public_identifier: profile,
  user_profile_url: `https://www.linkedin.com/in/${encodeURIComponent(profile)}/`,
  // Another address every time, as the provider's are signed.
  user_picture_url: `https://pictures.example/${encodeURIComponent(profile)}?t=${id}`,
});

/** A person is named by the provider's own id here, also in the address of their profile. */
const attendee = (providerId: string, name: string) => ({
  attendee_id: providerId,
  attendee_name: name,
  attendee_provider_id: providerId,
  attendee_profile_url: `https://www.linkedin.com/in/${providerId}/`,
  attendee_public_identifier: null,
});

/** The account's own messages are told too. */
function messageReceived(message: Extract<Happening, { kind: 'said' | 'replied' }>) {
  const { kind, id, accountId, profile, text, at } = message;
  const own = attendee(memberIdOf(accountId), 'You');
  const person = attendee(providerIdOf(profile), nameOf(profile));
  const isOurs = kind === 'said';
  return {
    event: 'message_received',
    account_id: accountId,
    account_type: 'LINKEDIN',
    account_info: { type: 'LINKEDIN', feature: 'classic', user_id: memberIdOf(accountId) },
    webhook_name: 'simulator',
    chat_id: `chat_${profile}`,
    message_id: id,
    message: text,
    is_sender: isOurs,
    timestamp: new Date(at).toISOString(),
    sender: isOurs ? own : person,
    attendees: [isOurs ? person : own],
    attachments: [],
  };
}

/** Where an account's callbacks go, and what they are known by. */
export interface CallbackTarget {
  url: string;
  secret: string;
}

/** A minute together: the API may be starting. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const ANSWERED_WITHIN_MS = 30_000;

/**
 * Posts callbacks, each until it is answered with 200, as the provider does; what nobody takes within a minute is
 * dropped, and left for polling to find.
 */
export function createCallbackPost({
  waitsMs = WAITS_MS,
  log = () => undefined,
}: {
  waitsMs?: readonly number[] | undefined;
  log?: ((line: string) => void) | undefined;
}) {
  let targetOf: (accountId: string) => Promise<CallbackTarget | null> = async () => null;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();

  /** Null when there is nothing more to do, else why not. */
  const attempt = async ({ accountId, body }: Callback): Promise<string | null> => {
    try {
      const target = await targetOf(accountId);
      if (target === null) return null;
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', [CALLBACK_HEADER]: target.secret },
        body: JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWERED_WITHIN_MS)]),
      });
      await response.body?.cancel();
      return response.status === 200 ? null : `it was answered with ${response.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : 'it failed';
    }
  };
  const deliver = async (callback: Callback): Promise<void> => {
    let problem = await attempt(callback);
    for (const waitMs of waitsMs) {
      if (problem === null || stopping.signal.aborted) return;
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) problem = await attempt(callback);
    }
    if (problem !== null) log(`A LinkedIn callback of ${callback.accountId} was not taken: ${problem}.`);
  };

  return {
    sendTo: (find: typeof targetOf) => {
      targetOf = find;
    },
    post: (callback: Callback) => {
      const delivery: Promise<void> = deliver(callback).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    /** Until everything is delivered or given up. */
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}
