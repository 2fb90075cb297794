import { appNow } from '../../db/clock.ts';
import { record } from '../../db/events.ts';
import { type InvitationRow, settleInvitation } from '../../db/invitations.ts';
import { lockContact } from '../../db/locks.ts';
import type { Caller, CommandDeps } from '../deps.ts';

/**
 * An invitation of ours came to nothing: `WITHDRAWN` by us, or `GONE`, declined or taken back by the member's own hand.
 * Told twice, told late or told of an older one it changes nothing; who accepts after all is connected. Design 5.
 */
export const recordInvitationOver = (
  { db }: Pick<CommandDeps, 'db'>,
  { workspaceId }: Caller,
  invitation: InvitationRow,
  how: 'WITHDRAWN' | 'GONE',
): Promise<void> =>
  db.inWorkspace(workspaceId, async (tx) => {
    const { accountId, contactId, sequenceId } = invitation;
    await lockContact(tx, contactId);
    const now = await appNow(tx);
    if (!(await settleInvitation(tx, invitation, how, now)) || how === 'GONE') return;
    await record(tx, {
      workspaceId,
      kind: 'invitation_withdrawn',
      at: now,
      actor: 'service',
      contactId,
      sequenceId,
      data: { account: accountId },
    });
  });
