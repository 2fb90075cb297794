import { createChildMailParser } from '../../src/adapters/child-mail-parser.ts';

/** A program of its own: has a message parsed that makes the parser's child spin, prints the child's pid and dies at once. */
const [harm = ''] = process.argv.slice(2);
const parser = createChildMailParser({ entry: new URL('./odd-mail-parser.ts', import.meta.url) });
const told = await parser.parse(Buffer.from('Subject: tell\n\n'));
await parser.parse(Buffer.from(`Subject: ${harm}\n\n`));
process.stdout.write(`${JSON.parse(told?.text ?? '{}').pid}\n`, () => process.kill(process.pid, 'SIGKILL'));
