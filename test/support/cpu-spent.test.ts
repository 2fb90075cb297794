import { expect, test } from 'vitest';
import { createCpuSpent } from './cpu-spent.ts';
import { type ProcessSeen, processesSeen } from './processes-seen.ts';

const ROOT = 10;

/** [pid, parent, own, inherited], born at the machine's start unless told otherwise. */
type Row = [pid: number, parent: number, own: number, inherited?: number, startedAt?: string];

const afterLooks = (...looks: Row[][]): number => {
  const spent = createCpuSpent(ROOT);
  for (const rows of looks)
    spent.look(
      rows.map(([pid, parent, own, inherited = 0, startedAt = '0']): ProcessSeen => {
        return { pid, parent, startedAt, own, inherited };
      }),
    );
  return spent.seconds();
};

test.each<[string, number, ...Row[][]]>([
  ['nobody but the root: what it used', 3, [[ROOT, 1, 3]]],
  [
    'strangers are not counted',
    3,
    [
      [ROOT, 1, 3],
      [11, 1, 50, 50],
    ],
  ],
  [
    'children and theirs are, in any order',
    15,
    [
      [30, 20, 8],
      [20, ROOT, 4],
      [ROOT, 1, 3],
    ],
  ],
  ['who died before it was seen is in what its parent inherited', 7, [[ROOT, 1, 3, 4]]],
  [
    'who is inherited counts once',
    9,
    [
      [ROOT, 1, 3],
      [20, ROOT, 5],
    ],
    [[ROOT, 1, 3, 6]],
  ],
  [
    'also two generations at once',
    12,
    [
      [ROOT, 1, 3],
      [20, ROOT, 4],
      [30, 20, 5],
    ],
    [[ROOT, 1, 3, 9]],
  ],
  [
    'an inheritance that shows a look later counts once',
    8,
    [
      [ROOT, 1, 3],
      [20, ROOT, 5],
    ],
    [[ROOT, 1, 3]],
    [[ROOT, 1, 3, 5]],
  ],
  [
    'a zombie counts once, before and after its burial',
    8,
    [
      [ROOT, 1, 3],
      [20, ROOT, 5],
    ],
    [
      [ROOT, 1, 3],
      [20, ROOT, 5],
    ],
    [[ROOT, 1, 3, 5]],
  ],
  [
    'a server whose starter died stays of the family',
    14,
    [
      [ROOT, 1, 3],
      [20, ROOT, 1],
      [30, 20, 5],
    ],
    [
      [ROOT, 1, 3, 1],
      [30, 1, 10],
    ],
  ],
  [
    'and what it had used is kept when a stranger buries it',
    14,
    [
      [ROOT, 1, 3],
      [20, ROOT, 1],
      [30, 20, 5],
    ],
    [
      [ROOT, 1, 3, 1],
      [30, 1, 10],
    ],
    [[ROOT, 1, 3, 1]],
  ],
  [
    'helpers that died with their starter, of which only it was inherited',
    14,
    [
      [ROOT, 1, 3],
      [20, ROOT, 1],
      [30, 20, 10],
    ],
    [[ROOT, 1, 3, 1]],
    [[ROOT, 1, 3, 1]],
  ],
  [
    'what is inherited later, of others, does not make up for them',
    16,
    [
      [ROOT, 1, 3],
      [20, ROOT, 1],
      [30, 20, 10],
    ],
    [[ROOT, 1, 3, 1]],
    [[ROOT, 1, 3, 1]],
    [[ROOT, 1, 3, 3]],
  ],
  [
    'a stranger that was given the number of one who died is none of ours',
    8,
    [
      [ROOT, 1, 3],
      [20, ROOT, 5],
    ],
    [
      [ROOT, 1, 3, 5],
      [20, 1, 70, 0, 'later'],
    ],
  ],
])('%s', (_what, seconds, ...looks) => {
  expect(afterLooks(...looks)).toBe(seconds);
});

test('on Linux this process and its parent are seen; elsewhere nobody is', () => {
  const all = processesSeen();
  if (process.platform === 'linux')
    expect(all).toContainEqual(expect.objectContaining({ pid: process.pid, parent: process.ppid }));
  else expect(all).toBeNull();
});
