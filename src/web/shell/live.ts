import type { QueryClient } from '@tanstack/react-query';
import type { ChangeHeard } from '../../api/shapes/stream.ts';
import { type Noun, nouns } from '../client.ts';
import { readAgain, readWhenRested } from './read-again.ts';
import { about, touchedBy } from './touched-by.ts';

/*
 * One event stream in the visible tab says what changed; what that touches is read again. While there is no stream,
 * everything shown is read every 15 seconds, and what says `meta: { often: true }` (drawer, import) every 5.
 */

const GATHER_MS = 150;
const OFTEN_MS = 5_000;
const SELDOM = 3;
const REOPEN_MS = 3_000;

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { often?: boolean };
  }
}

/** Listens until the returned function is called. */
export function startLive(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const touched = new Set<Noun>();

  const flush = () => {
    gathering = undefined;
    const gathered = [...touched];
    touched.clear();
    void readWhenRested(client, about(gathered));
  };
  const onMessage = ({ data }: MessageEvent<string>) => {
    const { kind }: ChangeHeard = JSON.parse(data);
    for (const noun of touchedBy[kind] ?? nouns) touched.add(noun);
    gathering ??= setTimeout(flush, GATHER_MS);
  };
  const open = () => {
    source?.close();
    source = new EventSource('/app/api/stream');
    source.onmessage = onMessage;
    source.onopen = () => {
      // Whatever happened meanwhile: at the first opening too, for the page was read before anybody listened.
      void readAgain(client, () => true);
    };
    source.onerror = () => {
      void readAgain(client, about(['session'])); // signed out, or nobody there: its answer tells
      // The browser itself tries again after a cut, not after an answer that is no stream.
      if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS);
    };
  };
  const close = () => {
    clearTimeout(reopening);
    source?.close();
    source = null;
  };
  const onVisibility = () => {
    if (document.hidden) close();
    else if (!source) open();
  };

  let ticks = 0;
  const timer = setInterval(() => {
    if (document.hidden || source?.readyState === EventSource.OPEN) return;
    ticks++;
    void readWhenRested(client, ({ meta }) => meta?.often === true || ticks % SELDOM === 0);
  }, OFTEN_MS);
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearInterval(timer);
    clearTimeout(gathering);
    close();
  };
}
