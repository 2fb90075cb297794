import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { TemporalSettings } from './adapters/temporal-client.ts';

/** Thrown with every problem of the environment at once; caught at the entry points. */
export class BadEnvironment extends Error {
  override readonly name = 'BadEnvironment';
}

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);

const key = /^[0-9a-f]{64}$/i;
const keys = /^[\w.-]+:[0-9a-f]{64}(,[\w.-]+:[0-9a-f]{64})*$/i;

const door = {
  PORT: port.default(3000).describe('Where the API listens.'),
  HOST: z.string().default('127.0.0.1').describe('On which address.'),
  PUBLIC_URL: z
    .url()
    .optional()
    .describe('How the world reaches the API: unsubscribe links start with it. Unset: `http://HOST:PORT`.'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('What is logged.'),
};

const database = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe(
      'Any PostgreSQL from 14 on; its role owns the database and may create roles ([the statements](operating.md#more-than-one-host)). Unset: `npm start` brings its own.',
    ),
  DATABASE_POOL_SIZE: count.default(20).describe('Connections per process.'),
};

const temporal = {
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d+$/, 'must be host:port')
    .optional()
    .describe('`host:port` of any Temporal cluster or of Temporal Cloud. Unset: `npm start` brings its own.'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Where the workflows live.'),
  TEMPORAL_PROFILE: z.string().optional().describe('A profile of the Temporal configuration file.'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('topo').describe('Where the workers listen.'),
  TEMPORAL_UI_URL: z
    .url()
    .optional()
    .describe("The Temporal UI's base address: sequences link to their workflows there. Unset: the embedded one."),
  WORKER_MAX_ACTIVITIES: count.default(100).describe('Activities at once per worker.'),
  WORKER_CACHED_WORKFLOWS: count.default(300).describe('Workflows that a worker keeps in memory.'),
};

const secrets = {
  SECRET_KEY: z
    .string()
    .regex(key, 'must be 64 hexadecimal digits (32 bytes): openssl rand -hex 32')
    .optional()
    .describe(
      '64 hexadecimal digits (`openssl rand -hex 32`): seals unsubscribe links, and stored passwords where ' +
        '`CREDENTIALS_KEYS` is unset. `npm start` makes one.',
    ),
  CREDENTIALS_KEYS: z
    .string()
    .regex(keys, 'must be id:64 hexadecimal digits, the newest first, separated by commas')
    .optional()
    .describe(
      '`id:64 hexadecimal digits`, several separated by commas, the newest first: encrypts stored passwords. How they ' +
        'are rotated: [operating](operating.md#keys).',
    ),
};

const mail = {
  INBOX_FRESH_MINUTES: count.default(10).describe('A follow-up email goes only when its inbox was read this recently.'),
  ALLOW_REAL_MAIL: z
    .enum(['yes', 'no'])
    .default('no')
    .describe('The embedded runtime delivers to its own mailbox only, unless this says `yes`.'),
};

const linkedIn = {
  LINKEDIN_URL: z
    .url()
    .optional()
    .describe("A provider that speaks Unipile's v1 API. Unset: the simulator of the embedded runtime."),
  LINKEDIN_API_KEY: z.string().optional().describe('What the provider knows us by.'),
  LINKEDIN_CALLBACK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe(
      "What the provider's callbacks carry in the header `Unipile-Auth`. Without it none is taken, and looking finds " +
        'everything within about 35 minutes. `npm start` makes one.',
    ),
};

const languageModel = {
  AI_PROVIDER: z
    .enum(['openai', 'anthropic', 'openai-compatible'])
    .optional()
    .describe(
      'Writes AI variables, and reads the replies that no rule understands. Unset: fallback texts, and a person.',
    ),
  AI_MODEL: z.string().min(1).optional().describe('The name of the model.'),
  AI_API_KEY: z.string().min(1).optional().describe('What its provider knows us by.'),
  AI_BASE_URL: z.url().optional().describe('The address of an `openai-compatible` provider.'),
  AI_TEMPERATURE: z.coerce.number().min(0).max(2).default(0.4).describe('How freely AI variables are written.'),
  AI_MAX_ANSWER_TOKENS: count.default(2_000).describe('How long an answer may be.'),
  AI_TIMEOUT_SECONDS: count.default(60).describe('For one try; there are three.'),
  AI_INPUT_PRICE: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('US dollars per million tokens asked; without both prices costs are not known.'),
  AI_OUTPUT_PRICE: z.coerce.number().min(0).optional().describe('US dollars per million tokens answered.'),
};

const commandLine = {
  TOPO_URL: z.url().optional().describe('What `topo` talks to. Unset: the API on this machine, on `PORT`.'),
  TOPO_TOKEN: z.string().optional().describe('As whom. Unset: the token in `.data/dev-token`.'),
};

const embedded = {
  TOPO_DATA_DIR: z.string().default('.data').describe('Data of the embedded servers, tokens, keys, logs.'),
  TOPO_RUNTIME: z
    .enum(['standard', 'embedded'])
    .default('standard')
    .describe('`npm start` sets `embedded` for its own processes: only there may the clock be virtual.'),
  TEMPORAL_CLI_PATH: z.string().optional().describe('The `temporal` command. Unset: it is found, or downloaded once.'),
  EMBEDDED_POSTGRES_PORT: port.default(5433).describe('The embedded PostgreSQL.'),
  EMBEDDED_TEMPORAL_PORT: port.default(7233).describe('The embedded Temporal server.'),
  EMBEDDED_TEMPORAL_UI_PORT: port.default(8233).describe('Its UI.'),
  MAILBOX_SMTP_PORT: port.default(1025).describe('The local mailbox: SMTP,'),
  MAILBOX_IMAP_PORT: port.default(1143).describe('IMAP'),
  MAILBOX_PAGE_PORT: port.default(8025).describe('and its page.'),
  LINKEDIN_SIMULATOR_PORT: port.default(8026).describe('The LinkedIn simulator.'),
};

/** Every setting there is, by what it is for; `docs/settings.md` is made of it. */
export const settings = {
  'The API': door,
  Database: database,
  'Temporal and the workers': temporal,
  Secrets: secrets,
  Email: mail,
  LinkedIn: linkedIn,
  'Language model': languageModel,
  'The command line': commandLine,
  'The embedded runtime': embedded,
} satisfies Record<string, z.ZodRawShape>;

const variables = z.object({
  ...door,
  ...database,
  ...temporal,
  ...secrets,
  ...mail,
  ...linkedIn,
  ...languageModel,
  ...commandLine,
  ...embedded,
  /** Where programs are looked for; the system's own, so no setting. */
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
