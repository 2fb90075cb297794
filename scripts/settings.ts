/**
 * Writes docs/settings.md from the schema of src/config.ts: `npm run docs`. With `--check` it writes nothing and fails
 * when the page differs.
 */
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { settings } from '../src/config.ts';
import { keepPage } from './generated-page.ts';

const heading = `# Settings

Environment variables, parsed once at the start (\`src/config.ts\`); whatever is wrong is reported at once, and an empty
variable counts as unset. The other [standard settings](https://docs.temporal.io/develop/environment-configuration) of
Temporal clients (\`TEMPORAL_API_KEY\`, \`TEMPORAL_TLS…\`) are read as every Temporal tool reads them.

This page is made by \`npm run docs\`; \`npm run check\` fails where it is not what the schema says.
`;

/** What a variable is when nobody sets it. */
function unset(setting: z.ZodType): string {
  const parsed = setting.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? `\`${String(parsed.data)}\`` : '–';
}

const row = ([name, setting]: [string, z.ZodType]): string =>
  `| \`${name}\` | ${unset(setting)} | ${setting.description ?? ''} |`;

export const settingsPage = (): string =>
  [
    heading,
    ...Object.entries(settings).flatMap(([group, shape]) => [
      `## ${group}\n`,
      '| variable | default | what it is |',
      '|---|---|---|',
      `${Object.entries<z.ZodType>(shape).map(row).join('\n')}\n`,
    ]),
  ].join('\n');

if (process.argv[1] === fileURLToPath(import.meta.url)) keepPage('docs/settings.md', settingsPage());
