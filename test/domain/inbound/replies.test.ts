import { describe, expect, test } from 'vitest';
import { autoReplies } from '../../fixtures/mail/auto-replies.ts';
import { marks } from '../../fixtures/mail/marked.ts';
import { replies } from '../../fixtures/mail/replies.ts';
import { judged } from '../../support/mail.ts';

const machines = Object.values(autoReplies).flat();
const people = Object.values(replies).flat();

for (const [group, fixtures] of Object.entries({ ...autoReplies, ...replies, ...marks }))
  describe(group, () => {
    test.each(fixtures)('$name', async ({ source, expected }) => {
      expect(await judged(source)).toEqual(expected);
    });
  });

test('the set is as large as reliability 5d, E7, asks', () => {
  expect(machines.length).toBeGreaterThanOrEqual(60);
  expect(replies.persons.length).toBeGreaterThanOrEqual(20);
});

test('no reply of a person is lost', async () => {
  const verdicts = await Promise.all(
    people.map(async ({ name, source }) => ({ name, kind: (await judged(source)).kind })),
  );
  expect(verdicts.filter(({ kind }) => kind !== 'reply')).toEqual([]);
});
