import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choosePoint } from '../../../src/commands/contacts/choose-point.ts';
import { mergeContacts } from '../../../src/commands/contacts/merge-contacts.ts';
import { reachOtherwise } from '../../../src/commands/contacts/reach-otherwise.ts';
import { suppress } from '../../../src/commands/contacts/suppress.ts';
import { recordReply } from '../../../src/commands/inbound/record-reply.ts';
import { importLeads } from '../../../src/commands/leads/import-leads.ts';
import { contactPoints, contacts, deliveries, sequences } from '../../../src/db/schema.ts';
import { mailboxKey } from '../../../src/domain/contact-point.ts';
import type { CampaignId, SequenceId } from '../../../src/domain/ids.ts';
import { Refusal } from '../../../src/domain/refusal.ts';
import { commandsForFile } from '../../support/commanded.ts';
import { rounds } from '../../support/rounds.ts';
import { aCampaign, aHouse, always, content, type House, steps } from '../../support/scenario.ts';

/*
 * Whatever sequence of imports, merges, choices, replies and suppressions: no message leaves to a point its sequence was
 * not given, no two people become one without a person's word, nobody who wished to be left alone is written to.
 */

const { deeds } = commandsForFile();

const ADDRESSES = ['a@x.example', 'b@x.example', 'c.d@gmail.com', 'cd+topo@gmail.com', 'e@y.example'] as const;
const PROFILES = ['ann-one', 'bob-two', 'cem-three'] as const;

type Happening =
  | { kind: 'import'; email: string | null; profile: string | null; into: number }
  | { kind: 'merge'; one: number; other: number }
  | { kind: 'choose'; contact: number; point: number }
  | { kind: 'suppress'; value: string; reason: 'unsubscribed' | 'hard_bounce' }
  | { kind: 'reach'; contact: number }
  | { kind: 'reply'; nth: number; intent: 'neutral' | 'unsubscribe' }
  | { kind: 'send' };

const some = fc.nat({ max: 5 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('import'),
      email: fc.option(fc.constantFrom(...ADDRESSES), { nil: null, freq: 4 }),
      profile: fc.option(fc.constantFrom(...PROFILES), { nil: null }),
      into: fc.nat({ max: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge'), one: some, other: some }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('choose'), contact: some, point: some }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('suppress'),
      value: fc.constantFrom(...ADDRESSES),
      reason: fc.constantFrom('unsubscribed', 'hard_bounce'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reach'), contact: some }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reply'),
      nth: some,
      intent: fc.constantFrom('neutral', 'unsubscribe'),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'send' }) },
);

/** What commands may refuse in such a story is their right; anything else is a fault. */
const orRefused = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal) return false;
      throw error;
    },
  );

/** One house with two campaigns, and what ought to be true of everybody in it. */
class Story {
  readonly #house: House;
  readonly #campaigns: readonly CampaignId[];
  /** Points that a person's word, or a row that names both, has put together: of each, who it is. */
  readonly #people = new Map<string, string>();
  /** Mailboxes and profiles of people who wished to be left alone. */
  readonly #wishes = new Set<string>();

  constructor(house: House, campaigns: readonly CampaignId[]) {
    this.#house = house;
    this.#campaigns = campaigns;
  }

  async take(what: Happening): Promise<void> {
    const { commands } = deeds;
    const { caller } = this.#house;
    switch (what.kind) {
      case 'import': {
        const { email, profile, into } = what;
        const campaignId = this.#campaigns[into];
        if (!campaignId || (email === null && profile === null)) return;
        const rows = [{ email: email ?? '', profile: profile === null ? '' : `in/${profile}`, firstName: 'Ada' }];
        const [told] = await importLeads(commands, caller, { campaignId, rows });
        const said = [email, profile].filter((point) => point !== null);
        // Of somebody suppressed what was not known is learnt too, unless it contradicts what is.
        const isTaken = told?.outcome === 'suppressed' ? told.problem === null : told?.outcome !== 'conflict';
        if (isTaken) this.#areOne(said);
        return;
      }
      case 'merge': {
        const all = await this.#contacts();
        const [one, other] = [all[what.one % all.length], all[what.other % all.length]];
        if (!one || !other) return;
        const open = (await this.#sequences()).filter(({ endedAt }) => endedAt === null);
        const stop = open.find(({ contactId }) => contactId === other.id)?.id;
        const merge = { contactId: one.id, withId: other.id, ...(stop && { stop }) };
        if (await orRefused(mergeContacts(commands, caller, merge)))
          this.#areOne([...(await this.#pointsOf(one.id)), ...(await this.#pointsOf(other.id))].map(({ key }) => key));
        return;
      }
      case 'choose': {
        const all = await this.#contacts();
        const contact = all[what.contact % all.length];
        const points = contact ? await this.#pointsOf(contact.id) : [];
        const point = points[what.point % points.length];
        if (contact && point)
          await orRefused(choosePoint(commands, caller, { contactId: contact.id, pointId: point.id }));
        return;
      }
      case 'suppress':
        if (what.reason === 'unsubscribed') this.#wishes.add(mailboxKey(what.value));
        await suppress(commands, caller, [{ kind: 'address', value: what.value, reason: what.reason }]);
        return;
      case 'reach': {
        const all = await this.#contacts();
        const contact = all[what.contact % all.length];
        if (contact) await orRefused(reachOtherwise(commands, caller, contact.id));
        return;
      }
      case 'reply': {
        const all = await this.#sequences();
        const sequence = all[what.nth % all.length];
        if (!sequence) return;
        const theirs = await this.#pointsOf(sequence.contactId);
        if (what.intent === 'unsubscribe')
          for (const { kind, key } of theirs) this.#wishes.add(kind === 'address' ? mailboxKey(key) : key);
        await recordReply(commands, caller, { sequenceId: sequence.id, intent: what.intent, key: `${Math.random()}` });
        return;
      }
      case 'send':
        return this.#send();
    }
  }

  /** Enrols whoever may be and does the next step of every open sequence, each beside what it was given just before. */
  async #send(): Promise<void> {
    for (const campaignId of this.#campaigns) await deeds.enrolBatch(campaignId);
    for (const { id, nextAt, endedAt, contactId } of await this.#sequences()) {
      if (endedAt !== null) continue;
      if (nextAt === null) await deeds.personalise(id);
      const before = await this.#ofSequence(id);
      const wished = (await this.#pointsOf(contactId)).some(({ kind, key }) =>
        this.#wishes.has(kind === 'address' ? mailboxKey(key) : key),
      );
      const count = (await deeds.deliveriesOf(id)).length;
      await deeds.performStep(id, (await deeds.sequenceOf(id)).nextAt ?? 0);
      const sent = (await deeds.deliveriesOf(id)).filter(({ state }) => state === 'SENT');
      if (sent.length <= count) continue;
      const newest = sent.toSorted((a, b) => b.claimedAt - a.claimedAt)[0];
      expect(before.given, 'a message went where its sequence was not given to').toContain(newest?.recipient);
      expect(wished, `${newest?.recipient} is somebody who wished to be left alone`).toBe(false);
    }
  }

  /** Nobody is two, and no two are one who were never said to be. */
  async check(): Promise<void> {
    const owners = new Map<string, string[]>();
    for (const { id } of await this.#contacts())
      owners.set(
        id,
        (await this.#pointsOf(id)).map(({ key }) => key),
      );
    const all = [...owners.values()].flat();
    expect(new Set(all).size).toBe(all.length);
    for (const points of owners.values()) expect(new Set(points.map((point) => this.#whoIs(point))).size).toBe(1);
  }

  #whoIs(point: string): string {
    let one = point;
    for (let next = this.#people.get(one); next !== undefined && next !== one; next = this.#people.get(one)) one = next;
    return one;
  }

  #areOne(points: readonly string[]): void {
    const [first, ...rest] = points.map((point) => this.#whoIs(point));
    if (first !== undefined) for (const one of rest) if (one !== first) this.#people.set(one, first);
  }

  readonly #contacts = async () =>
    (
      await deeds.db.asSystem((tx) =>
        tx.select().from(contacts).where(eq(contacts.workspaceId, this.#house.workspaceId)).orderBy(contacts.id),
      )
    ).filter(({ mergedInto }) => mergedInto === null);
  readonly #sequences = () =>
    deeds.db.asSystem((tx) =>
      tx.select().from(sequences).where(eq(sequences.workspaceId, this.#house.workspaceId)).orderBy(sequences.id),
    );
  readonly #pointsOf = (id: string) =>
    deeds.db
      .asSystem((tx) => tx.select().from(contactPoints).where(eq(contactPoints.workspaceId, this.#house.workspaceId)))
      .then((points) => points.filter(({ contactId }) => contactId === id));
  readonly #ofSequence = async (id: SequenceId) => {
    const { emailPoint, profilePoint } = await deeds.sequenceOf(id);
    const rows = await deeds.db.asSystem((tx) => tx.select().from(contactPoints));
    return { given: rows.flatMap((point) => ([emailPoint, profilePoint].includes(point.id) ? [point.key] : [])) };
  };
}

test('whatever comes in whatever order, every message goes to whom its sequence was given', async () => {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 6, maxLength: 14 }), async (happenings) => {
      const house = await aHouse(deeds.db);
      const campaigns: CampaignId[] = [];
      for (let count = 0; count < 2; count++) {
        const script = content(steps('email', 'linkedin_invitation', 'email'), { schedule: always });
        campaigns.push((await aCampaign(deeds.commands, house, { content: script, leads: [] })).campaignId);
      }
      const story = new Story(house, campaigns);
      for (const what of happenings) await story.take(what);
      await story.take({ kind: 'send' });
      await story.check();
      const ofHouse = eq(deliveries.workspaceId, house.workspaceId);
      sent += (await deeds.db.asSystem((tx) => tx.select().from(deliveries).where(ofHouse))).length;
    }),
    { numRuns: rounds(15, 1_000), endOnFailure: true },
  );
  expect(sent).toBeGreaterThan(5); // or it would prove nothing
});
