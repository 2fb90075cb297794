import type { LinkedIn } from '../../adapters/linkedin.ts';
import type { ReplyReader } from '../../adapters/reply-reader.ts';
import { type CallbackRef, type CallbackRow, findCallback, markHandled } from '../../db/callbacks.ts';
import { appNow } from '../../db/clock.ts';
import { contactKnownBy } from '../../db/contact-points.ts';
import { failureOf } from '../../db/errors.ts';
import type { Tx } from '../../db/pool.ts';
import { isProvidersId, type LinkedInEvent } from '../../domain/accounts/linkedin.ts';
import { linkedInPoint } from '../../domain/contact-point.ts';
import type { Log } from '../../domain/log.ts';
import { noteLogin } from '../accounts/note-login.ts';
import { wakeHeld } from '../accounts/wake-held.ts';
import { type Afterwards, afterwards } from '../afterwards.ts';
import type { Caller, CommandDeps } from '../deps.ts';
import { learnNames } from './learn-names.ts';
import { receiveMessage } from './receive-message.ts';
import { recordConnectionAccepted } from './record-connection-accepted.ts';

export interface CallbackDeps extends CommandDeps {
  replyReader: ReplyReader;
  linkedIn: Pick<LinkedIn, 'accountStatus' | 'publicId'>;
}

const AT_ONCE = 4;

/** Handles callbacks once they were answered, some at a time; what fails, or dies with the process, is the reconciler's. */
export const createCallbackQueue = (deps: CallbackDeps & { log: Log }): Afterwards<CallbackRef> =>
  afterwards((callback: CallbackRef) => handleCallback(deps, callback), {
    atOnce: AT_ONCE,
    failed: (error) => deps.log.warn(failureOf(error), 'a callback could not be handled; it is tried again later'),
  });

/** Does what one callback asks for. A crash at any line goes on where it was: each effect is harmless to repeat. */
export async function handleCallback(deps: CallbackDeps, { id, workspaceId }: CallbackRef): Promise<void> {
  const callback = await deps.db.inWorkspace(workspaceId, (tx) => findCallback(tx, id));
  if (!callback?.event) return;
  await act(deps, { workspaceId, actor: 'service' }, callback, callback.event);
  await deps.db.inWorkspace(workspaceId, async (tx) => markHandled(tx, id, await appNow(tx)));
}

async function act(
  deps: CallbackDeps,
  caller: Caller,
  { accountId, attempts }: CallbackRow,
  event: LinkedInEvent,
): Promise<void> {
  switch (event.kind) {
    case 'accountStatus': {
      // Told late, or behind a newer one, it would be wrong: what holds now is asked.
      const login = await deps.linkedIn.accountStatus({ externalId: event.account });
      const isBack = await noteLogin(deps, caller, accountId, login);
      // An attempt that died may have noted it and woken nobody.
      if (isBack || (login === 'ok' && attempts > 0)) await wakeHeld(deps, caller, accountId);
      return;
    }
    case 'connected': {
      const profile = await nameOf(deps, caller, event);
      if (profile !== null) await recordConnectionAccepted(deps, caller, { accountId, profile });
      return;
    }
    case 'message': {
      const profile = await nameOf(deps, caller, event);
      await receiveMessage(deps, caller, { accountId, profile, key: event.key, text: event.text });
    }
  }
}

/**
 * How we know whom an event is about: by a name that is told, or by the one that the provider gives for its own id; null:
 * nobody we can name. What is learnt on the way is kept.
 */
async function nameOf(
  deps: CallbackDeps,
  caller: Caller,
  { account, profile, providerId }: Exclude<LinkedInEvent, { kind: 'accountStatus' }>,
): Promise<string | null> {
  if (!isProvidersId(profile)) {
    if (providerId !== undefined) await learnNames(deps, caller, { profile, providerId });
    return profile;
  }
  const isKnown = (tx: Tx) => contactKnownBy(tx, linkedInPoint(profile));
  if ((await deps.db.inWorkspace(caller.workspaceId, isKnown)) !== null) return profile;
  const name = await deps.linkedIn.publicId({ externalId: account }, profile);
  if (name !== null) await learnNames(deps, caller, { profile: name, providerId: profile });
  return name;
}
