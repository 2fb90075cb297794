import type { DevLinkedInShown } from '../../api/shapes/dev.ts';
import { printInstant } from '../../api/shapes/primitives.ts';
import { dialogue } from './chats.ts';
import { nameOf } from './people.ts';
import type { Invitation, LinkedInState } from './state.ts';

/** The simulator as the page reads it. */
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

interface Person {
  accountId: string;
  profile: string;
  invitation: Invitation | undefined;
  messages: ReturnType<typeof dialogue>;
  /** Of the last thing that happened. */
  at: number;
}

/** Everybody an account has been in touch with; who was last comes first. */
function peopleOf(state: LinkedInState): Person[] {
  const people = new Map<string, Person>();
  const meet = ({ accountId, profile, at }: { accountId: string; profile: string; at: number }): Person => {
    const key = JSON.stringify([accountId, profile]);
    const person = people.get(key) ?? {
      accountId,
      profile,
      invitation: undefined,
      messages: dialogue(state, accountId, profile),
      at,
    };
    person.at = Math.max(person.at, at);
    people.set(key, person);
    return person;
  };
  for (const invitation of state.invitations) meet(invitation).invitation = invitation;
  for (const message of [...state.messages, ...state.replies]) meet(message);
  return [...people.values()].toSorted((a, b) => b.at - a.at);
}
