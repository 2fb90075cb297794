import { type Answer, type Html, html, page } from '../page.ts';
import { dialogue } from './chats.ts';
import { nameOf } from './people.ts';
import type { Invitation, LinkedInState, SimulatedAccount } from './state.ts';

interface Person {
  accountId: string;
  profile: string;
  invitation: Invitation | undefined;
  messages: ReturnType<typeof dialogue>;
  /** Of the last thing that happened. */
  at: number;
}

export function peoplePage(state: LinkedInState): Answer {
  const people = peopleOf(state);
  const waiting = people.filter(({ invitation }) => invitation?.status === 'pending');
  const others = people.filter(({ invitation }) => invitation?.status !== 'pending');
  return page(
    waiting.length > 0 ? `(${waiting.length}) LinkedIn simulator` : 'LinkedIn simulator',
    html`<header>
  <h1>LinkedIn simulator</h1>
  <span class="soft">${people.length} ${people.length === 1 ? 'person' : 'people'}, ${waiting.length} to answer</span>
</header>
<main>
  <h2>${state.accounts.length === 1 ? 'The account' : 'Accounts'}</h2>
  <div class="accounts sheet">${state.accounts.map(accountRow)}</div>
  ${people.length === 0 ? html`<h2>People</h2><div class="sheet empty"><strong>Nobody yet</strong>People appear when they are invited. You answer for them.</div>` : null}
  ${section('Waiting for an answer', waiting)}
  ${section(waiting.length > 0 ? 'Everybody else' : 'People', others)}
</main>`,
    { live: true },
  );
}

/** What LinkedIn does to an account, by hand. */
function accountRow({ id, isLoggedIn, limit }: SimulatedAccount): Html {
  const form = (path: string, inside: Html) =>
    html`<form method="post" action="${path}"><input type="hidden" name="account" value="${id}">${inside}</form>`;
  return html`<div class="account">
  <h3>${id}</h3>
  <div class="tags">
    ${isLoggedIn ? html`<span class="tag">Logged in</span>` : html`<span class="tag warn">Logged out: every call is answered 401</span>`}
    ${limit ? html`<span class="tag warn">Limit reached: every call is answered 429${restWords(limit.retryAfterSeconds)}</span>` : null}
  </div>
  <div class="buttons">
    ${
      limit
        ? form('/lift-limit', html`<button>Lift the limit</button>`)
        : form(
            '/limit',
            html`<button>Limit reached</button><select name="retryAfter" aria-label="How long ${id} is told to rest">
        <option value="">without saying how long</option>
        <option value="600">for 10 minutes</option>
        <option value="7200">for 2 hours</option>
        <option value="86400">for a day</option>
      </select>`,
          )
    }
    ${isLoggedIn ? form('/disconnect', html`<button>Disconnect</button>`) : form('/reconnect', html`<button class="main">Reconnect</button>`)}
  </div>
</div>`;
}

const restWords = (seconds: number | null) => (seconds === null ? '' : `, Retry-After ${seconds} s`);

const section = (title: string, people: readonly Person[]): Html | null =>
  people.length === 0 ? null : html`<h2>${title}</h2><div class="people">${people.map(card)}</div>`;

/** Everybody an account has been in touch with; who was last comes first. */
export function peopleOf(state: LinkedInState): Person[] {
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

const tags: Record<Invitation['status'], Html> = {
  pending: html`<span class="tag warn">Invited</span>`,
  accepted: html`<span class="tag">Connected</span>`,
  declined: html`<span class="tag plain">Declined</span>`,
  withdrawn: html`<span class="tag plain">Withdrawn</span>`,
};

function card(person: Person): Html {
  const { accountId, profile, invitation, messages } = person;
  const name = nameOf(profile);
  const note = invitation?.note ?? null;
  const noteSaid = messages.some(({ text }) => text === note);
  return html`<section class="person sheet">
  <div class="who">
    <span class="face" aria-hidden="true">${initials(name)}</span>
    <div><h3>${name}</h3><span class="small soft">in/${profile} · account ${accountId}</span></div>
    ${invitation ? tags[invitation.status] : null}
  </div>
  ${note !== null && !noteSaid ? html`<p class="said">${note}</p>` : null}
  ${invitation && note === null ? html`<p class="small soft">Invited without a note.</p>` : null}
  ${messages.map(({ text, at, isOurs }) => html`<p class="${isOurs ? 'said' : 'heard'}">${text}</p><p class="small soft">${when(at)}</p>`)}
  ${invitation?.status === 'pending' ? answers(invitation, name) : null}
  ${invitation?.status === 'accepted' ? replyForm(person, name) : null}
</section>`;
}

const answers = ({ id }: Invitation, name: string): Html => html`<div class="buttons">
    <form method="post" action="/accept"><input type="hidden" name="invitation" value="${id}"><button class="main" aria-label="Accept for ${name}">Accept</button></form>
    <form method="post" action="/decline"><input type="hidden" name="invitation" value="${id}"><button aria-label="Decline for ${name}">Decline</button></form>
  </div>`;

/** One of each that the reply policy tells apart. */
const readyReplies = [
  'Sounds good, let’s talk.',
  'We are not interested.',
  'Please remove me from your list.',
  'I am out of the office at the moment.',
  'Hm. What about the other building?',
];

const replyForm = ({ accountId, profile }: Person, name: string): Html => html`<details class="reply">
    <summary aria-label="Reply as ${name}">Reply</summary>
    <form method="post" action="/reply">
      <input type="hidden" name="account" value="${accountId}"><input type="hidden" name="profile" value="${profile}">
      <textarea name="text" rows="3" required maxlength="8000" aria-label="What ${name} writes"></textarea>
      <button class="main">Send the reply</button>
      <div class="ready" role="group" aria-label="Ready answers">${readyReplies.map((text) => html`<button name="ready" value="${text}" formnovalidate>${text}</button>`)}</div>
    </form>
  </details>`;

const initials = (name: string) =>
  name
    .split(' ')
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const when = (at: number): Html => html`<time datetime="${new Date(at).toISOString()}">${MOMENT.format(at)}</time>`;
