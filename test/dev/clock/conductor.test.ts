import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appNow } from '../../../src/db/clock.ts';
import { campaignProgress, campaigns, sequenceSteps, sequences } from '../../../src/db/schema.ts';
import { createConductor } from '../../../src/dev/clock/conductor.ts';
import type { SequenceId } from '../../../src/domain/ids.ts';
import { type Deeds, startDeeds } from '../../support/deeds.ts';
import { anEnrolled } from '../../support/enrolled.ts';
import { steps } from '../../support/scenario.ts';

/* Virtual time on real rows, with walks that do what a test says each time they are brought to the present. */

let deeds: Deeds;
beforeAll(async () => {
  deeds = await startDeeds();
});
afterAll(() => deeds?.stop());

/** So short that any second look at what has not moved is one too many. */
const NO_PATIENCE_MS = 1;

/** A sequence that has started and whose first step is due; its campaign has nothing to do. */
async function due(): Promise<SequenceId> {
  const { id } = await anEnrolled(deeds, { steps: steps('email') });
  await deeds.db.asSystem(async (tx) => {
    await tx.update(sequences).set({ startedAt: await appNow(tx), toldSeq: sql`tell_seq` });
    await tx.update(campaigns).set({ status: 'ENDED', endedAt: await appNow(tx) });
    await tx.update(campaignProgress).set({ toldSeq: sql`tell_seq` });
  });
  return id;
}

const conductorWith = (brought: () => Promise<unknown>) =>
  createConductor({
    db: deeds.db,
    walks: deeds.deps.walks,
    skipper: {
      async skipTo() {
        await brought();
        return true;
      },
    },
    reconcile: async () => undefined,
    patienceMs: NO_PATIENCE_MS,
  });

const forward = async (brought: () => Promise<unknown>) =>
  conductorWith(brought).forward((await deeds.db.asSystem(appNow)) + 3_600_000);

test('what stands still is an error that names it, also where attempts fail again and again', async () => {
  const id = await due();
  const failing = () =>
    deeds.db.asSystem((tx) => tx.update(sequences).set({ deferrals: sql`deferrals + 1` }).where(eq(sequences.id, id)));
  await expect(forward(failing)).rejects.toThrow(
    new RegExp(`^virtual time stands still at .* nothing was enrolled, written, sent or told.*sequence ${id}`),
  );
  await end(id);
});

test('as long as anything moves, virtual time waits', async () => {
  const id = await due();
  let turns = 0;
  const moving = () =>
    ++turns < 10
      ? deeds.db.asSystem((tx) =>
          tx
            .update(sequenceSteps)
            .set({ contentVersion: sql`content_version + 1` })
            .where(eq(sequenceSteps.sequenceId, id)),
        )
      : end(id);
  expect(await forward(moving)).toMatchObject({ rounds: 1 });
  expect(turns).toBe(10);
});

const end = (id: SequenceId) =>
  deeds.db.asSystem((tx) =>
    tx
      .update(sequences)
      .set({ status: 'STOPPED_EARLY', endReason: 'stopped_by_user', nextAt: null, nextWhy: null, endedAt: 1 })
      .where(eq(sequences.id, id)),
  );
