import { describe, expect, test } from 'vitest';
import { bounces } from '../../fixtures/mail/bounces.ts';
import { judged } from '../../support/mail.ts';

const all = Object.values(bounces).flat();

for (const [group, fixtures] of Object.entries(bounces))
  describe(group, () => {
    test.each(fixtures)('$name', async ({ source, expected }) => {
      expect(await judged(source)).toEqual(expected);
    });
  });

test('the set is as large as reliability 5d, E6, asks', () => {
  expect(all.length).toBeGreaterThanOrEqual(40);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

test('no soft bounce is taken for a hard one', async () => {
  const softs = all.filter(({ expected }) => expected.kind === 'bounce' && expected.severity === 'soft');
  const verdicts = await Promise.all(softs.map(({ source }) => judged(source)));
  expect(verdicts.filter((verdict) => verdict.kind === 'bounce' && verdict.severity === 'hard')).toEqual([]);
  expect(softs.length).toBeGreaterThan(20);
});

test.each([
  ['full.quota', 'spam-blocked.example'],
  ['utente-sconosciuto', 'user-unknown.example'],
  ['sender', 'helo.limit.test'],
  ['no.such.user', 'mailbox-not-found.invalid.example'],
])('the letters of an address never decide: %s@%s', async (local, domain) => {
  for (const { name, source, expected } of all) {
    const named = source.replaceAll('grace@', `${local}@`).replaceAll('contact.example', domain);
    expect(await judged(named), name).toEqual(expected);
  }
});
