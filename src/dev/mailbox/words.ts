import { type Html, html } from '../page.ts';
import type { Letter } from './letters.ts';
import type { Correspondent } from './message.ts';

/** How the mailbox writes people, times and links. */

export const nameOf = ({ name, address }: Correspondent) => (name === '' ? address : name);

export const written = ({ name, address }: Correspondent): Html =>
  name === '' ? html`${address}` : html`${name} <span class="soft">${address}</span>`;

const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

export const moment = (at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${DAY.format(at)}</time>`;

export const anchor = (url: string): Html =>
  html`<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`;

/** Plain text with its http(s) addresses as links. */
export const linked = (text: string): (Html | string)[] =>
  text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/).map((part, index) => (index % 2 === 1 ? anchor(part) : part));

const labels: Record<string, { label: string; isTrouble: boolean }> = {
  reply: { label: 'Reply', isTrouble: false },
  outOfOffice: { label: 'Out of office', isTrouble: false },
  bounce: { label: 'Bounce', isTrouble: true },
  complaint: { label: 'Spam complaint', isTrouble: true },
};

export const labelOf = (kind: string | null): string => labels[kind ?? '']?.label ?? 'Received';

/** Nothing for a message that was sent: that is the rule here. */
export const kindTag = ({ came }: Letter): Html | null =>
  came && html`<span class="tag${labels[came.kind ?? '']?.isTrouble ? ' warn' : ''}">${labelOf(came.kind)}</span>`;

export const subjectOf = ({ message: { subject } }: Letter) => (subject === '' ? '(no subject)' : subject);
