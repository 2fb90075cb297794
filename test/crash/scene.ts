import type { Db } from '../../src/db/pool.ts';
import { type Child, type Children, childAtHand, startChildren } from './children.ts';
import { type Office, openOffice } from './office.ts';
import { type Sink, startSink } from './sink.ts';

/** Everything a strike needs: the truth, the ledger, and workers to strike. */
export interface Scene {
  sink: Sink;
  office: Office;
  children: Children;
  /** The one at hand, another once it is dead. */
  child(): Promise<Child>;
  stop(): Promise<void>;
}

/** Opens a scene on a migrated database; `folder` takes the children's program. */
export async function openScene({ db, url, folder }: { db: Db; url: string; folder: string }): Promise<Scene> {
  const sink = await startSink();
  const filed = new Set<string>();
  const children = await startChildren(folder, url, {
    has: (host, messageId) => filed.has(messageId) || (host === 'filing.example' && sink.has(messageId)),
    file: (_, messageId) => void filed.add(messageId),
  });
  return {
    sink,
    children,
    child: childAtHand(children),
    office: openOffice(db, sink.port),
    async stop() {
      await children.stop();
      await sink.stop();
    },
  };
}
