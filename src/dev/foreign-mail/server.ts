import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../poll.ts';
import { freePort, isListening } from '../servers/ports.ts';
import { isRunning, type ProcessMark, runToEnd, stopProcess } from '../servers/processes.ts';
import { claimRun, releaseRun } from '../servers/run-file.ts';
import { lastWords, spawnServer } from '../servers/server-process.ts';
import { type Certificates, makeCertificates } from './certificate.ts';
import { programs } from './packages.ts';
import { dovecotConf, type Mailbox, mainCf, masterCf, passwordFile, type Site, tables } from './settings.ts';

/** Debian's nobody and nogroup. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const READY_WITHIN_MS = 30_000;
const STOP = [
  { signal: 'SIGTERM', graceMs: 10_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
] as const;

export interface ForeignMail extends Pick<Site, 'host' | 'ports'> {
  ca: Certificates['ca'];
  sam: Mailbox;
  ada: Mailbox;
  /** What Postfix wrote. */
  log(): string;
  /** Returns once both servers are gone. Harmless to repeat. */
  stop(): Promise<void>;
}

/**
 * Debian's Postfix and Dovecot as somebody else would run them: submission with a login, TLS with a certificate of
 * `host`, two mailboxes. Configuration, queue, mail and logs lie in `dir`, which others may pass; the machine's own mail
 * servers are neither read nor touched.
 */
export async function startForeignMail({ dir, host }: { dir: string; host: string }): Promise<ForeignMail> {
  const [sam, ada] = [mailboxOf('sam@acme.example'), mailboxOf('ada@lead.example')];
  const [submission, smtps, inside] = [await freePort(), await freePort(), await freePort()];
  const ports = { submission, smtps, inside, imap: await freePort(), imaps: await freePort() };
  openFolders(dir);
  const site: Site = { host, dir, ports, owner: NOBODY, certificates: await makeCertificates(dir, host) };
  writeSettings(site, [sam, ada]);
  const servers: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const server of servers.splice(0).reverse()) await server.stop();
  };
  try {
    const dovecot = ['-F', '-c', join(dir, 'dovecot', 'dovecot.conf')];
    servers.push(await start('Dovecot', join(dir, 'dovecot'), programs.dovecot, dovecot, [ports.imap, ports.imaps]));
    const config = join(dir, 'postfix', 'config');
    await runToEnd(programs.postfix, ['-c', config, 'check']); // makes the queue's folders and says what is wrong
    const postfix = ['-d', '-c', config]; // `postfix start-fg` would put a shell between, which passes no signal on
    const smtp = [submission, smtps, inside];
    servers.push(await start('Postfix', join(dir, 'postfix'), programs.postfixMaster, postfix, smtp));
  } catch (error) {
    await stop();
    throw error;
  }
  const log = () => readFileSync(join(dir, 'postfix', 'mail.log'), 'utf8');
  return { host, ports, sam, ada, ca: site.certificates.ca, log, stop };
}

const mailboxOf = (address: string): Mailbox => ({ address, password: randomBytes(18).toString('base64url') });

/** Both servers run as users of their own, who must be able to pass; what is to be kept from them is closed itself. */
function openFolders(dir: string): void {
  const folder = (...names: string[]) => {
    const path = join(dir, ...names);
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o755);
    return path;
  };
  folder();
  folder('postfix', 'config');
  folder('postfix', 'queue');
  folder('dovecot', 'run');
  const mail = folder('mail');
  chownSync(mail, NOBODY.uid, NOBODY.gid);
}

function writeSettings(site: Site, boxes: readonly Mailbox[]): void {
  const { dir } = site;
  const config = join(dir, 'postfix', 'config');
  writeFileSync(join(config, 'main.cf'), mainCf(site));
  writeFileSync(join(config, 'master.cf'), masterCf(site));
  for (const [name, text] of Object.entries(tables(site, boxes))) writeFileSync(join(dir, name), text);
  writeFileSync(join(dir, 'dovecot', 'dovecot.conf'), dovecotConf(site));
  writeFileSync(join(dir, 'dovecot', 'passwords'), passwordFile(boxes), { mode: 0o600 });
}

/** Starts a server and returns once it listens on all its ports; throws with its last words when it does not. */
async function start(name: string, dir: string, command: string, args: string[], ports: readonly number[]) {
  const run = join(dir, 'server.run');
  const logFile = join(dir, 'server.log');
  claimRun(run, name);
  const server: ProcessMark = await spawnServer({
    command,
    args,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    logFile,
    run,
  });
  const stop = async () => {
    await stopProcess(server, STOP);
    releaseRun(run);
  };
  const state = await poll(async () => {
    if (!isRunning(server)) return 'ended';
    return (await Promise.all(ports.map(isListening))).every(Boolean) ? 'ready' : undefined;
  }, READY_WITHIN_MS);
  if (state === 'ready') return { stop };
  await stop();
  throw new Error(`${name} did not start. Its last words:\n${lastWords(logFile)}\n${lastWords(join(dir, 'mail.log'))}`);
}
