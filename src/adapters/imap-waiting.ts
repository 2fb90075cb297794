import type { ImapFlow } from 'imapflow';

type News = ReturnType<typeof newsOf>;

/** Whether INBOX grew since it was last read, and a pause that ends when it does. */
export function newsOf(client: ImapFlow) {
  let fresh = false;
  let wake = (): void => undefined;
  const note = () => {
    fresh = true;
    wake();
  };
  client.on('exists', ({ path, count, prevCount }) => {
    if (path.toUpperCase() === 'INBOX' && count > prevCount) note();
  });
  client.on('close', () => wake());
  return {
    note,
    isFresh: () => fresh,
    forget: () => {
      fresh = false;
    },
    /** Until something comes, `ms` are over, the connection is, `signal` says so, or `done` is. */
    pause: async (ms: number, signal: AbortSignal | undefined, done?: Promise<unknown>) => {
      const over = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const timer = setTimeout(() => wake(), ms);
      signal?.addEventListener('abort', wake, { once: true });
      done?.then(wake, wake);
      await over;
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
    },
  };
}

/** Returns on news, after `timeoutMs`, on abort, or when the connection is gone. Throws when the server falls silent. */
export async function wait(
  client: ImapFlow,
  news: News,
  timeouts: { command: number; idle: number; poll: number },
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<void> {
  const end = performance.now() + timeoutMs;
  const left = () => end - performance.now();
  const isAborted = () => signal?.aborted === true;
  while (!news.isFresh() && !isAborted() && client.usable && left() > 0) {
    const canIdle = client.capabilities.has('IDLE');
    const idling = canIdle ? client.idle() : undefined;
    // An IDLE the server ends or refuses is not begun again before its time is over: no loop gets hot.
    await news.pause(Math.min(left(), canIdle ? timeouts.idle : timeouts.poll), signal);

    // NOOP ends the IDLE, and a server that told nothing of itself tells now.
    let answered = false;
    const ended = Promise.all([client.noop(), idling]).finally(() => {
      answered = true;
    });
    ended.catch(() => undefined); // then the connection is closed, which is looked at next
    if (isAborted()) return;
    await news.pause(timeouts.command, signal, ended);
    // A server that took IDLE and never said "+" would be waited for without end.
    if (answered || news.isFresh() || isAborted()) continue;
    client.close();
    throw Object.assign(new Error('no answer to IDLE'), { code: 'ETIMEOUT' }); // as imapflow calls it elsewhere
  }
}
