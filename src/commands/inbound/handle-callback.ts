import type { LinkedIn } from '../../adapters/linkedin.ts';
import type { ReplyReader } from '../../adapters/reply-reader.ts';
import { type CallbackRef, type CallbackRow, findCallback, markHandled } from '../../db/callbacks.ts';
import { appNow } from '../../db/clock.ts';
import { failureOf } from '../../db/errors.ts';
import { isProvidersId, type LinkedInEvent } from '../../domain/accounts/linkedin.ts';
import type { Log } from '../../domain/log.ts';
import { noteLogin } from '../accounts/note-login.ts';
import { wakeHeld } from '../accounts/wake-held.ts';
import { type Afterwards, afterwards } from '../afterwards.ts';
import type { Caller, CommandDeps } from '../deps.ts';
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
      const profile = await nameOf(deps, event);
      if (profile !== null) await recordConnectionAccepted(deps, caller, { accountId, profile });
      return;
    }
    case 'message': {
      const profile = await nameOf(deps, event);
      await receiveMessage(deps, caller, { accountId, profile, key: event.key, text: event.text });
    }
  }
}

/** The public id of whom an event is about, which the provider's own may stand for; null: nobody we can name. */
async function nameOf(
  { linkedIn }: CallbackDeps,
  { account, profile }: Exclude<LinkedInEvent, { kind: 'accountStatus' }>,
): Promise<string | null> {
  return isProvidersId(profile) ? linkedIn.publicId({ externalId: account }, profile) : profile;
}
