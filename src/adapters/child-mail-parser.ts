import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { ParsedMail } from '../domain/inbound/inbound.ts';
import type { MailParser } from './mail-parser.ts';
import { type ChildWords, giveMessage } from './mail-pipe.ts';

export interface ChildMailParserLimits {
  /** A larger source is never shown to the child. */
  maxBytes: number;
  /** For one message. */
  timeoutMs: number;
  /** For the child to begin to listen. */
  startTimeoutMs: number;
  /** Of the child's heap, in megabytes. */
  memoryMb: number;
  /** The child's entry point; tests pass one that misbehaves. */
  entry: URL;
}

const extension = fileURLToPath(import.meta.url).slice(-3); // .ts from the sources, .js once compiled

const DEFAULTS: ChildMailParserLimits = {
  maxBytes: 25 * 1024 * 1024,
  timeoutMs: 5_000,
  startTimeoutMs: 60_000,
  memoryMb: 256,
  entry: new URL(`./mail-parser-child${extension}`, import.meta.url),
};

/**
 * Reads mail in a child process, one message at a time: all that a message can harm is the child, which is then
 * replaced. Facts: reliability 5d, E9. The child starts with the first message and keeps nobody else alive. `parse`
 * rejects where the message is not to blame: the child does not start, or the parser was stopped.
 */
export function createChildMailParser(options: Partial<ChildMailParserLimits> = {}): MailParser {
  const limits = { ...DEFAULTS, ...options };
  const stopping = new AbortController();
  let reader: Reader | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const readOnce = async (source: Buffer): Promise<ParsedMail | null> => {
    stopping.signal.throwIfAborted();
    if (reader === null || reader.isGone()) reader = await startReader(limits, stopping.signal);
    return reader.read(source);
  };

  /** A child's end is the message's fault only when a fresh child ends of it too: the first may have been worn out, or killed. */
  const readOne = async (source: Buffer): Promise<ParsedMail | null> => {
    const mail = await readOnce(source);
    return mail === null && reader?.isGone() ? readOnce(source) : mail;
  };

  return {
    async parse(source) {
      if (source.length > limits.maxBytes) return null;
      const answer = turn.then(() => readOne(source));
      turn = answer.catch(() => undefined); // its caller hears of it; the next has its turn all the same
      return answer;
    },
    async stop() {
      stopping.abort(new Error('the mail parser was stopped'));
      await turn;
      await reader?.end();
    },
  };
}

interface Reader {
  /** null: refused by the child, or the child's end. Rejects when the parser is stopped meanwhile. */
  read(source: Buffer): Promise<ParsedMail | null>;
  isGone(): boolean;
  /** Harmless to repeat. */
  end(): Promise<void>;
}

const parsedMail: z.ZodType<ParsedMail> = z.object({
  messageId: z.string().nullable(),
  inReplyTo: z.string().nullable(),
  references: z.array(z.string()),
  from: z.object({ name: z.string(), address: z.string() }).nullable(),
  to: z.array(z.string()),
  subject: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  text: z.string(),
  html: z.string().nullable(),
  reports: z.array(z.object({ type: z.string(), text: z.string() })),
});
const childWords: z.ZodType<ChildWords> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('parsed'), mail: parsedMail }),
  z.object({ kind: z.literal('refused') }),
]);

/** Starts a child and waits until it listens. Throws when it does not. */
async function startReader(limits: ChildMailParserLimits, signal: AbortSignal): Promise<Reader> {
  const child = startChild(limits);
  let isGone = false;
  const gone = new Promise<'gone'>((resolve) => {
    const tell = () => {
      isGone = true;
      resolve('gone');
    };
    child.once('exit', tell).once('error', tell); // an error: it never started
  });
  const end = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  signal.addEventListener('abort', () => void end(), { once: true });

  /** The child's next words; otherwise the child has ended. */
  const listen = async (timeoutMs: number): Promise<ChildWords | 'gone'> => {
    const heard = new AbortController();
    const words = once(child, 'message', { signal: heard.signal }).then(([message]) => childWords.parse(message));
    const late = lateAfter(timeoutMs, heard.signal);
    holdOn(child);
    try {
      const answer = await Promise.race([words, gone, late]);
      signal.throwIfAborted();
      if (answer === 'late') await end();
      return answer === 'late' ? 'gone' : answer;
    } finally {
      heard.abort();
      letGo(child);
    }
  };

  if ((await listen(limits.startTimeoutMs)) === 'gone')
    throw new Error(`the mail parser's child does not start: ${fileURLToPath(limits.entry)}`);
  return {
    async read(source) {
      if (child.stdin) giveMessage(child.stdin, source);
      const answer = await listen(limits.timeoutMs);
      return answer !== 'gone' && answer.kind === 'parsed' ? answer.mail : null;
    },
    isGone: () => isGone,
    end,
  };
}

/** Without our environment, which holds secrets; from the sources it needs the loader that we run under ourselves. */
function startChild({ entry, memoryMb }: ChildMailParserLimits): ChildProcess {
  const loader = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(fileURLToPath(entry), {
    env: {},
    execArgv: [`--max-old-space-size=${memoryMb}`, ...(entry.pathname.endsWith('.ts') ? ['--import', loader()] : [])],
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  child.stdin?.on('error', () => undefined); // it died while it was given a message: its exit says so
  letGo(child);
  return child;
}

/** A child keeps our process alive only while we wait for it. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

function holdOn(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

/** Late only once what has arrived meanwhile was looked at: it may be our own process that was busy. */
function lateAfter(timeoutMs: number, heard: AbortSignal): Promise<'late'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => setImmediate(resolve, 'late'), timeoutMs);
    heard.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
