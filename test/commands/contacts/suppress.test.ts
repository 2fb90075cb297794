import { describe, expect, test } from 'vitest';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { copiesOf, first, suppressionsOf } from '../../support/enrolled.ts';
import { sequencesOf, steps } from '../../support/scenario.ts';

const { deeds, enrolled, row } = commandsForFile();

describe('a suppression', () => {
  test('of a domain ends every open sequence of it and its subdomains, in pages, and of no look-alike', async () => {
    const one = await enrolled({ steps: steps('email') });
    const hosts = ['gone.example', 'mail.gone.example', 'a.b.gone.example'];
    const gone = await copiesOf(deeds, one, 205, (name) => `${name}@${hosts[Number(name.split('-').at(-1)) % 3]}`);
    const others = [
      ...(await copiesOf(deeds, one, 1, (name) => `${name}@notgone.example`)),
      ...(await copiesOf(deeds, one, 1, (name) => `${name}@gone.example.org`)),
    ];
    await stopSequence(deeds.commands, one.caller, first(gone).id);
    const entry = { kind: 'domain', value: '@Gone.Example', reason: 'asked_by_user' } as const;
    expect(await suppress(deeds.commands, one.caller, [entry])).toEqual({ ended: 204 });
    expect(await suppress(deeds.commands, one.caller, [entry])).toEqual({ ended: 0 });
    const all = await sequencesOf(deeds.db, one.campaignId);
    const count = (is: (sequence: (typeof all)[number]) => boolean) => all.filter(is).length;
    expect(count(({ status, endReason }) => status === 'STOPPED_EARLY' && endReason === 'suppressed')).toBe(204);
    expect(count(({ endReason }) => endReason === 'stopped_by_user')).toBe(1);
    for (const { id } of [one, ...others]) expect((await row(id)).status).toBe('ACTIVE');
    expect(await suppressionsOf(deeds, one.workspaceId)).toEqual([
      { kind: 'domain', value: 'gone.example', reason: 'asked_by_user' },
    ]);
  });

  test.each([
    ['unsubscribed', 'FAILED', 'unsubscribed'],
    ['hard_bounce', 'FAILED', 'hard_bounce'],
    ['complained', 'FAILED', 'complained'],
    ['asked_by_user', 'STOPPED_EARLY', 'suppressed'],
  ] as const)('because of %s ends a sequence %s', async (reason, status, endReason) => {
    const { id, caller, profile } = await enrolled({ steps: steps('email') });
    await suppress(deeds.commands, caller, [{ kind: 'profile', value: profile, reason }]);
    expect(await row(id)).toMatchObject({ status, endReason });
  });

  test('of what is no address is refused, and nothing of the request is done', async () => {
    const { id, caller, email, workspaceId } = await enrolled({ steps: steps('email') });
    const reason = 'asked_by_user';
    await expect(
      suppress(deeds.commands, caller, [
        { kind: 'address', value: email, reason },
        { kind: 'address', value: 'nobody', reason },
      ]),
    ).rejects.toEqual(refused('invalid'));
    expect((await row(id)).status).toBe('ACTIVE');
    expect(await suppressionsOf(deeds, workspaceId)).toEqual([]);
  });
});
