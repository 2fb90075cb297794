import { LinkedInUnavailable } from '../adapters/linkedin.ts';
import { noteLogin } from '../commands/accounts/note-login.ts';
import { wakeHeld } from '../commands/accounts/wake-held.ts';
import type { Caller } from '../commands/deps.ts';
import { failureOf } from '../db/errors.ts';
import { type DuePoll, ensurePolls, markPolled, markPollFailed, takePoll } from '../db/linkedin-polls.ts';
import { type Ask, lookAtInvitations, type TendDeps } from './look-at-invitations.ts';
import { noteTrouble } from './note-trouble.ts';

/*
 * A provider's callback may be hours late or never come, so every LinkedIn account is looked at too: whether its login
 * holds, who accepted, and which invitations have grown old. Design 5; facts: libraries 6.
 */

const MOST_ACCOUNTS = 50;
const RUN_MS = 45_000;
const CALL_MS = 20_000;

/** A run of the reconciler has no time left for it. */
class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Looks at the accounts whose turn it is, for a while; returns at how many. What is left over comes next time. */
export async function tendLinkedIn(deps: TendDeps, signal?: AbortSignal): Promise<number> {
  const stop = AbortSignal.any([AbortSignal.timeout(RUN_MS), ...(signal ? [signal] : [])]);
  const ask: Ask = (question) => {
    if (stop.aborted) throw new OutOfTime();
    return within(CALL_MS, question(deps.linkedIn));
  };
  await deps.db.asSystem(ensurePolls);
  let tended = 0;
  while (tended < MOST_ACCOUNTS && !stop.aborted) {
    const due = await deps.db.asSystem(takePoll);
    if (!due) break;
    await tend(deps, due, ask);
    tended++;
  }
  return tended;
}

/** A call that takes longer is left to itself: nobody waits for its answer. */
function within<T>(ms: number, call: Promise<T>): Promise<T> {
  const tooLong = AbortSignal.timeout(ms);
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new LinkedInUnavailable('timeout'));
    if (tooLong.aborted) giveUp();
    tooLong.addEventListener('abort', giveUp);
  });
  return Promise.race([call, givenUp]);
}

async function tend(deps: TendDeps, due: DuePoll, ask: Ask): Promise<void> {
  const { db } = deps;
  const { accountId, externalId } = due;
  const caller: Caller = { workspaceId: due.workspaceId, actor: 'service' };
  try {
    const login = await ask((linkedIn) => linkedIn.accountStatus({ externalId }));
    if (await noteLogin(deps, caller, accountId, login)) await wakeHeld(deps, caller, accountId);
    const all = login !== 'ok' || (await lookAtInvitations(deps, caller, due, ask));
    await db.asSystem((tx) => markPolled(tx, accountId, { all }));
  } catch (error) {
    if (error instanceof OutOfTime) await db.asSystem((tx) => markPolled(tx, accountId, { all: false }));
    else if (error instanceof LinkedInUnavailable && error.trouble) {
      await noteTrouble(db, due, error.trouble);
      await db.asSystem((tx) => markPolled(tx, accountId, { all: true }));
    } else {
      deps.log.warn(
        error instanceof LinkedInUnavailable ? { accountId, why: error.fault } : { accountId, ...failureOf(error) },
        'a LinkedIn account could not be looked at; it is tried again later',
      );
      await db.asSystem((tx) => markPollFailed(tx, accountId));
    }
  }
}
