import { expect, test } from 'vitest';
import { intentOf, leaningOf } from '../../../src/domain/inbound/reply-rules.ts';

test.each([
  ['Sounds interesting. But what does it cost?', 'positive'],
  ["I'm not interested, but Ada may be.", 'negative'],
  ['Please remove me from your list. Or would that take Ada off too?', 'unsubscribe'],
  ["I'm not interested. Then again: sounds good, tell me more?", null],
  ['What is that?', null],
  ['', null],
])('where no rule is sure, a reply leans to what its clauses say: %j', (text, leaning) => {
  expect(leaningOf('Re: Hello', text)).toBe(leaning);
});

test('what a rule is sure of is what it leans to', () => {
  expect(intentOf('Re: Hello', 'Not interested.')).toBe('negative');
  expect(leaningOf('Re: Hello', 'Not interested.')).toBe('negative');
});
