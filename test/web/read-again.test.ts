import { type Query, QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readAgain, readWhenRested } from '../../src/web/shell/read-again.ts';
import { sourcesIn } from '../support/imports.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Everything that is due by now has happened. */
const settled = () => vi.advanceTimersByTimeAsync(0);
const about =
  (asked: string) =>
  ({ queryKey: [noun] }: Query) =>
    noun === asked;

/** Figures that somebody looks at. Each read sees the world as it was asked for and is answered when the test says so. */
function someFigures() {
  const world = { changes: 0 };
  const reads: { answer: () => Promise<unknown>; isAborted: () => boolean }[] = [];
  const client = new QueryClient();
  const observer = new QueryObserver(client, {
    queryKey: ['campaigns', 'spring', 'figures'],
    queryFn: ({ signal }) => {
      const seen = world.changes;
      return new Promise<number>((resolve) => {
        const answer = () => {
          resolve(seen);
          return settled();
        };
        reads.push({ answer, isAborted: () => signal.aborted });
      });
    },
  });
  observer.subscribe(() => undefined);
  return {
    client,
    reads,
    /** Something happens, and the stream tells. */
    change() {
      world.changes++;
      readWhenRested(client, about('campaigns'));
      return settled();
    },
    shown: () => observer.getCurrentResult().data,
    close: () => client.clear(),
  };
}

test.each([
  ['the first read of a page', 0],
  ['a later read', 1],
])(
  'under fifty changes %s goes on, is shown, and is followed by exactly one, which shows the newest',
  async (_, before) => {
    const { reads, change, shown, close } = someFigures();
    if (before > 0) {
      await reads[0]?.answer();
      await change();
    }
    for (let times = 0; times < 50; times++) await change();
    expect(reads).toHaveLength(before + 1);
    expect(reads[before]?.isAborted()).toBe(false);

    await reads[before]?.answer();
    expect(shown()).toBe(before);
    expect(reads).toHaveLength(before + 2);

    await reads[before + 1]?.answer();
    expect(shown()).toBe(before + 50);
    await vi.runAllTimersAsync();
    expect(reads).toHaveLength(before + 2);
    close();
  },
);

test('a read that came to nothing is followed by the one that changes asked for meanwhile', async () => {
  const { client, reads, change, shown, close } = someFigures();
  await reads[0]?.answer();
  await change();
  await change();
  await client.cancelQueries();
  await settled();
  expect(reads).toHaveLength(3);
  await reads[2]?.answer();
  expect(shown()).toBe(2);
  close();
});

const TOOK_MS = 2_000;

test('after a long read what changed meanwhile waits three times as long, and what the viewer did waits for nothing', async () => {
  const { client, reads, change, shown, close } = someFigures();
  const readFor = async (at: number, meanwhile: () => Promise<unknown>) => {
    await vi.advanceTimersByTimeAsync(TOOK_MS);
    await meanwhile();
    await reads[at]?.answer();
  };
  await reads[0]?.answer();
  await change();
  await readFor(1, change);
  await vi.advanceTimersByTimeAsync(3 * TOOK_MS - 1);
  expect(reads).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(reads).toHaveLength(3);
  await readFor(2, change);
  expect(reads).toHaveLength(3);

  const seen = vi.fn();
  void readAgain(client, about('campaigns')).then(seen);
  await settled();
  expect(reads).toHaveLength(4);
  expect(seen).not.toHaveBeenCalled();
  await reads[3]?.answer();
  expect(seen).toHaveBeenCalled();
  expect(shown()).toBe(3);
  await vi.runAllTimersAsync();
  expect(reads).toHaveLength(4); // it was the one that the last change waited for
  close();
});

test('what is not about it is left alone, and what nobody looks at is only marked as old', async () => {
  const { client, reads, close } = someFigures();
  await reads[0]?.answer();
  client.setQueryData(['campaigns', 'autumn'], 'seen before');
  readWhenRested(client, about('accounts'));
  await settled();
  expect(client.getQueryState(['campaigns', 'autumn'])).toMatchObject({ isInvalidated: false });
  readWhenRested(client, about('campaigns'));
  await settled();
  expect(client.getQueryState(['campaigns', 'autumn'])).toMatchObject({ isInvalidated: true, fetchStatus: 'idle' });
  expect(reads).toHaveLength(2);
  close();
});

test('nothing else in the page cancels a read or has it read again', () => {
  const verbs = /\b(invalidate|refetch|cancel|reset)Queries\b/;
  const web = Object.entries(sourcesIn(new URL('../../src/web/', import.meta.url)));
  expect(web.flatMap(([path, source]) => (verbs.test(source) ? [path] : []))).toEqual(['shell/read-again.ts']);
});
