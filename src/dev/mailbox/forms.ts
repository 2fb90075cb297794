import { type Html, html } from '../page.ts';
import type { AnswerAsked } from './answer-asked.ts';
import { Unanswerable } from './answers.ts';
import type { StoredMessage } from './message.ts';
import { unsubscribeOffer } from './unsubscribe.ts';
import { nameOf } from './words.ts';

/** What was typed and could not be sent. */
export interface Draft {
  text: string;
}

export const answerKinds = ['reply', 'out-of-office', 'bounce', 'complaint', 'unsubscribe'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** A form of the page as an answer. Throws Unanswerable where a field has no meaning. */
export function answerIn(kind: AnswerKind, fields: URLSearchParams): AnswerAsked {
  switch (kind) {
    case 'reply':
      return { kind: 'reply', text: fields.get('text') ?? '' };
    case 'out-of-office':
      return { kind: 'outOfOffice', returnsOn: fields.get('returnsOn') || null };
    case 'bounce': {
      const severity = fields.get('severity');
      if (severity !== 'hard' && severity !== 'soft')
        throw new Unanswerable(`severity is ${JSON.stringify(severity)}, expected "hard" or "soft"`);
      return { kind: 'bounce', severity };
    }
    default:
      return { kind };
  }
}

/** The buttons by which a person answers for the recipient of `message`. */
export function answerForms(message: StoredMessage, { text }: Draft = { text: '' }): Html {
  const form = (kind: AnswerKind, inside: Html, name = '') =>
    html`<form method="post" action="/messages/${message.id}/answers/${kind}" class="${name}">${inside}</form>`;
  const address = message.envelope.recipients[0] ?? '';
  const contact = message.to.find((each) => each.address.toLowerCase() === address.toLowerCase());
  return html`<h2 id="answer">Answer as ${nameOf(contact ?? { name: '', address })}</h2>
  <div class="answers sheet">
    ${form(
      'reply',
      html`<label for="text">Reply</label>
      <textarea id="text" name="text" rows="5" required maxlength="20000">${text}</textarea>
      <button class="main">Send the reply</button>`,
      'reply',
    )}
    <div class="kinds">
      <div><p class="small soft" id="away">The person is away; without a day, the message names none</p>
      ${form(
        'out-of-office',
        html`<label for="returnsOn">Back on</label> <input type="date" id="returnsOn" name="returnsOn" min="1000-01-01" max="9999-12-31" aria-describedby="away">
        <button>Out of office</button>`,
      )}</div>
      <div><p class="small soft">The message did not arrive</p>
      ${form(
        'bounce',
        html`<button name="severity" value="hard" title="5.1.1 No such user">Hard bounce</button>
        <button name="severity" value="soft" title="4.2.2 Mailbox full">Soft bounce</button>`,
      )}</div>
      <div><p class="small soft">The person wants no more of it</p>
      ${form('complaint', html`<button>Spam complaint</button>`)}</div>
      <div>${unsubscribeForm(message, form('unsubscribe', html`<button>Unsubscribe</button>`))}</div>
    </div>
  </div>`;
}

/** null: there is such a button. */
export function whyNoUnsubscribe(message: StoredMessage): string | null {
  const offer = unsubscribeOffer(message);
  if (!offer) return 'The message offers no way to unsubscribe';
  if (!offer.oneClick) return 'The message offers no unsubscribing by one click';
  return offer.local ? null : 'The link to unsubscribe does not lead to this machine, so it is not called';
}

function unsubscribeForm(message: StoredMessage, form: Html): Html {
  const why = whyNoUnsubscribe(message);
  return why === null
    ? html`<p class="small soft">A mail program’s unsubscribe button</p>${form}`
    : html`<p class="small soft">${why}</p><button disabled>Unsubscribe</button>`;
}
