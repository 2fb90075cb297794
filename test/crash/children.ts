import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Fate, FromChild, Order, ToChild } from './messages.ts';

/** The Sent folders, by IMAP host, that the children look into. */
export interface SentFolders {
  has(host: string, messageId: string): boolean;
  file(host: string, messageId: string): void;
}

export interface Child {
  pid: number;
  /** One attempt; the next only once this one has met its fate. */
  perform(order: Order): Promise<Fate>;
  /** Resolves when its attempt stops the process (SIGSTOP). */
  stopped(): Promise<void>;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  isAlive(): boolean;
}

/** How many stand ready while others work. */
const SPARE = 2;

/** Children as many as are asked for; `folder` takes the program they run. */
export async function startChildren(folder: string, databaseUrl: string, sent: SentFolders) {
  const program = await bundle(join(folder, 'crash-child.mjs'));
  const started = new Set<Child>();
  const start = async (): Promise<Child> => {
    const child = startChild(program, databaseUrl, sent);
    started.add(child);
    await child.ready;
    return child;
  };
  const spare = Array.from({ length: SPARE }, start);
  for (const one of spare) one.catch(() => undefined); // whoever takes it hears of it
  return {
    /** One that does nothing yet. */
    take(): Promise<Child> {
      const next = start();
      next.catch(() => undefined);
      spare.push(next);
      return spare.shift() ?? next;
    },
    async stop() {
      await Promise.allSettled(spare);
      await Promise.all([...started].map((child) => child.kill()));
    },
  };
}

export type Children = Awaited<ReturnType<typeof startChildren>>;

/** The child that lives, or the next: for one strike after another. */
export function childAtHand(children: Children): () => Promise<Child> {
  let child: Child | null = null;
  return async () => {
    if (!child?.isAlive()) child = await children.take();
    return child;
  };
}

/** One file: to load the sources one by one takes a child 1.3 s of a processor, this 0.2 s. */
async function bundle(program: string): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    // Packages of the older kind call it, and a bundle of the newer kind has none.
    banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
    outfile: program,
    logLevel: 'silent',
  });
  return program;
}

function startChild(program: string, databaseUrl: string, sent: SentFolders) {
  const child = fork(program, [databaseUrl], { execArgv: [], env: { TZ: 'UTC' } });
  const gone = once(child, 'exit');
  /** The next message of one of these kinds; `killed` when there will be none. */
  const next = <K extends FromChild['kind']>(...kinds: K[]): Promise<Extract<FromChild, { kind: K }> | Killed> =>
    new Promise((resolve) => {
      const hear = (message: FromChild) => {
        if (!isOneOf(kinds, message)) return;
        child.off('message', hear);
        resolve(message);
      };
      child.on('message', hear);
      gone.then(() => resolve({ kind: 'killed' }));
    });
  child.on('message', (message: FromChild) => {
    if (message.kind === 'file') sent.file(message.host, message.messageId);
    if (message.kind === 'isSent') tell(child, { kind: 'sent', isThere: sent.has(message.host, message.messageId) });
  });
  const ready = next('ready').then(({ kind }) => {
    if (kind !== 'ready') throw new Error('a child ended before it was ready');
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    ready,
    pid: child.pid ?? -1,
    isAlive,
    perform(order: Order): Promise<Fate> {
      const fate = next('result', 'failure');
      tell(child, { kind: 'perform', order });
      return fate;
    },
    async stopped() {
      const { kind } = await next('stopping');
      if (kind !== 'stopping') throw new Error('a child that was to stop is gone');
    },
    resume: () => void child.kill('SIGCONT'),
    async kill() {
      if (isAlive()) child.kill('SIGKILL');
      await gone;
    },
  };
}

type Killed = { kind: 'killed' };

const isOneOf = <K extends FromChild['kind']>(
  kinds: readonly K[],
  message: FromChild,
): message is Extract<FromChild, { kind: K }> => kinds.some((kind) => kind === message.kind);

/** A child that is gone meanwhile hears nothing, and whoever waits for it learns of that by its exit. */
const tell = (child: ChildProcess, message: ToChild) => void child.send(message, () => undefined);
