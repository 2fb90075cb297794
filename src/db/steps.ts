import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { StepContent } from '../domain/copy/step-content.ts';
import type { Tx } from './pool.ts';
import type { StepRow } from './rows.ts';
import { deliveries, sequenceSteps } from './schema.ts';

/** Writes what a step will say, in memory too; each write is a new version, so that two editors cannot overwrite each other. */
export async function writeContent(
  tx: Tx,
  step: StepRow,
  content: StepContent,
  missing: readonly string[],
): Promise<void> {
  Object.assign(step, { content, missing: [...missing], contentVersion: step.contentVersion + 1 });
  await tx
    .update(sequenceSteps)
    .set({ content, missing: [...missing], contentVersion: sql`${sequenceSteps.contentVersion} + 1` })
    .where(and(eq(sequenceSteps.sequenceId, step.sequenceId), eq(sequenceSteps.stepId, step.stepId)));
}

/** Whether a provider was ever called with the step's message. */
export async function wasTried(
  tx: Tx,
  { sequenceId, stepId }: Pick<StepRow, 'sequenceId' | 'stepId'>,
): Promise<boolean> {
  const [row] = await tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(
      and(eq(deliveries.sequenceId, sequenceId), eq(deliveries.stepId, stepId), isNotNull(deliveries.dataStartedAt)),
    );
  return row !== undefined;
}
