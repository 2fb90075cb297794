import { type Config, environmentWith } from '../config.ts';
import type { Parts } from './parts.ts';
import { freePort } from './servers/ports.ts';

export const apiUrl = ({ HOST, PORT }: Pick<Config, 'HOST' | 'PORT'>) =>
  `http://${HOST === '0.0.0.0' ? '127.0.0.1' : HOST}:${PORT}`;

/** What the worker and the API are told of the parts they run on. */
export const childEnvironment = (config: Config, parts: Parts): Record<string, string> =>
  environmentWith({
    PORT: String(config.PORT),
    DATABASE_URL: parts.databaseUrl,
    TEMPORAL_ADDRESS: parts.temporalAddress,
    SECRET_KEY: parts.secretKey,
    PUBLIC_URL: config.PUBLIC_URL ?? apiUrl(config),
    LINKEDIN_URL: config.LINKEDIN_URL ?? parts.linkedIn.url,
    LINKEDIN_API_KEY: config.LINKEDIN_API_KEY ?? parts.linkedInKey,
    LINKEDIN_CALLBACK_SECRET: parts.linkedInCallbackSecret,
    ...(parts.temporalUi === null ? {} : { TEMPORAL_UI_URL: parts.temporalUi }),
    TOPO_RUNTIME: 'embedded',
    TZ: 'UTC',
  });

/** The configuration of an installation of its own, beside whatever else runs: its data in `dataDir`, its ports free ones. */
export async function apart(config: Config, dataDir: string): Promise<Config> {
  return {
    ...config,
    TOPO_DATA_DIR: dataDir,
    DATABASE_URL: undefined,
    TEMPORAL_ADDRESS: undefined,
    PORT: await freePort(),
    EMBEDDED_POSTGRES_PORT: await freePort(),
    EMBEDDED_TEMPORAL_PORT: await freePort(),
    EMBEDDED_TEMPORAL_UI_PORT: await freePort(),
    MAILBOX_SMTP_PORT: await freePort(),
    MAILBOX_IMAP_PORT: await freePort(),
    MAILBOX_PAGE_PORT: await freePort(),
    LINKEDIN_SIMULATOR_PORT: await freePort(),
  };
}
