import { DefaultLogger, NativeConnection, Runtime as TemporalRuntime } from '@temporalio/worker';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createChildMailParser } from '../../adapters/child-mail-parser.ts';
import { createHttpLinkedIn } from '../../adapters/http-linkedin.ts';
import { createImapMailboxes } from '../../adapters/imap-mailbox.ts';
import { offlineWriter } from '../../adapters/offline-writer.ts';
import { noReplyReader } from '../../adapters/reply-reader.ts';
import { createSmtpMailer } from '../../adapters/smtp-mailer.ts';
import { createTemporalClient } from '../../adapters/temporal-client.ts';
import { createTemporalWalks } from '../../adapters/temporal-walks.ts';
import { createUnsubscribeLinks } from '../../adapters/unsubscribe-links.ts';
import { createAnnouncer } from '../../commands/announcer.ts';
import type { CommandDeps } from '../../commands/deps.ts';
import { readTemporalSettings } from '../../config.ts';
import { openDb } from '../../db/pool.ts';
import { createWorkers } from '../../temporal-workers.ts';
import { createSkipper } from '../clock/skipper.ts';
import type { Parts } from '../parts.ts';

const TASK_QUEUE = 'topo';

/** What an engine in this process runs on; the mail ports only where they are not the ordinary ones. */
export interface EngineParts extends Pick<Parts, 'databaseUrl' | 'temporalAddress' | 'secretKey' | 'vault'> {
  /** The provider's API; absent: no step of its kind is taken. */
  linkedIn?: { url: string };
  linkedInKey?: string;
  mail?: Pick<ActivityDeps, 'mailer' | 'mailboxes'>;
}

/** Nobody opens it; campaigns of real mail need one. */
export const DEMO_PUBLIC_URL = 'https://topo.example';

/** The engine in this process, on the given parts: the same activities, adapters and workflows as in the worker. */
export async function startDemoEngine(parts: EngineParts) {
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warn: (fields: object, line: string) => void warnings.push(`${line} ${JSON.stringify(fields)}`),
    error: (fields: object, line: string) => void warnings.push(`${line} ${JSON.stringify(fields)}`),
  };
  const db = openDb({
    url: parts.databaseUrl,
    size: 30,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    acquireTimeoutMs: 10_000,
    onIdleError: () => undefined,
  });
  const settings = readTemporalSettings({ TEMPORAL_ADDRESS: parts.temporalAddress });
  const client = createTemporalClient(settings);
  const walks = createTemporalWalks(client, TASK_QUEUE);
  const announcer = createAnnouncer({ db, walks, log });
  const commands: CommandDeps = { db, announce: announcer.announce };

  TemporalRuntime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address: parts.temporalAddress });
  const linkedIn = createHttpLinkedIn({
    baseUrl: parts.linkedIn?.url ?? 'http://127.0.0.1:0',
    apiKey: parts.linkedInKey ?? '',
    timeoutMs: 10_000,
  });
  const unsubscribeLinks = createUnsubscribeLinks({
    publicUrl: DEMO_PUBLIC_URL,
    key: Buffer.from(parts.secretKey, 'hex'),
  });
  const mailParser = createChildMailParser();
  const deps: ActivityDeps = {
    db,
    ...(parts.mail ?? { mailer: createSmtpMailer(), mailboxes: createImapMailboxes() }),
    mailParser,
    replyReader: noReplyReader,
    vault: parts.vault,
    inboxFreshMs: 600_000,
    linkedIn,
    writer: offlineWriter,
    walks,
    unsubscribeLinks,
    log,
  };
  const workers = await createWorkers({
    connection,
    taskQueue: TASK_QUEUE,
    deps,
    maxCachedWorkflows: 300,
    shutdownGraceTime: '5 seconds',
  });
  const running = workers.run();
  return {
    db,
    walks,
    log,
    warnings,
    deps,
    commands,
    announcer,
    skipper: createSkipper(client, settings.namespace),
    async stop() {
      await announcer.settled();
      workers.shutdown();
      await running;
      await mailParser.stop();
      await connection.close();
      await client.connection.close();
      await db.close();
    },
  };
}

export type DemoEngine = Awaited<ReturnType<typeof startDemoEngine>>;
