import { describe, expect, test } from 'vitest';
import { reachOtherwise } from '../../../src/commands/contacts/reach-otherwise.ts';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { suppressContact } from '../../../src/commands/contacts/suppress-contact.ts';
import { unsubscribe } from '../../../src/commands/inbound/unsubscribe.ts';
import { stopSequence } from '../../../src/commands/sequences/stop-sequence.ts';
import { learnPoints } from '../../../src/db/contact-points.ts';
import { suppressionOfContact } from '../../../src/db/suppressions.ts';
import { DAY_MS } from '../../../src/domain/durations.ts';
import type { ContactId } from '../../../src/domain/ids.ts';
import type { SuppressionReason } from '../../../src/domain/suppression.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { clockOf, copiesOf, eventsOf, first, suppressionsOf } from '../../support/enrolled.ts';
import { rounds } from '../../support/rounds.ts';
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

  describe('of one point', () => {
    const further = 'ada@home.example';

    /** Somebody with an open sequence, known by a further address that it does not write to. */
    async function withFurther() {
      const sequence = await enrolled({ steps: steps('email', 'email') });
      const { workspaceId, contactId } = await row(sequence.id);
      const learnt = { workspaceId, contactId, source: 'person', now: 0 } as const;
      await deeds.db.asSystem((tx) => learnPoints(tx, learnt, [{ kind: 'address', key: further }]));
      return { ...sequence, contactId };
    }
    const isSuppressed = async (id: ContactId) =>
      (await deeds.db.asSystem((tx) => suppressionOfContact(tx, id))) !== null;

    test('ends the sequence that writes to another, for it is the person who is left alone', async () => {
      const { id, caller } = await withFurther();
      await suppress(deeds.commands, caller, [{ kind: 'address', value: further, reason: 'unsubscribed' }]);
      expect(await row(id)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    });

    test('whose mail fails leaves the person reachable by another once somebody says so', async () => {
      const { id, caller, email, contactId } = await withFurther();
      await suppress(deeds.commands, caller, [{ kind: 'address', value: further, reason: 'hard_bounce' }]);
      expect(await row(id)).toMatchObject({ status: 'FAILED', endReason: 'hard_bounce' });
      expect(await isSuppressed(contactId)).toBe(true);
      await reachOtherwise(deeds.commands, caller, contactId);
      expect(await isSuppressed(contactId)).toBe(false);

      // A complaint about the same address is news, a failure of it is none.
      await deeds.moveTo((await clockOf(deeds)) + DAY_MS);
      const again = (reason: SuppressionReason) =>
        suppress(deeds.commands, caller, [{ kind: 'address', value: further, reason }]);
      await again('hard_bounce');
      expect(await isSuppressed(contactId)).toBe(false);
      await again('complained');
      expect(await isSuppressed(contactId)).toBe(true);
      await reachOtherwise(deeds.commands, caller, contactId);
      expect(await isSuppressed(contactId)).toBe(false);

      // What fails after that, and what is written to, holds them as before.
      await deeds.moveTo((await clockOf(deeds)) + DAY_MS);
      await suppress(deeds.commands, caller, [{ kind: 'address', value: email, reason: 'complained' }]);
      expect(await isSuppressed(contactId)).toBe(true);
      await reachOtherwise(deeds.commands, caller, contactId);
      expect(await isSuppressed(contactId)).toBe(true);
    });

    test('is outweighed by a wish, which no choice takes back', async () => {
      const { caller, contactId, workspaceId } = await withFurther();
      for (const reason of ['hard_bounce', 'unsubscribed', 'complained'] as const)
        await suppress(deeds.commands, caller, [{ kind: 'address', value: further, reason }]);
      expect(await suppressionsOf(deeds, workspaceId)).toEqual([
        { kind: 'address', value: further, reason: 'unsubscribed' },
      ]);
      await expect(reachOtherwise(deeds.commands, caller, contactId)).rejects.toEqual(refused('wrong_state'));
    });

    test('is that mailbox by whatever name providers deliver it', async () => {
      const one = await enrolled({ steps: steps('email') });
      const gmail = await copiesOf(deeds, one, 1, () => 'ada.lovelace+topo@gmail.com');
      const value = 'adalovelace@googlemail.com';
      expect(await suppress(deeds.commands, one.caller, [{ kind: 'address', value, reason: 'unsubscribed' }])).toEqual({
        ended: 1,
      });
      expect((await row(first(gmail).id)).status).toBe('FAILED');
    });
  });

  test('asked for by many at once, and unsubscribed from meanwhile, is one entry for each point and one end', async () => {
    for (let round = 0; round < rounds(3, 30); round++) {
      const sequence = await enrolled({ steps: steps('email', 'email') });
      const { id, caller, email, profile, workspaceId } = sequence;
      const { contactId } = await row(id);
      const learnt = { workspaceId, contactId, source: 'person', now: 0 } as const;
      const points = ['eve@a.example', 'a-b@a.example', 'ab@a.example'].map(
        (key) => ({ kind: 'address', key }) as const,
      );
      const told = await Promise.all([
        unsubscribe(deeds.commands, caller, id, 'Eve@Elsewhere.example'),
        suppressContact(deeds.commands, caller, contactId),
        suppress(deeds.commands, caller, [
          { kind: 'profile', value: profile, reason: 'unsubscribed' },
          { kind: 'address', value: email, reason: 'hard_bounce' },
        ]),
        unsubscribe(deeds.commands, caller, id),
        // What is learnt meanwhile is theirs too, whether or not it has an entry of its own.
        deeds.db.asSystem((tx) => learnPoints(tx, learnt, points)),
      ]);
      expect(told).toHaveLength(5);
      const { status, endReason } = await row(id);
      expect(`${status} ${endReason}`).toMatch(/^(?:FAILED (?:unsubscribed|hard_bounce)|STOPPED_EARLY suppressed)$/);
      const left = await suppressionsOf(deeds, workspaceId);
      const values = left.map(({ value }) => value);
      expect(new Set(values).size).toBe(values.length);
      expect(values).toEqual(expect.arrayContaining([email, profile, 'eve@elsewhere.example']));
      expect(left.every(({ reason }) => reason !== 'hard_bounce')).toBe(true); // a wish outweighs it, whoever came first
      expect(await deeds.db.asSystem((tx) => suppressionOfContact(tx, contactId))).not.toBeNull();
      expect(await eventsOf(deeds, id, 'sequence_ended')).toHaveLength(1);
      expect(await eventsOf(deeds, id, 'unsubscribed')).toHaveLength(1);
    }
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
