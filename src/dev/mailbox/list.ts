import type { Letter } from './letters.ts';
import type { Correspondent } from './message.ts';

const PAGE_SIZE = 50;

/** The page of them that an address asks for, the newest first. */
export function pageOf(letters: readonly Letter[], url: URL) {
  const query = (url.searchParams.get('q') ?? '').trim();
  const found = letters.filter((letter) => matches(letter, query.toLowerCase())).toReversed();
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const current = Math.min(pages, Math.max(1, Math.floor(Number(url.searchParams.get('page')) || 1)));
  return { found, pages, shown: found.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE) };
}

const matches = ({ message: { from, to, subject } }: Letter, query: string) =>
  query === '' ||
  [...[from, ...to].flatMap(({ name, address }) => [name, address]), subject].join('\n').toLowerCase().includes(query);

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
