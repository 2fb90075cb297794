import { MockActivityEnvironment } from '@temporalio/testing';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createRepair, reconcileOnce } from '../../src/activities/repair.ts';
import { MailboxAway, type Mailboxes } from '../../src/adapters/mailbox.ts';
import { stopSequence } from '../../src/commands/sequences/stop-sequence.ts';
import { appNow } from '../../src/db/clock.ts';
import { accounts, deliveries, installation } from '../../src/db/schema.ts';
import { LOOK_UPS } from '../../src/domain/delivery.ts';
import { type Deeds, startDeeds } from '../support/deeds.ts';
import { anEnrolled, copiesOf, type Enrolled, first } from '../support/enrolled.ts';
import { aHouse, aMailServer, type House, steps } from '../support/scenario.ts';

/* The reconciler's looks into Sent folders: other people's servers hold up neither its run nor one another. */

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterAll(() => deeds?.stop());
/** What earlier tests left is looked up no more. */
beforeEach(() => deeds.db.asSystem((tx) => tx.update(deliveries).set({ lookUps: LOOK_UPS })));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Sequences stopped after their email got no answer, whose first look is due. */
async function unanswered(count: number, of?: House): Promise<[Enrolled, ...Enrolled[]]> {
  const house = of ?? (await aHouse(deeds.db));
  const sequence = await anEnrolled(deeds, { steps: steps('email'), house });
  deeds.world.react(sequence.email, { outcome: { kind: 'unknown', detail: 'connection reset' } });
  await deeds.performStep(sequence.id, (await deeds.sequenceOf(sequence.id)).nextAt ?? 0);
  await stopSequence(deeds.commands, sequence.caller, sequence.id);
  const others = count > 1 ? await copiesOf(deeds, sequence, count - 1) : [];
  await deeds.moveTo((await deeds.db.asSystem(appNow)) + 3 * 3_600_000);
  return [sequence, ...others];
}

const lookUpsOf = async ({ id }: Enrolled) => first(await deeds.deliveriesOf(id)).lookUps;
const runWith = (open: Mailboxes['open']) => reconcileOnce({ ...deeds.deps, mailboxes: { open } });

test('the run is marked before it asks any mail server', async () => {
  await unanswered(1);
  await deeds.db.asSystem((tx) => tx.update(installation).set({ reconciledAt: null }));
  const marks: unknown[] = [];
  const { lookedUp } = await runWith(async (settings) => {
    const [state] = await deeds.db.asSystem((tx) => tx.select({ at: installation.reconciledAt }).from(installation));
    marks.push(state?.at);
    return deeds.world.mailboxes.open(settings);
  });
  expect(lookedUp).toBe(1);
  expect(marks).toEqual([expect.any(Number)]);
});

test('while a mail server takes its time, Temporal hears that the run is alive', async () => {
  const [sequence] = await unanswered(1);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => {
    beats++;
  });
  let beatsWhileOpening = 0;
  const open: Mailboxes['open'] = (settings) => {
    const before = beats;
    vi.advanceTimersByTime(20_000);
    beatsWhileOpening = beats - before;
    return deeds.world.mailboxes.open(settings);
  };
  await environment.run(createRepair({ ...deeds.deps, mailboxes: { open } }));
  expect(await lookUpsOf(sequence)).toBe(1);
  expect(beatsWhileOpening).toBe(4);
});

test('a mailbox that does not open within 15 s counts as one that could not be read', async () => {
  const [sequence] = await unanswered(1);
  const never = new AbortController().signal;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 15_000 ? AbortSignal.abort() : never));
  const { lookedUp } = await runWith(async (settings, signal) => {
    if (signal?.aborted) throw new MailboxAway('away', 'the attempt was given up');
    return deeds.world.mailboxes.open(settings);
  });
  expect(lookedUp).toBe(1);
  expect(await lookUpsOf(sequence)).toBe(1);
  expect(deeds.log.lines).toContainEqual(expect.objectContaining({ line: 'the Sent folder could not be read' }));
});

test('a run begins no look-up after two minutes of them; the rest comes with the next', async () => {
  await unanswered(3);
  const [late, never] = [new AbortController(), new AbortController().signal];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => (ms === 120_000 ? late.signal : never));
  const { lookedUp } = await runWith((settings) => {
    late.abort();
    return deeds.world.mailboxes.open(settings);
  });
  expect(lookedUp).toBe(1);
  vi.restoreAllMocks();
  expect((await reconcileOnce(deeds.deps)).lookedUp).toBeGreaterThanOrEqual(2); // the first is due again
});

test('a run makes 20 look-ups at most; the rest comes with the next', async () => {
  await unanswered(22);
  expect((await reconcileOnce(deeds.deps)).lookedUp).toBe(20);
  expect((await reconcileOnce(deeds.deps)).lookedUp).toBeGreaterThanOrEqual(2); // the first are due again
});

test('look-ups that fail, however many, do not keep the others from their turn', async () => {
  const house = await aHouse(deeds.db);
  const imap = { ...aMailServer.imap, host: 'broken.example' };
  await deeds.db.asSystem((tx) =>
    tx
      .update(accounts)
      .set({ settings: { ...aMailServer, imap } })
      .where(eq(accounts.id, house.emailAccount)),
  );
  const failing = await unanswered(20, house);
  const [other] = await unanswered(1); // the youngest: behind all of them in time
  const open: Mailboxes['open'] = async (settings) => {
    if (settings.host === imap.host) throw new TypeError('a fault of ours');
    return deeds.world.mailboxes.open(settings);
  };
  let runs = 0;
  while (runs < 20 && (await lookUpsOf(other)) === 0) {
    await runWith(open);
    runs++;
  }
  expect(await lookUpsOf(other)).toBe(1); // a run misses it once in 21 times; 20 runs never do
  for (const sequence of failing) expect(await lookUpsOf(sequence)).toBe(0);
});
