import { isNotNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endCampaign } from '../../src/commands/campaigns/end-campaign.ts';
import { pauseCampaign } from '../../src/commands/campaigns/pause-campaign.ts';
import { suppress } from '../../src/commands/contacts/suppress.ts';
import { recordReply } from '../../src/commands/inbound/record-reply.ts';
import { unsubscribe } from '../../src/commands/inbound/unsubscribe.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { permitBody } from '../../src/db/claim.ts';
import { deliveries } from '../../src/db/schema.ts';
import type { SequenceId } from '../../src/domain/ids.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
import { waitingForLocks } from '../support/lock-waits.ts';
import { rounds } from '../support/rounds.ts';
import { aCampaign, aHouse, always, content, type RunningCampaign, sequencesOf, steps } from '../support/scenario.ts';
import { until } from '../support/until.ts';

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterAll(() => deeds?.stop());

let campaigns = 0;

interface Due extends RunningCampaign {
  sequences: SequenceId[];
  addresses: string[];
}

/** A running campaign whose sequences are all due. */
async function due(count: number): Promise<Due> {
  const house = await aHouse(deeds.db);
  const rows = Array.from({ length: count }, (_, n) => ({
    email: `c${campaigns}-${n}@lead.example`,
    firstName: 'Ada',
  }));
  campaigns++;
  const campaign = await aCampaign(deeds.commands, house, {
    content: content(steps('email', 'email'), { schedule: always }),
    leads: rows,
    start: true,
  });
  const later = Date.parse('2030-03-19T23:30:00Z');
  await deeds.enrolBatch(campaign.campaignId, later);
  const sequences = (await sequencesOf(deeds.db, campaign.campaignId)).map(({ id }) => id);
  expect(sequences).toHaveLength(count);
  for (const id of sequences) await deeds.personalise(id, later);
  return { ...campaign, sequences, addresses: rows.map(({ email }) => email) };
}

const LATE = Date.parse('2030-03-20T01:00:00Z');

/** How many bodies were permitted so far. */
const bodiesStarted = () =>
  deeds.db.asSystem(
    async (tx) =>
      (await tx.select({ id: deliveries.id }).from(deliveries).where(isNotNull(deliveries.dataStartedAt))).length,
  );

/** Holds the mail servers of these addresses before they ask for the body. */
function gateFor(addresses: readonly string[]) {
  let open: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const allArrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let missing = addresses.length;
  if (missing === 0) arrive();
  const meanwhile = () => {
    if (--missing === 0) arrive();
    return opened;
  };
  for (const address of addresses) deeds.world.react(address, { meanwhile });
  return { open, allArrived };
}

/** Every command that withdraws permission, for all the sequences at once. */
const withdrawals: Record<string, (campaign: Due) => Promise<unknown>> = {
  pause: ({ caller, campaignId }) => pauseCampaign(deeds.commands, caller, campaignId),
  'end of the campaign': ({ caller, campaignId }) => endCampaign(deeds.commands, caller, campaignId),
  stop: ({ caller, sequences }) => Promise.all(sequences.map((id) => stopSequence(deeds.commands, caller, id))),
  reply: ({ caller, sequences }) =>
    Promise.all(
      sequences.map((sequenceId) =>
        recordReply(deeds.commands, caller, { sequenceId, intent: 'negative', key: sequenceId }),
      ),
    ),
  'reply that is unclear': ({ caller, sequences }) =>
    Promise.all(
      sequences.map((sequenceId) =>
        recordReply(deeds.commands, caller, { sequenceId, intent: 'unclear', key: sequenceId }),
      ),
    ),
  'out of office': ({ caller, sequences }) =>
    Promise.all(
      sequences.map((sequenceId) =>
        recordReply(deeds.commands, caller, { sequenceId, intent: 'out_of_office', key: sequenceId }),
      ),
    ),
  unsubscribe: ({ caller, sequences }) => Promise.all(sequences.map((id) => unsubscribe(deeds.commands, caller, id))),
  suppression: ({ caller }) =>
    suppress(deeds.commands, caller, [{ kind: 'domain', value: 'lead.example', reason: 'asked_by_user' }]),
};

/** So many claimers, of whom some stand between claim and body. */
const RACES = rounds(
  [{ claimers: 5, standing: 3 }],
  [
    { claimers: 8, standing: 0 },
    { claimers: 8, standing: 6 },
  ],
);

describe('once a withdrawal of permission was answered, no message body is started:', () => {
  for (const [name, withdraw] of Object.entries(withdrawals))
    test(`${name}, raced by claimers at any moment of theirs`, async () => {
      for (const { standing, claimers } of RACES) {
        const campaign = await due(claimers);
        const gate = gateFor(campaign.addresses.slice(0, standing));
        const [stand, race] = [campaign.sequences.slice(0, standing), campaign.sequences.slice(standing)];
        // Some claimers stand between claim and body until the withdrawal has been answered, the rest race it freely.
        const standingClaims = stand.map((id) => deeds.performStep(id, LATE));
        await gate.allArrived;
        const claims = [...standingClaims, ...race.map((id) => deeds.performStep(id, LATE))];
        await withdraw(campaign);
        const startedBefore = await bodiesStarted();
        gate.open();
        await Promise.all(claims);
        expect(await bodiesStarted()).toBe(startedBefore);
        expect((await Promise.all(stand.map((id) => deeds.deliveriesOf(id)))).flat().map(({ state }) => state)).toEqual(
          Array(standing).fill('RELEASED'),
        );
      }
    });
});

test('each of 8 claimers of one sequence passes the fence, and its message leaves once', async () => {
  const { sequences } = await due(1);
  const [id] = sequences;
  if (!id) throw new Error('no sequence');
  const before = deeds.world.accepted.length;
  await Promise.all(Array.from({ length: 8 }, () => deeds.performStep(id, LATE)));
  expect(deeds.world.accepted.length - before).toBe(1);
  const [step] = await deeds.stepsOf(id);
  expect(step?.status).toBe('SENT');
  expect((await deeds.tasksOf(id)).filter(({ status }) => status === 'OPEN')).toEqual([]);
});

describe('a withdrawal waits for a claim that is just being permitted, and none is permitted behind it:', () => {
  const narrow = { pause: pauseCampaign, 'end of the campaign': endCampaign };
  for (const [name, withdraw] of Object.entries(narrow))
    test(name, async () => {
      const { sequences, addresses, caller, campaignId, workspaceId } = await due(1);
      const [id] = sequences;
      if (!id) throw new Error('no sequence');
      const gate = gateFor(addresses);
      const claim = deeds.performStep(id, LATE);
      await gate.allArrived;
      const [delivery] = await deeds.deliveriesOf(id);
      if (!delivery) throw new Error('no delivery');

      let withdrawn = false;
      let withdrawal: Promise<unknown> = Promise.resolve();
      await deeds.db.inWorkspace(workspaceId, async (tx) => {
        expect(await permitBody(tx, delivery, 'hash', LATE)).toBe(true);
        withdrawal = withdraw(deeds.commands, caller, campaignId).finally(() => {
          withdrawn = true;
        });
        await until(() => waitingForLocks(tx).then((count) => count > 0), 'the withdrawal to wait for the lock');
        expect(withdrawn).toBe(false);
      });
      await withdrawal;
      gate.open();
      await claim;
      expect((await deeds.deliveriesOf(id))[0]?.attempt).toBe(1);
    });
});
