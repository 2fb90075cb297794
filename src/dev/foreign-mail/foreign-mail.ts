import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../config.ts';
import { runAsProgram } from '../../program.ts';
import { onceAlsoOnSignal } from '../signals.ts';
import { startForeignMailEngine } from './engine.ts';
import { installMailServers } from './packages.ts';
import { openFindings } from './report.ts';
import { startForeignMail } from './server.ts';
import { tellStory } from './story.ts';

const say = (line: string) => console.log(line);
const HOST = 'mail.example.test';

/**
 * `npm run prove -- foreign-mail`: a campaign over Debian's Postfix and Dovecot, which nobody here wrote: sent, threaded, answered,
 * bounced. Needs Debian and root. Everything lies in a folder for this run and goes with it.
 */
async function foreignMail(): Promise<void> {
  const began = Date.now();
  await installMailServers(say);
  const dir = mkdtempSync(join(tmpdir(), 'topo-foreign-'));
  chmodSync(dir, 0o711); // the servers run as users of their own, who must pass
  const findings = openFindings();
  const run = openRun(dir);
  try {
    say('Starting Postfix, Dovecot, PostgreSQL and Temporal, for this run alone.');
    const mail = await run.start(() => startForeignMail({ dir: join(dir, 'mail'), host: HOST }));
    const options = { dir: join(dir, 'engine'), config: readConfig(), ca: mail.ca, log: say };
    const engine = await run.start(() => startForeignMailEngine(options));
    try {
      await tellStory({ mail, engine, findings, say });
    } catch (error) {
      if (!run.isOver()) say(`What Postfix wrote last:\n${mail.log().trimEnd().split('\n').slice(-15).join('\n')}`);
      throw error;
    } finally {
      if (!run.isOver()) say(findings.table());
      for (const line of new Set(engine.warnings)) say(`Warning: ${line}`);
    }
  } finally {
    await run.stop();
  }
  if (findings.failed() > 0) throw new Error(`${findings.failed()} of the above did not hold.`);
  say(`All of it held, in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}

/** What was started is stopped, last first, and `dir` removed; Ctrl-C while something starts waits for it, and nothing more starts. */
function openRun(dir: string) {
  const started: Promise<{ stop(): Promise<void> }>[] = [];
  let isOver = false;
  const stopOnce = onceAlsoOnSignal(async () => {
    isOver = true;
    for (const starting of started.reverse()) {
      const part = await starting.catch(() => undefined); // what does not start has cleaned up after itself
      await part?.stop();
    }
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    isOver: () => isOver,
    stop: stopOnce,
    async start<T extends { stop(): Promise<void> }>(begin: () => Promise<T>): Promise<T> {
      const starting = begin();
      started.push(starting);
      const part = await starting;
      if (isOver) throw new Error('interrupted');
      return part;
    },
  };
}

await runAsProgram(import.meta.url, foreignMail);
