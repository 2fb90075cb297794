import type { GenerationId } from '../domain/ids.ts';
import { appNow } from './clock.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { generations } from './schema.ts';

type Generation = Omit<typeof generations.$inferInsert, 'id' | 'at'>;

/** One call of a language model: what it cost, and what went wrong; never what was asked or written. */
export async function recordGeneration(tx: Tx, generation: Generation): Promise<void> {
  await tx.insert(generations).values({ ...generation, id: newId<GenerationId>(), at: await appNow(tx) });
}
