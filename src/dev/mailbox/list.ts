import { type Answer, type Html, html, page } from '../page.ts';
import type { Letter } from './letters.ts';
import type { Correspondent } from './message.ts';
import { kindTag, moment, nameOf, subjectOf } from './words.ts';

const PAGE_SIZE = 50;

/** The page of them that an address asks for, the newest first. */
export function pageOf(letters: readonly Letter[], url: URL) {
  const query = (url.searchParams.get('q') ?? '').trim();
  const found = letters.filter((letter) => matches(letter, query.toLowerCase())).toReversed();
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const current = Math.min(pages, Math.max(1, Math.floor(Number(url.searchParams.get('page')) || 1)));
  return { query, found, pages, current, shown: found.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE) };
}

/** What was sent and what came back, with a search. */
export function listPage(letters: readonly Letter[], url: URL): Answer {
  const { query, found, pages, current, shown } = pageOf(letters, url);
  const link = (to: number, text: string) =>
    html`<a href="/?${new URLSearchParams({ q: query, page: String(to) }).toString()}">${text}</a>`;
  const count = `${letters.length} ${letters.length === 1 ? 'message' : 'messages'}`;
  return page(
    `Mailbox (${letters.length})`,
    html`<link rel="stylesheet" href="/mailbox.css">
<header>
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
      ? rows(shown, letters)
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

const matches = ({ message: { from, to, subject } }: Letter, query: string) =>
  query === '' ||
  [nameOf(from), from.address, ...to.flatMap((each) => [nameOf(each), each.address]), subject]
    .join('\n')
    .toLowerCase()
    .includes(query);

/** `shown` as a list of links; where each stands in its thread is counted among `letters`. */
export function rows(shown: readonly Letter[], letters: readonly Letter[], current: Letter | null = null): Html {
  const threads = threadsOf(letters);
  return html`<ol class="list sheet">${shown.map((letter) =>
    row(letter, threads.get(letter.message.threadId) ?? [], letter.path === current?.path),
  )}</ol>`;
}

/** The paths of each thread's messages, in their order. */
export function threadsOf(letters: readonly Letter[]): Map<string, string[]> {
  const threads = new Map<string, string[]>();
  for (const { message, path } of letters) {
    const thread = threads.get(message.threadId);
    if (thread) thread.push(path);
    else threads.set(message.threadId, [path]);
  }
  return threads;
}

/** The first of whom it was addressed to. */
export const recipientOf = ({ message }: Letter): Correspondent =>
  message.to[0] ?? { name: '', address: message.envelope.recipients[0] ?? '' };

function row(letter: Letter, thread: readonly string[], isCurrent: boolean): Html {
  const { message, path } = letter;
  const place = `${thread.indexOf(path) + 1} of ${thread.length}`;
  const recipient = recipientOf(letter);
  return html`<li${isCurrent ? html` aria-current="true"` : null}><a class="row" href="${path}">
    ${moment(message.businessAt ?? message.receivedAt)}
    <span class="cut">${nameOf(message.from)}</span>
    <span class="cut"><span class="soft" aria-label="to">→</span> ${nameOf(recipient)}</span>
    <span class="thread">${thread.length > 1 ? html`<span class="tag" title="Message ${place} in its thread">${place}</span>` : null}</span>
    <span class="cut subject">${kindTag(letter)} ${subjectOf(letter)}</span>
  </a></li>`;
}
