import type { DevMailPage } from '../../api/shapes/dev.ts';
import { printInstant } from '../../api/shapes/primitives.ts';
import { whyNoUnsubscribe } from './forms.ts';
import type { Letter } from './letters.ts';
import { pageOf, recipientOf, threadsOf } from './list.ts';

/** The list as the product's own page reads it. */
export function lettersPage(letters: readonly Letter[], url: URL): DevMailPage {
  const { found, pages, shown } = pageOf(letters, url);
  const threads = threadsOf(letters);
  return {
    items: shown.map((letter) => show(letter, threads.get(letter.message.threadId) ?? [])),
    total_count: found.length,
    total_pages: pages,
  };
}

function show(letter: Letter, thread: readonly string[]): DevMailPage['items'][number] {
  const { message, path, came } = letter;
  return {
    path,
    id: came === null ? message.id : null,
    kind: came === null ? null : (came.kind ?? 'received'),
    from: message.from,
    to: recipientOf(letter),
    subject: message.subject,
    text: message.text,
    at: printInstant(message.businessAt ?? message.receivedAt),
    place: thread.indexOf(path) + 1,
    thread: thread.length,
    why_no_unsubscribe: came === null ? whyNoUnsubscribe(message) : null,
  };
}
