import { pino } from 'pino';
import { createAiReplyReader } from './adapters/ai-reply-reader.ts';
import { createAiWriter } from './adapters/ai-writer.ts';
import { createHttpLinkedIn } from './adapters/http-linkedin.ts';
import { createImapMailboxes } from './adapters/imap-mailbox.ts';
import { openVault } from './adapters/key-vault.ts';
import { type LanguageModelSettings, openLanguageModel } from './adapters/language-model.ts';
import type { LinkedIn, LinkedInCallbacks } from './adapters/linkedin.ts';
import { createLinkedInCallbacks } from './adapters/linkedin-callbacks.ts';
import type { Mailboxes } from './adapters/mailbox.ts';
import type { Mailer } from './adapters/mailer.ts';
import { offlineWriter } from './adapters/offline-writer.ts';
import { hostsFor, lookupBy } from './adapters/reachable-host.ts';
import { noReplyReader, type ReplyReader } from './adapters/reply-reader.ts';
import { createSmtpMailer } from './adapters/smtp-mailer.ts';
import { createTemporalClient } from './adapters/temporal-client.ts';
import { createTemporalWalks } from './adapters/temporal-walks.ts';
import { createUnsubscribeLinks } from './adapters/unsubscribe-links.ts';
import type { Vault } from './adapters/vault.ts';
import type { Writer } from './adapters/writer.ts';
import type { RealMail } from './commands/deps.ts';
import { BadEnvironment, type Config, readTemporalSettings } from './config.ts';
import { clockOffset } from './db/clock.ts';
import { failureOf } from './db/errors.ts';
import { type Db, type DbOptions, openDb } from './db/pool.ts';
import type { Log } from './domain/log.ts';

/** What the worker and the API have in common: log, database, Temporal, links. */
export interface Runtime {
  log: pino.Logger;
  db: Db;
  temporal: ReturnType<typeof readTemporalSettings>;
  client: ReturnType<typeof createTemporalClient>;
  walks: ReturnType<typeof createTemporalWalks>;
  unsubscribeLinks: ReturnType<typeof createUnsubscribeLinks>;
  vault: Vault;
  mailer: Mailer;
  mailboxes: Mailboxes;
  linkedIn: LinkedIn;
  /** Null without a secret to know the provider by: no callback is taken, and polling finds all. */
  linkedInCallbacks: LinkedInCallbacks | null;
  replyReader: ReplyReader;
  /** Mail servers on private hosts, and addresses in domains kept for examples: the embedded runtime's. */
  allowPrivateHosts: boolean;
  realMail: RealMail | null;
}

/** How long a process waits for its database: a request hardly, a deed that must be recorded long. */
type Patience = Pick<DbOptions, 'statementTimeoutMs' | 'acquireTimeoutMs'>;

/** Opens the shared parts. Throws `BadEnvironment` for what a process of its own needs and was not given. */
export function openRuntime(config: Config, name: string, patience: Patience): Runtime {
  const { DATABASE_URL, SECRET_KEY } = config;
  const missing = Object.entries({ DATABASE_URL, SECRET_KEY }).filter(([, value]) => value === undefined);
  if (!DATABASE_URL || !SECRET_KEY)
    throw new BadEnvironment(
      `${name} needs ${missing.map(([variable]) => variable).join(' and ')}; \`npm start\` brings its own`,
    );
  const log = pino({ name, level: config.LOG_LEVEL });
  const isEmbedded = config.TOPO_RUNTIME === 'embedded';
  const resolve = hostsFor({ isEmbedded, allowRealMail: config.ALLOW_REAL_MAIL === 'yes' });
  const temporal = readTemporalSettings();
  const client = createTemporalClient(temporal);
  return {
    log,
    temporal,
    client,
    db: openDb({
      url: DATABASE_URL,
      size: config.DATABASE_POOL_SIZE,
      ...patience,
      lockTimeoutMs: 5_000,
      onIdleError: (error) => log.warn(failureOf(error), 'an idle database connection was lost'),
    }),
    walks: createTemporalWalks(client, config.TEMPORAL_TASK_QUEUE),
    unsubscribeLinks: createUnsubscribeLinks({
      publicUrl: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
      key: Buffer.from(SECRET_KEY, 'hex'),
    }),
    vault: openVault(config.CREDENTIALS_KEYS, SECRET_KEY),
    mailer: createSmtpMailer({ resolve }),
    mailboxes: createImapMailboxes({ lookup: lookupBy(resolve) }),
    linkedIn: openLinkedIn(config),
    linkedInCallbacks: config.LINKEDIN_CALLBACK_SECRET
      ? createLinkedInCallbacks({ secret: config.LINKEDIN_CALLBACK_SECRET })
      : null,
    replyReader: openReplyReader(config, log),
    allowPrivateHosts: isEmbedded,
    realMail: realMailOf(config),
  };
}

/** The configured provider; without one every call fails as if it were away. */
const openLinkedIn = ({ LINKEDIN_URL, LINKEDIN_API_KEY }: Config): LinkedIn =>
  createHttpLinkedIn({
    baseUrl: LINKEDIN_URL ?? 'http://127.0.0.1:0',
    apiKey: LINKEDIN_API_KEY ?? '',
    timeoutMs: 30_000,
  });

/** What a campaign with real accounts needs of the installation; null where none may start. */
function realMailOf({ TOPO_RUNTIME, ALLOW_REAL_MAIL, PUBLIC_URL }: Config): RealMail | null {
  if (TOPO_RUNTIME === 'embedded' && ALLOW_REAL_MAIL === 'no') return null;
  return { publicUrl: PUBLIC_URL ?? null };
}

/** Reads replies with the configured language model; without one nobody is asked but a person. */
function openReplyReader(config: Config, log: Log): ReplyReader {
  const settings = modelSettingsOf(config);
  if (!settings) return noReplyReader;
  return createAiReplyReader({ model: openLanguageModel(settings), log, timeoutMs: 20_000 });
}

/** Writes AI variables with the configured language model; without one they are their fallbacks. */
export function openWriter(config: Config, log: Log): Writer {
  const settings = modelSettingsOf(config);
  if (!settings) return offlineWriter;
  const { AI_INPUT_PRICE: input, AI_OUTPUT_PRICE: output } = config;
  return createAiWriter({
    model: openLanguageModel(settings),
    log,
    provider: settings.provider,
    modelName: settings.model,
    temperature: config.AI_TEMPERATURE,
    maxAnswerTokens: config.AI_MAX_ANSWER_TOKENS,
    timeoutMs: config.AI_TIMEOUT_SECONDS * 1_000,
    pauseMs: 2_000,
    prices: input === undefined || output === undefined ? null : { input, output },
  });
}

/** null: none is configured. */
function modelSettingsOf({ AI_PROVIDER, AI_MODEL, AI_API_KEY, AI_BASE_URL }: Config): LanguageModelSettings | null {
  if (!AI_PROVIDER || !AI_MODEL) return null;
  return { provider: AI_PROVIDER, model: AI_MODEL, apiKey: AI_API_KEY ?? null, baseUrl: AI_BASE_URL ?? null };
}

/** Virtual time belongs to the embedded runtime: anywhere else a moved clock means the wrong database. Design 4. */
export async function refuseVirtualTime(config: Config, db: Db): Promise<void> {
  const offset = await db.asSystem(clockOffset);
  if (offset > 0 && config.TOPO_RUNTIME !== 'embedded')
    throw new BadEnvironment(
      `the database's clock is ${offset} ms ahead: virtual time is for the embedded runtime only`,
    );
}
