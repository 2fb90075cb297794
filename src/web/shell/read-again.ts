import type { Query, QueryClient } from '@tanstack/react-query';

/*
 * What changed is read again, here and nowhere else, and no read is cancelled for it: in a busy campaign, where things
 * change more often than its figures can be counted, none would ever be answered. A read that is running when it is
 * touched goes on and is shown, and exactly one follows it, however often it was touched meanwhile.
 */

/** News waits so many times as long as the last read took: no open page keeps the server at it all the time. */
const RESTS = 3;
/** However long it took. */
const LONGEST_REST_MS = 30_000;

type Which = (query: Query) => boolean;

/**
 * For what the viewer waits for. Reads again what is shown of it, and marks the rest as old; resolves when all that is
 * shown was read by a request made since. Never rejects: a read that fails says so where it is shown.
 */
export async function readAgain(client: QueryClient, which: Which): Promise<void> {
  const touched = touch(client, which);
  for (const { hurry } of touched) hurry();
  await Promise.all(touched.map(({ done }) => done));
}

/** For what others did: as `readAgain`, but nobody waits for it, and what was read just now rests first. */
export function readWhenRested(client: QueryClient, which: Which): void {
  touch(client, which);
}

interface Reread {
  hasBegun: boolean;
  hurry: () => void;
  /** Until when what it showed rests, on the clock of `performance.now()`. */
  done: Promise<number>;
}

/** The latest of each query. What touches the query before it has begun is covered by it. */
const rereads = new WeakMap<Query, Reread>();

const touch = (client: QueryClient, which: Which): Reread[] =>
  client
    .getQueryCache()
    .findAll({ predicate: which })
    .map((query) => {
      const latest = rereads.get(query);
      return latest?.hasBegun === false ? latest : plan(client, query, latest);
    });

function plan(client: QueryClient, query: Query, before: Reread | undefined): Reread {
  let hurry: () => void = () => undefined;
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve;
  });
  const follow = async (): Promise<number> => {
    const restedAt = (await before?.done) ?? 0;
    await settled(query);
    await Promise.race([hurried, until(restedAt)]);
    await settled(query); // a part of the page that was opened meanwhile may have asked by itself
    reread.hasBegun = true;
    const begun = performance.now();
    await client.invalidateQueries({ predicate: (each) => each === query }, { cancelRefetch: false });
    const ended = performance.now();
    return ended + Math.min(RESTS * (ended - begun), LONGEST_REST_MS);
  };
  const reread: Reread = { hasBegun: false, hurry, done: follow() };
  rereads.set(query, reread);
  return reread;
}

/** When nothing is on its way for it, whatever came of what was. */
const settled = ({ promise }: Query): Promise<unknown> => Promise.allSettled([promise]);

async function until(at: number): Promise<void> {
  const rest = at - performance.now();
  if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
}
