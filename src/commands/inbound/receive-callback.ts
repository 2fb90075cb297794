import { type CallbackRef, findToldAccount, keepCallback } from '../../db/callbacks.ts';
import { appNow } from '../../db/clock.ts';
import { fitsIndex } from '../../db/inbound.ts';
import type { LinkedInEvent } from '../../domain/accounts/linkedin.ts';
import type { AccountId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { CommandDeps } from '../deps.ts';

/** Which account's door was used, and what was told there. */
export interface ReceivedCallback {
  accountId: AccountId;
  events: readonly LinkedInEvent[];
}

/**
 * Keeps what a provider tells of an account, each event once however often it is told; it is handled after the answer.
 * Returns what is new. What the account itself wrote tells us nothing. Refuses what is told of another account.
 */
export async function receiveCallback(
  { db }: Pick<CommandDeps, 'db'>,
  { accountId, events }: ReceivedCallback,
): Promise<CallbackRef[]> {
  const account = await db.asSystem((tx) => findToldAccount(tx, accountId));
  if (!account) throw new Refusal('not_found', { noun: 'LinkedIn account', id: accountId });
  const { workspaceId, externalId } = account;
  for (const { account, key } of events) {
    if (account !== externalId) throw new Refusal('rule_refused', 'the event is of another account than this address');
    if (!fitsIndex(key)) throw new Refusal('invalid', "the event's id is longer than 500 bytes");
  }
  return db.inWorkspace(workspaceId, async (tx) => {
    const now = await appNow(tx);
    const kept: CallbackRef[] = [];
    for (const event of events) {
      if (event.kind === 'message' && event.isOurs) continue;
      const callback = await keepCallback(tx, { workspaceId, accountId, event: storable(event) }, now);
      if (callback) kept.push(callback);
    }
    return kept;
  });
}

/** Postgres stores no NUL, and half a surrogate pair is no character. */
const storable = (event: LinkedInEvent): LinkedInEvent =>
  event.kind === 'message' ? { ...event, text: event.text.replaceAll('\0', '').replace(/\p{Cs}/gu, '\ufffd') } : event;
