import { serveParser } from '../../src/adapters/mail-pipe.ts';
import { parseMail } from '../../src/adapters/parse-mail.ts';

/** A parser's child that some subjects harm, as a hole in a parser would. */
serveParser(async (source) => {
  const mail = await parseMail(source);
  if (mail.subject === 'answer, then spin') process.send?.({ kind: 'refused' });
  if (mail.subject.endsWith('spin')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // as an endless loop, at no cost
  if (mail.subject === 'exit') process.exit(0);
  if (mail.subject === 'crash') setImmediate(() => JSON.parse('{'));
  if (mail.subject === 'eat') {
    const eaten: string[][] = [];
    while (eaten.length >= 0) eaten.push(Array.from({ length: 100_000 }, (_, index) => `${eaten.length}/${index}`));
  }
  if (mail.subject === 'tell')
    return { ...mail, text: JSON.stringify({ pid: process.pid, env: process.env, argv: process.execArgv }) };
  return mail.subject === 'crash' ? new Promise<never>(() => undefined) : mail;
});
