import { asc, eq, inArray } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { addPoint } from '../../../src/commands/contacts/add-point.ts';
import { choosePoint } from '../../../src/commands/contacts/choose-point.ts';
import { eraseContact } from '../../../src/commands/contacts/erase-contact.ts';
import { mergeContacts, previewMerge } from '../../../src/commands/contacts/merge-contacts.ts';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { importLeads } from '../../../src/commands/leads/import-leads.ts';
import { pointRowsOf } from '../../../src/db/contact-points.ts';
import { findContact } from '../../../src/db/contact-reads.ts';
import { contacts, leads, sequences } from '../../../src/db/schema.ts';
import { suppressionOfContact } from '../../../src/db/suppressions.ts';
import type { ContactId } from '../../../src/domain/ids.ts';
import { unanswered } from '../../support/attempts.ts';
import { commandsForFile, refused } from '../../support/commanded.ts';
import { aLead, as, copiesOf, type Enrolled, eventsOf, first } from '../../support/enrolled.ts';
import { aCampaign, aHouse, plain, steps } from '../../support/scenario.ts';

const { deeds, enrolled, row, perform } = commandsForFile();

const contactOf = async (of: Enrolled): Promise<ContactId> => (await row(of.id)).contactId;
const keysOf = async (id: ContactId) =>
  (await deeds.db.asSystem((tx) => pointRowsOf(tx, id))).map(({ key }) => key).sort();
const leadsOf = (ids: ContactId[]) =>
  deeds.db.asSystem((tx) => tx.select().from(leads).where(inArray(leads.contactId, ids)).orderBy(asc(leads.id)));

/** Two contacts of one house, each with an open sequence; the first is the older. */
async function two() {
  const ada = await enrolled({ steps: steps('email', 'email', 'linkedin_invitation') });
  const eve = first(await copiesOf(deeds, ada, 1));
  return { ada, eve, older: await contactOf(ada), younger: await contactOf(eve) };
}

describe('a merge', () => {
  test('asks which of two open sequences ends, and leaves one contact with all that was the two’s', async () => {
    const { ada, eve, older, younger } = await two();
    const asked = { contactId: younger, withId: older };
    expect(await previewMerge(deeds.commands, ada.caller, asked)).toMatchObject({
      survivor: { id: older },
      merged: { id: younger },
      open: [ada, eve].map(({ id }) => ({ id })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    });
    await expect(mergeContacts(deeds.commands, ada.caller, asked)).rejects.toEqual(refused('wrong_state'));
    expect(await mergeContacts(deeds.commands, ada.caller, { ...asked, stop: eve.id })).toBe(older);

    expect(await row(eve.id)).toMatchObject({
      contactId: older,
      status: 'STOPPED_EARLY',
      endReason: 'stopped_by_user',
    });
    expect(await row(ada.id)).toMatchObject({ contactId: older, status: 'ACTIVE' });
    expect(await keysOf(older)).toEqual([ada.email, ada.profile, eve.email, eve.profile].sort());
    expect(await keysOf(younger)).toEqual([]);
    const found = await deeds.db.asSystem((tx) => findContact(tx, younger));
    expect(found).toMatchObject({ id: older, email: ada.email, profile: ada.profile });
    expect(await eventsOf(deeds, eve.id)).toContainEqual(expect.objectContaining({ contactId: older }));
    await expect(mergeContacts(deeds.commands, ada.caller, asked)).rejects.toEqual(refused('wrong_state'));

    // What goes on writes to whom it was begun with, and each of the addresses is the one person's.
    as('done', await perform(ada.id));
    expect(await deeds.deliveriesOf(ada.id)).toMatchObject([{ recipient: ada.email }]);
    await suppress(deeds.commands, ada.caller, [{ kind: 'address', value: eve.email, reason: 'unsubscribed' }]);
    expect(await row(ada.id)).toMatchObject({ status: 'FAILED', endReason: 'unsubscribed' });
    expect(await deeds.db.asSystem((tx) => suppressionOfContact(tx, older))).toBe('unsubscribed');
  });

  test('keeps one lead of each campaign, the enrolled one before others', async () => {
    const house = await aHouse(deeds.db);
    const ada = await enrolled({ house, steps: steps('email') });
    const review = await aCampaign(deeds.commands, house, {
      content: plain(),
      settings: { approvalMode: 'MANUAL_REVIEW' },
      leads: [],
    });
    const eve = aLead({ profile: '' });
    for (const campaignId of [ada.campaignId, review.campaignId])
      await importLeads(deeds.commands, house.caller, { campaignId, rows: [eve] });
    const [late] = await deeds.db.asSystem((tx) => tx.select().from(contacts).where(eq(contacts.email, eve.email)));
    const [older, younger] = [await contactOf(ada), first(late ? [late] : []).id];
    expect(await leadsOf([older, younger])).toHaveLength(3);
    await mergeContacts(deeds.commands, house.caller, { contactId: older, withId: younger });
    expect(await leadsOf([older, younger])).toMatchObject([
      { contactId: older, campaignId: ada.campaignId, status: 'ENROLLED' },
      { contactId: older, campaignId: review.campaignId, status: 'PENDING_REVIEW' },
    ]);
  });

  test('of what is one already, or was erased, is refused; an erasure by the old id forgets the one who stayed', async () => {
    const { ada, eve, older, younger } = await two();
    const refusal = refused('wrong_state');
    await expect(mergeContacts(deeds.commands, ada.caller, { contactId: older, withId: older })).rejects.toEqual(
      refusal,
    );
    await mergeContacts(deeds.commands, ada.caller, { contactId: older, withId: younger, stop: ada.id });
    await eraseContact(deeds.commands, ada.caller, younger);
    expect(await deeds.db.asSystem((tx) => findContact(tx, older))).toMatchObject({ email: null, firstName: null });
    expect(await row(eve.id)).toMatchObject({ endReason: 'contact_erased' });
    const third = await enrolled({ house: ada, steps: steps('email') });
    const also = { contactId: await contactOf(third), withId: younger };
    await expect(mergeContacts(deeds.commands, ada.caller, also)).rejects.toEqual(refusal);
  });

  test('at once in both directions, beside a step, a reply and an import of either, loses nothing', async () => {
    for (let round = 0; round < 8; round++) {
      const { ada, eve, older, younger } = await two();
      const merge = (contactId: ContactId, withId: ContactId) =>
        mergeContacts(deeds.commands, ada.caller, { contactId, withId, stop: eve.id });
      const { campaignId } = ada;
      const told = await Promise.allSettled([
        merge(older, younger),
        merge(younger, older),
        perform(ada.id),
        perform(eve.id),
        recordReply(deeds.commands, ada.caller, { sequenceId: eve.id, intent: 'neutral', key: `round ${round}` }),
        importLeads(deeds.commands, ada.caller, { campaignId, rows: [{ email: eve.email, jobTitle: 'CTO' }] }),
      ]);
      const failures = told.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      // One of the two directions finds the work done.
      expect(failures.filter((reason) => reason.code !== 'wrong_state')).toEqual([]);
      const all = await deeds.db.asSystem((tx) =>
        tx
          .select()
          .from(sequences)
          .where(inArray(sequences.id, [ada.id, eve.id])),
      );
      expect(all.map(({ contactId }) => contactId)).toEqual([older, older]);
      expect(await keysOf(older)).toEqual([ada.email, ada.profile, eve.email, eve.profile].sort());
      for (const of of [ada, eve])
        for (const { recipient } of await deeds.deliveriesOf(of.id)) expect(recipient).toBe(of.email);
    }
  });
});

describe('a point', () => {
  test('of somebody else is not added, and its owner is named', async () => {
    const { ada, eve, older, younger } = await two();
    const asked = { contactId: older, kind: 'address', value: eve.email } as const;
    await expect(addPoint(deeds.commands, ada.caller, asked)).rejects.toMatchObject({
      code: 'wrong_state',
      message: expect.stringContaining(younger),
    });
    await expect(addPoint(deeds.commands, ada.caller, { ...asked, value: 'nobody' })).rejects.toEqual(
      refused('invalid'),
    );
  });

  test('that a person chose is written to from then on, by the open sequence too', async () => {
    const { ada, older } = await two();
    as('done', await perform(ada.id));
    const value = 'Ada@Home.example';
    await addPoint(deeds.commands, ada.caller, { contactId: older, kind: 'address', value });
    await addPoint(deeds.commands, ada.caller, { contactId: older, kind: 'address', value }); // is known
    const points = await deeds.db.asSystem((tx) => pointRowsOf(tx, older));
    const point = first(points.filter(({ key }) => key === 'ada@home.example'));
    expect(await deeds.db.asSystem((tx) => findContact(tx, older))).toMatchObject({ email: ada.email });
    await choosePoint(deeds.commands, ada.caller, { contactId: older, pointId: point.id });
    as('done', await perform(ada.id));
    const sent = (await deeds.deliveriesOf(ada.id)).map(({ recipient }) => recipient);
    expect(sent).toEqual([ada.email, 'ada@home.example']);
    expect((await eventsOf(deeds, ada.id, 'contact_point_chosen')).length).toBe(1);
  });

  test('is chosen neither while a message is under way nor where it is suppressed', async () => {
    const { ada, older } = await two();
    await addPoint(deeds.commands, ada.caller, { contactId: older, kind: 'address', value: 'ada@home.example' });
    const points = await deeds.db.asSystem((tx) => pointRowsOf(tx, older));
    const pointId = first(points.filter(({ key }) => key === 'ada@home.example')).id;
    deeds.world.react(ada.email, unanswered);
    await perform(ada.id).catch(() => undefined);
    const choose = () => choosePoint(deeds.commands, ada.caller, { contactId: older, pointId });
    await expect(choose()).rejects.toMatchObject({ message: expect.stringContaining('under way') });
    await suppress(deeds.commands, ada.caller, [{ kind: 'address', value: 'ada@home.example', reason: 'hard_bounce' }]);
    await expect(choose()).rejects.toMatchObject({ message: expect.stringContaining('never written to') });
  });
});
