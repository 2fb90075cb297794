import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { ParsedMail } from '../domain/inbound/inbound.ts';

/** What the parser's child says over IPC: that it listens, then one answer for each message it was given. */
export type ChildWords = { kind: 'ready' } | { kind: 'parsed'; mail: ParsedMail } | { kind: 'refused' };

const LENGTH_BYTES = 4;

/** Gives the child one message: its length, then its bytes. */
export function giveMessage(stdin: Writable, source: Buffer): void {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(source.length);
  stdin.write(length);
  stdin.write(source);
}

/**
 * In the child: parses what arrives on its standard input, in order. It ends when its parent is gone, and by nothing
 * else: a Ctrl-C meant for the whole group must not make a message look as if it had harmed its reader.
 */
export function serveParser(parse: (source: Buffer) => Promise<ParsedMail>): void {
  const say = (words: ChildWords) => void process.send?.(words);
  process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
  process.once('disconnect', () => process.exit());
  void (async () => {
    await endWithParent(); // before any message: a thread that is starting waits for ours
    say({ kind: 'ready' });
    for await (const source of messagesOf(process.stdin)) {
      // What a hostile message makes the parser throw is our answer about it.
      say(
        await parse(source).then(
          (mail) => ({ kind: 'parsed', mail }) as const,
          () => ({ kind: 'refused' }) as const,
        ),
      );
    }
  })();
}

/** From a thread of its own: where a message makes ours spin while the parent dies, nobody else would end it. */
function endWithParent(): Promise<unknown> {
  const watch = `
    const parent = process.ppid;
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1_000);
  `;
  const watcher = new Worker(watch, { eval: true, execArgv: [], env: {} });
  watcher.unref();
  return once(watcher, 'online');
}

async function* messagesOf(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    held += chunk.length;
    if (held < LENGTH_BYTES) continue;
    if (chunks[0] && chunks[0].length < LENGTH_BYTES) chunks = [Buffer.concat(chunks)];
    const end = LENGTH_BYTES + (chunks[0]?.readUInt32BE() ?? 0);
    if (held < end) continue;
    // One at a time: nothing follows before it is answered.
    yield Buffer.concat(chunks).subarray(LENGTH_BYTES, end);
    chunks = [];
    held = 0;
  }
}
