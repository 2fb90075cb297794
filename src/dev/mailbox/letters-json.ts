import type { DevLetterShown, DevMailPage, DevMailShown } from '../../api/shapes/dev.ts';
import { printInstant } from '../../api/shapes/primitives.ts';
import type { Letter } from './letters.ts';
import { pageOf, recipientOf, threadsOf } from './list.ts';
import type { StoredMessage } from './message.ts';
import { whyNoUnsubscribe } from './unsubscribe.ts';

/** Headers and text of whatever people write; who wants to see more opens the source alone. */
const MOST_SOURCE_BYTES = 64 * 1024;

/** The list as the page reads it. */
export function lettersPage(letters: readonly Letter[], url: URL): DevMailPage {
  const { found, pages, shown } = pageOf(letters, url);
  const threads = threadsOf(letters);
  return {
    items: shown.map((letter) => show(letter, threads.get(letter.message.threadId) ?? [])),
    total_count: found.length,
    total_pages: pages,
  };
}

/** One of `letters` as the page shows it alone. */
export async function wholeLetter(letter: Letter, letters: readonly Letter[]): Promise<DevLetterShown> {
  const { message, came, raw } = letter;
  const ofThread = letters.filter((each) => each.message.threadId === message.threadId);
  const thread = ofThread.map((each) => each.path);
  const bytes = await raw();
  return {
    ...show(letter, thread),
    recipients: message.to,
    delivered_to: came === null ? otherRecipients(message) : null,
    inbox: came && { account: came.account, uid: came.uid },
    received_at: printInstant(message.receivedAt),
    has_html: message.html !== '',
    headers: message.headers,
    source: bytes.subarray(0, MOST_SOURCE_BYTES).toString('utf8'),
    is_cut: bytes.length > MOST_SOURCE_BYTES,
    size: bytes.length,
    whole_thread: ofThread.map((each) => show(each, thread)),
  };
}

/** Told only where the dialogue and the headers disagree: that is news. */
function otherRecipients({ envelope: { recipients }, to }: StoredMessage): string[] | null {
  return recipients.join() === to.map(({ address }) => address).join() ? null : recipients;
}

function show(letter: Letter, thread: readonly string[]): DevMailShown {
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
