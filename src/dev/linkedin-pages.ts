import { nameOf } from './linkedin-api.ts';
import type { Invitation, LinkedInState, SaidMessage, SimulatorMemory } from './linkedin-state.ts';
import { type Answer, type Asked, type Html, html, isOwnForm, notAllowed, notFound, page } from './page.ts';

interface Person {
  accountId: string;
  profile: string;
  invitation: Invitation | undefined;
  messages: SaidMessage[];
  /** Of the last thing that happened. */
  at: number;
}

/** The people an account has been in touch with, and the buttons by which they answer an invitation. */
export const linkedInPages =
  (memory: SimulatorMemory, settle: (invitation: Invitation, kind: 'accepted' | 'declined') => void) =>
  (asked: Asked): Answer => {
    const { method, url } = asked;
    if (url.pathname === '/')
      return method === 'GET' || method === 'HEAD' ? peoplePage(memory.state()) : notAllowed('GET, HEAD');
    const [, id = '', verb] = /^\/invitations\/(\w+)\/(accept|decline)$/.exec(url.pathname) ?? [];
    const invitation = memory.invitation(id);
    if (!invitation) return notFound();
    if (method !== 'POST') return notAllowed('POST');
    if (!isOwnForm(asked)) return { status: 403, body: 'Only a form of this page may do that.' };
    settle(invitation, verb === 'accept' ? 'accepted' : 'declined');
    return { status: 303, headers: { Location: '/' } };
  };

function peoplePage(state: LinkedInState): Answer {
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
  ${people.length === 0 ? html`<div class="sheet empty"><strong>Nobody yet</strong>People appear when they are invited. You answer for them.</div>` : null}
  ${section('Waiting for an answer', waiting)}
  ${section(waiting.length > 0 ? 'Everybody else' : 'People', others)}
</main>`,
    { live: true },
  );
}

const section = (title: string, people: readonly Person[]): Html | null =>
  people.length === 0 ? null : html`<h2>${title}</h2><div class="people">${people.map(card)}</div>`;

function peopleOf({ invitations, messages }: LinkedInState): Person[] {
  const people = new Map<string, Person>();
  const meet = ({ accountId, profile, at }: { accountId: string; profile: string; at: number }): Person => {
    const key = JSON.stringify([accountId, profile]);
    const person = people.get(key) ?? { accountId, profile, invitation: undefined, messages: [], at };
    person.at = Math.max(person.at, at);
    people.set(key, person);
    return person;
  };
  for (const invitation of invitations) meet(invitation).invitation = invitation;
  for (const message of messages) meet(message).messages.push(message);
  return [...people.values()].toSorted((a, b) => b.at - a.at);
}

const tags: Record<Invitation['status'], Html> = {
  pending: html`<span class="tag warn">Invited</span>`,
  accepted: html`<span class="tag">Connected</span>`,
  declined: html`<span class="tag plain">Declined</span>`,
};

function card({ accountId, profile, invitation, messages }: Person): Html {
  const name = nameOf(profile);
  const note = invitation?.note ?? null;
  const noteSaid = messages.some(({ text }) => text === note);
  return html`<section class="person sheet">
  <div class="who">
    <span class="face" aria-hidden="true">${initials(name)}</span>
    <div><h3>${name}</h3><span class="small soft">in/${profile} · account ${accountId}</span></div>
    ${invitation ? tags[invitation.status] : null}
  </div>
  ${note !== null && !noteSaid ? html`<blockquote>${note}</blockquote>` : null}
  ${invitation && note === null ? html`<p class="small soft">Invited without a note.</p>` : null}
  ${messages.map(({ text, at }) => html`<p class="said">${text}</p><p class="small soft">${when(at)}</p>`)}
  ${
    invitation?.status === 'pending'
      ? html`<div class="buttons">
    <form method="post" action="/invitations/${invitation.id}/accept"><button class="main" aria-label="Accept for ${name}">Accept</button></form>
    <form method="post" action="/invitations/${invitation.id}/decline"><button aria-label="Decline for ${name}">Decline</button></form>
  </div>`
      : null
  }
</section>`;
}

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
