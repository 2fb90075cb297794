import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { TemporalSettings } from './adapters/temporal-client.ts';

/** Thrown with every problem of the environment at once; caught at the entry points. */
export class BadEnvironment extends Error {
  override readonly name = 'BadEnvironment';
}

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);

const variables = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z.url().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),

  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_POOL_SIZE: count.default(20),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d+$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_PROFILE: z.string().optional(),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('topo'),

  SECRET_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits (32 bytes): openssl rand -hex 32')
    .optional(),
  /** Encrypts stored passwords: `id:64 hexadecimal digits`, the newest first, several separated by commas. */
  CREDENTIALS_KEYS: z
    .string()
    .regex(
      /^[\w.-]+:[0-9a-f]{64}(,[\w.-]+:[0-9a-f]{64})*$/i,
      'must be id:64 hexadecimal digits, the newest first, separated by commas',
    )
    .optional(),
  /** The language model that reads the replies no rule understands; without one a person does. */
  AI_PROVIDER: z.enum(['openai', 'anthropic', 'openai-compatible']).optional(),
  AI_MODEL: z.string().min(1).optional(),
  AI_API_KEY: z.string().min(1).optional(),
  AI_BASE_URL: z.url().optional(),
  /** How freely it writes AI variables. */
  AI_TEMPERATURE: z.coerce.number().min(0).max(2).default(0.4),
  AI_MAX_ANSWER_TOKENS: count.default(2_000),
  /** For one try; there are three. */
  AI_TIMEOUT_SECONDS: count.default(60),
  /** US dollars per million tokens; without them costs are not known. */
  AI_INPUT_PRICE: z.coerce.number().min(0).optional(),
  AI_OUTPUT_PRICE: z.coerce.number().min(0).optional(),
  LINKEDIN_URL: z.url().optional(),
  LINKEDIN_API_KEY: z.string().optional(),
  /** What the provider's callbacks carry in the header `Unipile-Auth`; without it none is taken, and polling finds all. */
  LINKEDIN_CALLBACK_SECRET: z.string().min(16).optional(),

  /** `embedded` is set by the development runtime for its own children: there the clock may be virtual. */
  TOPO_RUNTIME: z.enum(['standard', 'embedded']).default('standard'),
  /** The embedded runtime delivers to its own mailbox only, unless this says `yes`. */
  ALLOW_REAL_MAIL: z.enum(['yes', 'no']).default('no'),
  TOPO_DATA_DIR: z.string().default('.data'),
  /** Where its operators look; the page links there. */
  TEMPORAL_UI_URL: z.url().optional(),
  TEMPORAL_CLI_PATH: z.string().optional(),
  EMBEDDED_POSTGRES_PORT: port.default(5433),
  EMBEDDED_TEMPORAL_PORT: port.default(7233),
  EMBEDDED_TEMPORAL_UI_PORT: port.default(8233),
  MAILBOX_SMTP_PORT: port.default(1025),
  MAILBOX_IMAP_PORT: port.default(1143),
  MAILBOX_PAGE_PORT: port.default(8025),
  LINKEDIN_SIMULATOR_PORT: port.default(8026),
  /** A follow-up email goes only when its inbox was read this recently. */
  INBOX_FRESH_MINUTES: count.default(10),
  WORKER_MAX_ACTIVITIES: count.default(100),
  WORKER_CACHED_WORKFLOWS: count.default(300),

  TOPO_URL: z.url().optional(),
  TOPO_TOKEN: z.string().optional(),
  PATH: z.string().default(''),
});

const environment = variables.superRefine(({ AI_PROVIDER, AI_MODEL, AI_BASE_URL }, context) => {
  const lacks = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (AI_PROVIDER && !AI_MODEL) lacks('AI_MODEL', `AI_PROVIDER=${AI_PROVIDER} needs the name of a model`);
  if (AI_PROVIDER === 'openai-compatible' && !AI_BASE_URL)
    lacks('AI_BASE_URL', 'an openai-compatible provider needs its address');
});

export type Config = z.infer<typeof environment>;

/**
 * The environment, parsed once; the only place where it is read. An empty variable counts as unset. Throws
 * `BadEnvironment` naming every variable that is wrong, its value and what was expected.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    const value = SECRET.test(name) ? '(not shown)' : JSON.stringify(given[name]);
    return `  ${name}=${value}: ${message}`;
  });
  throw new BadEnvironment(`The environment has ${problems.length} problem(s):\n${problems.join('\n')}`);
}

/** The standard `TEMPORAL_*` settings (address, namespace, TLS, API key, profile), read as every Temporal tool reads them. */
export function readTemporalSettings(overrides: Readonly<Record<string, string>> = {}): TemporalSettings {
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: environmentWith(overrides) });
  return { connectionOptions, namespace: namespace ?? 'default' };
}

/** The environment as a child process gets it: ours, without what is empty, and the overrides. */
export function environmentWith(overrides: Readonly<Record<string, string>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined && value !== '') given[name] = value;
  return { ...given, ...overrides };
}

const SECRET = /KEY|TOKEN|PASSWORD|SECRET|DATABASE_URL/;
