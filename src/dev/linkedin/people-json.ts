import type { DevLinkedInShown } from '../../api/shapes/dev.ts';
import { printInstant } from '../../api/shapes/primitives.ts';
import { peopleOf } from './cards.ts';
import { nameOf } from './people.ts';
import type { LinkedInState } from './state.ts';

/** The simulator as the product's own page reads it. */
export const peopleJson = (state: LinkedInState): DevLinkedInShown => ({
  accounts: state.accounts.map(({ id, isLoggedIn, limit }) => ({
    id,
    is_logged_in: isLoggedIn,
    limit: limit && { retry_after_seconds: limit.retryAfterSeconds },
  })),
  people: peopleOf(state).map(({ accountId, profile, invitation, messages, at }) => ({
    account: accountId,
    profile,
    name: nameOf(profile),
    invitation: invitation ? { id: invitation.id, status: invitation.status, note: invitation.note } : null,
    messages: messages.map((said) => ({ text: said.text, is_ours: said.isOurs, at: printInstant(said.at) })),
    at: printInstant(at),
  })),
});
