import type { Correspondent, Store, StoredMessage } from './mailbox.ts';
import { type Answer, type Asked, type Html, html, json, notAllowed, notFound, page } from './page.ts';

const PAGE_SIZE = 50;
const MAX_JSON = 1_000;

/** The pages over a store of messages: a list, a message, its HTML in a sandbox, its bytes, and all of it as JSON. */
export const mailboxPages =
  (store: Store) =>
  ({ method, url }: Asked): Answer | Promise<Answer> => {
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, HEAD');
    if (url.pathname === '/') return listPage(store, url);
    if (url.pathname === '/messages.json') return asJson(store, url);
    const [, id = '', part] = /^\/messages\/(\d+)(?:\/(html|raw))?$/.exec(url.pathname) ?? [];
    const message = store.get(id);
    if (!message) return notFound();
    if (part === 'html') return htmlPart(message);
    if (part === 'raw') return store.raw(id).then((body) => ({ body }));
    return messagePage(store, message);
  };

function asJson({ messages }: Store, url: URL): Answer {
  const limit = Number(url.searchParams.get('limit') ?? 200);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_JSON)
    return json({ problem: `limit must be a whole number from 1 to ${MAX_JSON}` }, 400);
  return json({ total: messages.length, messages: messages.slice(-limit).toReversed() });
}

function listPage({ messages }: Store, url: URL): Answer {
  const query = (url.searchParams.get('q') ?? '').trim();
  const found = messages.filter((message) => matches(message, query.toLowerCase())).toReversed();
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const current = Math.min(pages, Math.max(1, Math.floor(Number(url.searchParams.get('page')) || 1)));
  const shown = found.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE);
  const link = (to: number, text: string) =>
    html`<a href="/?${new URLSearchParams({ q: query, page: String(to) }).toString()}">${text}</a>`;
  const threads = threadSizes(messages);
  const count = `${messages.length} ${messages.length === 1 ? 'message' : 'messages'}`;
  return page(
    `Mailbox (${messages.length})`,
    html`<header>
  <h1><a href="/">Mailbox</a></h1>
  <span class="soft">${query === '' ? count : `${found.length} of ${count}`}</span>
  <form class="search" action="/" role="search">
    <input type="search" name="q" value="${query}" placeholder="Search people and subjects" aria-label="Search people and subjects">
    <button>Search</button>
  </form>
</header>
<main>
  ${
    shown.length > 0
      ? html`<ol class="list sheet">${shown.map((message) => row(message, threads))}</ol>`
      : html`<div class="sheet empty">${query === '' ? html`<strong>Nothing here yet</strong>Messages appear as they are sent.` : html`<strong>No message matches</strong><a href="/">Show all</a>`}</div>`
  }
  <nav class="pages" aria-label="Pages">
    <span>${current > 1 ? link(current - 1, '← Newer') : null}</span>
    <span>${current < pages ? link(current + 1, 'Older →') : null}</span>
  </nav>
</main>`,
    { live: current === 1 },
  );
}

const matches = ({ from, to, subject }: StoredMessage, query: string) =>
  query === '' ||
  [nameOf(from), from.address, ...to.flatMap((each) => [nameOf(each), each.address]), subject]
    .join('\n')
    .toLowerCase()
    .includes(query);

interface Place {
  size: number;
  positions: Map<string, number>;
}

/** Where each message stands in its thread, by arrival. */
function threadSizes(messages: readonly StoredMessage[]): Map<string, Place> {
  const threads = new Map<string, Place>();
  for (const { id, threadId } of messages) {
    const thread = threads.get(threadId) ?? { size: 0, positions: new Map() };
    thread.size += 1;
    thread.positions.set(id, thread.size);
    threads.set(threadId, thread);
  }
  return threads;
}

function row(message: StoredMessage, threads: Map<string, Place>, current: StoredMessage | null = null): Html {
  const thread = threads.get(message.threadId);
  const place = `${thread?.positions.get(message.id)} of ${thread?.size}`;
  const recipient = message.to[0] ?? { name: '', address: message.envelope.recipients[0] ?? '' };
  return html`<li${message === current ? html` aria-current="true"` : null}><a class="row" href="/messages/${message.id}">
    ${moment(message.businessAt ?? message.receivedAt)}
    <span class="cut">${nameOf(message.from)}</span>
    <span class="cut"><span class="soft" aria-label="to">→</span> ${nameOf(recipient)}</span>
    <span class="thread">${thread && thread.size > 1 ? html`<span class="tag" title="Message ${place} in its thread">${place}</span>` : null}</span>
    <span class="cut subject">${message.subject === '' ? '(no subject)' : message.subject}</span>
  </a></li>`;
}

function messagePage({ messages }: Store, message: StoredMessage): Answer {
  const thread = messages.filter(({ threadId }) => threadId === message.threadId);
  const threads = threadSizes(thread);
  return page(
    message.subject,
    html`<header>
  <h1>${message.subject === '' ? '(no subject)' : message.subject}</h1>
  <a href="/">All messages</a>
</header>
<main>
  <dl class="facts sheet">
    <dt>From</dt><dd>${written(message.from)}</dd>
    <dt>To</dt><dd>${message.to.map((each, index) => [index > 0 ? ', ' : '', written(each)])}</dd>
    ${message.businessAt === null ? null : html`<dt>Sent</dt><dd>${moment(message.businessAt)} <span class="tag plain">virtual time</span></dd>`}
    <dt>Received</dt><dd>${moment(message.receivedAt)}</dd>
    ${envelopeNote(message)}
    ${unsubscribeOf(message)}
  </dl>
  ${
    thread.length > 1
      ? html`<h2>Thread</h2><ol class="list sheet">${thread.map((each) => row(each, threads, message))}</ol>`
      : null
  }
  ${message.html === '' ? null : html`<h2>HTML part</h2><div class="sheet resize"><iframe src="/messages/${message.id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML part of the message"></iframe></div>`}
  ${message.text === '' ? null : html`<h2>Plain part</h2><pre class="text sheet">${linked(message.text)}</pre>`}
  <h2>As it was sent</h2>
  <details class="sheet">
    <summary>${message.headers.length} headers</summary>
    <dl class="facts">${message.headers.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
  </details>
  <p class="small soft">Message ${message.id}, ${message.size} bytes. <a href="/messages/${message.id}/raw">Show the source</a></p>
</main>`,
  );
}

/** Shown only where the dialogue and the headers disagree: that is news. */
function envelopeNote({ envelope, to }: StoredMessage): Html | null {
  const same = envelope.recipients.join() === to.map(({ address }) => address).join();
  return same
    ? null
    : html`<dt>Delivered to</dt><dd><span class="tag warn">${envelope.recipients.join(', ')}</span></dd>`;
}

function unsubscribeOf({ headers }: StoredMessage): Html | null {
  const value = headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')?.value;
  const oneClick = headers.some(({ name }) => name.toLowerCase() === 'list-unsubscribe-post');
  const link = /<(https?:[^>]+)>/.exec(value ?? '')?.[1];
  if (link === undefined) return null;
  return html`<dt>Unsubscribe</dt><dd>${anchor(link)} ${oneClick ? html`<span class="tag">one click</span>` : null}</dd>`;
}

/** Without scripts, same origin or remote content; a link opens in a tab of its own. */
const htmlPart = (message: StoredMessage): Answer => ({
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'",
  },
  body: `<!doctype html><meta charset="utf-8"><base target="_blank"><style>body{font:16px/1.55 system-ui,sans-serif;margin:1.1rem;color:#22262b;overflow-wrap:anywhere}</style>${message.html}`,
});

const nameOf = ({ name, address }: Correspondent) => (name === '' ? address : name);
const written = ({ name, address }: Correspondent): Html =>
  name === '' ? html`${address}` : html`${name} <span class="soft">${address}</span>`;

const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

const moment = (at: number): Html => html`<time datetime="${new Date(at).toISOString()}">${DAY.format(at)}</time>`;

const anchor = (url: string): Html => html`<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`;

/** Plain text with its http(s) addresses as links. */
const linked = (text: string): (Html | string)[] =>
  text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/).map((part, index) => (index % 2 === 1 ? anchor(part) : part));
