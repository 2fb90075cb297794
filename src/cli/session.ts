import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { type Client, createClient, Failure } from './client.ts';
import type { Terminal } from './terminal.ts';

/** What every command works with. */
export interface Session {
  terminal: Terminal;
  /** Asked for only when it is needed: `--help` works without a token. */
  client(): Client;
  /** Prints the answer as JSON when `--json` is given; else what `human` makes of it. */
  print<T>(command: Command, answer: T, human: (answer: T) => string | null): void;
  /** Anything but 0 ends the process with that code. */
  exitWith(code: number): void;
}

type Settings = Pick<Config, 'TOPO_URL' | 'TOPO_TOKEN' | 'TOPO_DATA_DIR' | 'PORT'>;

const project = fileURLToPath(new URL('../..', import.meta.url));

export function createSession(
  readSettings: () => Settings,
  terminal: Terminal,
  exitWith: (code: number) => void,
): Session {
  return {
    terminal,
    client: () => {
      const settings = readSettings();
      const { TOPO_URL: url = `http://127.0.0.1:${settings.PORT || 3000}` } = settings;
      return createClient({ url, token: tokenOf(settings) });
    },
    print(command, answer, human) {
      const text = isJson(command) ? JSON.stringify(answer, null, 2) : human(answer);
      if (text !== null) terminal.out(text);
    },
    exitWith,
  };
}

export const isJson = (command: Command): boolean => command.optsWithGlobals().json === true;

/** From the environment, or the file that the embedded runtime writes: seen from here, then from the project. */
function tokenOf({ TOPO_TOKEN: token, TOPO_DATA_DIR: folder }: Settings): string {
  if (token !== undefined) return token;
  const files = [join(folder, 'dev-token'), ...(isAbsolute(folder) ? [] : [join(project, folder, 'dev-token')])];
  const file = files.find((candidate) => existsSync(candidate));
  if (file === undefined)
    throw new Failure(`no token: set TOPO_TOKEN, or run npm start, which writes one to ${join(folder, 'dev-token')}`);
  return readFileSync(file, 'utf8').trim();
}
