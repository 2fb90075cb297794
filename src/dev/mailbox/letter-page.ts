import { type Answer, type Html, html, page } from '../page.ts';
import { answerForms, type Draft } from './forms.ts';
import type { Letter } from './letters.ts';
import { rows } from './list.ts';
import { headerOf, type StoredMessage } from './message.ts';
import { unsubscribeOffer } from './unsubscribe.ts';
import { anchor, kindTag, linked, moment, subjectOf, written } from './words.ts';

const MOST_SOURCE_BYTES = 64 * 1024;

/** What was just done, or why it was not. */
export interface Notice {
  text: string;
  /** What a server said. */
  detail: string | null;
  /** To what came of it. */
  link: string | null;
  failed: boolean;
}

/** A message with its thread, its parts, its source and, where it was sent, the ways to answer it. */
export async function letterPage(
  letters: readonly Letter[],
  letter: Letter,
  { notice = null, draft, status = 200 }: { notice?: Notice | null; draft?: Draft; status?: number } = {},
): Promise<Answer> {
  const { message, path, came } = letter;
  const thread = letters.filter((each) => each.message.threadId === message.threadId);
  return page(
    message.subject,
    html`<link rel="stylesheet" href="/mailbox.css">
<header>
  <h1>${subjectOf(letter)}</h1>
  ${came ? kindTag(letter) : html`<a class="button" href="#answer">Answer</a>`}
  <a href="/">All messages</a>
</header>
<main>
  ${notice && noticeOf(notice)}
  ${facts(letter, letters)}
  ${thread.length > 1 ? html`<h2>Thread</h2>${rows(thread, thread, letter)}` : null}
  ${message.html === '' ? null : html`<h2>HTML part</h2><div class="sheet resize"><iframe src="${path}/html" sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML part of the message"></iframe></div>`}
  ${message.text === '' ? null : html`<h2>Plain part</h2><pre class="text sheet">${linked(message.text)}</pre>`}
  ${came ? null : answerForms(message, draft)}
  <h2>${came ? 'As it came' : 'As it was sent'}</h2>
  <details class="sheet">
    <summary>${message.headers.length} headers</summary>
    <dl class="facts">${message.headers.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
  </details>
  ${await source(letter)}
</main>`,
    { status },
  );
}

/** Takes the focus as the target of the address, so that it is read out after the page has loaded. */
const noticeOf = ({ text, detail, link, failed }: Notice): Html =>
  html`<div id="done" class="notice${failed ? ' warn' : ''}" role="${failed ? 'alert' : 'status'}" tabindex="-1">${text}${link && html` <a href="${link}">Show it</a>`}${detail === null || detail.trim() === '' ? null : html`<pre>${detail}</pre>`}</div>`;

function facts(letter: Letter, letters: readonly Letter[]): Html {
  const { message, came } = letter;
  const known = (messageId: string): Html | string => {
    const found = letters.find((each) => each.message.messageId === messageId && each.path !== letter.path);
    return found ? html`<a href="${found.path}">${messageId}</a>` : messageId;
  };
  const ids = (title: string, values: readonly string[]) =>
    values.length === 0
      ? null
      : html`<dt>${title}</dt><dd><ul>${values.map((each) => html`<li><code>${known(each)}</code></li>`)}</ul></dd>`;
  return html`<dl class="facts sheet">
    <dt>From</dt><dd>${written(message.from)}</dd>
    <dt>To</dt><dd>${message.to.map((each, index) => [index > 0 ? ', ' : '', written(each)])}</dd>
    ${came && html`<dt>Inbox</dt><dd>${came.account}, UID ${came.uid}</dd>`}
    ${message.businessAt === null ? null : html`<dt>Sent</dt><dd>${moment(message.businessAt)} <span class="tag plain">virtual time</span></dd>`}
    <dt>Received</dt><dd>${moment(message.receivedAt)}</dd>
    ${came ? null : envelopeNote(message)}
    ${ids('Message-ID', message.messageId === null ? [] : [message.messageId])}
    ${ids('In reply to', message.inReplyTo === null ? [] : [message.inReplyTo])}
    ${ids('References', message.references)}
    ${autoSubmitted(message)}
    ${unsubscribeFact(message)}
  </dl>`;
}

function autoSubmitted(message: StoredMessage): Html | null {
  const value = headerOf(message, 'Auto-Submitted');
  return value === undefined ? null : html`<dt>Auto-Submitted</dt><dd>${value}</dd>`;
}

/** Shown only where the dialogue and the headers disagree: that is news. */
function envelopeNote({ envelope, to }: StoredMessage): Html | null {
  const same = envelope.recipients.join() === to.map(({ address }) => address).join();
  return same
    ? null
    : html`<dt>Delivered to</dt><dd><span class="tag warn">${envelope.recipients.join(', ')}</span></dd>`;
}

function unsubscribeFact(message: StoredMessage): Html | null {
  const offer = unsubscribeOffer(message);
  return (
    offer &&
    html`<dt>Unsubscribe</dt><dd>${anchor(offer.url)} ${offer.oneClick ? html`<span class="tag">one click</span>` : null}</dd>`
  );
}

async function source({ message, path, raw }: Letter): Promise<Html> {
  const bytes = await raw();
  const cut = bytes.length > MOST_SOURCE_BYTES;
  return html`<details class="sheet">
    <summary>Source, ${message.size} bytes</summary>
    <pre class="source" tabindex="0">${bytes.subarray(0, MOST_SOURCE_BYTES).toString('utf8')}</pre>
  </details>
  <p class="small soft">${cut ? `The first ${MOST_SOURCE_BYTES} bytes are shown. ` : null}<a href="${path}/raw">Show the source alone</a></p>`;
}

/** Without scripts, same origin or remote content; a link opens in a tab of its own. */
export const htmlPart = ({ message }: Letter): Answer => ({
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'",
  },
  body: `<!doctype html><meta charset="utf-8"><base target="_blank"><style>body{font:16px/1.55 system-ui,sans-serif;margin:1.1rem;color:#22262b;overflow-wrap:anywhere}</style>${message.html}`,
});
