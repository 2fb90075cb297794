import { run } from '../../src/cli/main.ts';
import { readConfig } from '../../src/config.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** The command line in this process, against the API at `url`; never watched by a person, who is asked only for secrets. */
export function commandLine(
  settings: Readonly<Record<string, string>>,
  askSecret: ((question: string) => Promise<string>) | null = null,
) {
  return async (...argv: string[]): Promise<Ran> => {
    const out: string[] = [];
    const err: string[] = [];
    const terminal = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      isWatched: false,
      askSecret,
    };
    const code = await run(argv, terminal, () => readConfig(settings));
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
}
