import { describe, expect, test } from 'vitest';
import { secondSet } from '../../fixtures/mail/second-set.ts';
import { judged } from '../../support/mail.ts';

describe('mail in words the rules were not written for', () => {
  test.each(secondSet)('$name', async ({ source, expected }) => {
    expect(await judged(source)).toEqual(expected);
  });
});
