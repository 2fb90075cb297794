import type { ActivityDeps } from '../../src/activities/deps.ts';
import { createPerformStep } from '../../src/activities/perform-step.ts';
import type { OpenMailbox } from '../../src/adapters/mailbox.ts';
import { createSmtpMailer } from '../../src/adapters/smtp-mailer.ts';
import { attempt, emailDeps, openCrashDb } from './attempt.ts';
import type { Fault, FromChild, Order, ToChild } from './messages.ts';

/*
 * A worker without Temporal, for others to kill: each order is one attempt of `performStep` on real Postgres and SMTP.
 * It lives until it is killed, or its parent is gone. Its only argument is the database's URL.
 */

const db = openCrashDb(process.argv[2] ?? '');

const say = (message: FromChild) => new Promise<void>((resolve) => void process.send?.(message, () => resolve()));

function hear(kind: ToChild['kind']): Promise<ToChild> {
  return new Promise((resolve) => {
    const listen = (message: ToChild) => {
      if (message.kind !== kind) return;
      process.off('message', listen);
      resolve(message);
    };
    process.on('message', listen);
  });
}

const notWatched = () => Promise.reject(new Error('nobody watches this mailbox'));

/** A mailbox with a Sent folder alone; that lies in the parent, and survives. */
const mailboxAt = (host: string): OpenMailbox => ({
  uidValidity: 1,
  after: notWatched,
  since: notWatched,
  fetch: notWatched,
  changed: notWatched,
  hasSent: async (messageId) => {
    const answer = hear('sent');
    await say({ kind: 'isSent', host, messageId });
    const said = await answer;
    return said.kind === 'sent' && said.isThere;
  },
  fileSent: async (raw) => {
    const [, messageId = ''] = /^Message-ID: *(\S+)/im.exec(raw.toString('latin1')) ?? [];
    await say({ kind: 'file', host, messageId });
    return true;
  },
  close: async () => undefined,
});

/** Befalls an attempt once, though it may come to the point again. */
function faultAt({ point, action }: Fault): ActivityDeps['fault'] {
  let isToCome = true;
  return async (reached) => {
    if (reached !== point || !isToCome) return;
    isToCome = false;
    if (action === 'stop') await say({ kind: 'stopping' });
    process.kill(process.pid, action === 'stop' ? 'SIGSTOP' : 'SIGKILL');
  };
}

async function perform({ sequenceId, fault, answerMs }: Order): Promise<FromChild> {
  const hook = fault === null ? undefined : faultAt(fault);
  const performStep = createPerformStep(
    emailDeps(db, {
      mailer: createSmtpMailer(answerMs === null ? {} : { timeouts: { answer: answerMs } }),
      mailboxes: { open: async ({ host }) => mailboxAt(host) },
      ...(hook ? { fault: hook } : {}),
    }),
  );
  try {
    return { kind: 'result', result: await attempt(() => performStep({ sequenceId, now: 0 })) };
  } catch (error) {
    return { kind: 'failure', message: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', async (message: ToChild) => {
  if (message.kind === 'perform') await say(await perform(message.order));
});
process.once('disconnect', () => process.exit());

await db.asSystem(async () => undefined); // connected before it is asked for anything
await say({ kind: 'ready' });
