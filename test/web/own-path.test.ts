import { expect, test } from 'vitest';
import { ownPath } from '../../src/web/sign-in/own-path.ts';

test.each(['/tasks?view=all&due=today', '/campaigns/1/leads#x', '/'])('signing in leads back to %s', (next) => {
  expect(ownPath(next)).toBe(next);
});

test.each([
  undefined,
  '',
  'https://elsewhere.example/',
  '//elsewhere.example',
  '/\\elsewhere.example',
  'javascript:alert(1)',
  'tasks',
  '/sign-in?next=/sign-in',
])('signing in does not lead to %s', (next) => {
  expect(ownPath(next)).toBe('/campaigns');
});
