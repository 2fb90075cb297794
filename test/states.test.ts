import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nouns, statesPage } from '../scripts/states.ts';

test('docs/states.md says what the transition tables say', () => {
  expect(readFileSync(new URL('../docs/states.md', import.meta.url), 'utf8')).toBe(statesPage());
});

test.each(nouns)('a move more or less of a $name would change the page', (noun) => {
  for (const [from, to] of Object.entries(noun.moves)) {
    const more = { ...noun, moves: { ...noun.moves, [from]: [...to, 'ELSEWHERE'] } };
    expect(statesPage([more]), `${from} → ELSEWHERE`).not.toBe(statesPage([noun]));
    if (to.length === 0) continue;
    const less = { ...noun, moves: { ...noun.moves, [from]: to.slice(1) } };
    expect(statesPage([less]), `${from} without ${to[0]}`).not.toBe(statesPage([noun]));
  }
});

test('every status that leads nowhere is where one may stay, and every start and end is a status of the table', () => {
  for (const { moves, starts, ends = [] } of nouns) {
    expect(Object.keys(moves)).toEqual(expect.arrayContaining([...starts, ...ends]));
    const statuses = new Set(Object.keys(moves));
    expect(
      Object.values(moves)
        .flat()
        .filter((to) => !statuses.has(to)),
    ).toEqual([]);
    if (ends.length > 0)
      expect(ends).toEqual(expect.arrayContaining(Object.keys(moves).filter((from) => moves[from]?.length === 0)));
  }
});
