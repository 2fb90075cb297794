import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { environmentWith } from '../../config.ts';
import { isRoot } from '../servers/data-folder.ts';
import { runToEnd } from '../servers/processes.ts';

/** The programs, where Debian puts them. */
export const programs = {
  postfix: '/usr/sbin/postfix',
  postfixMaster: '/usr/lib/postfix/sbin/master',
  dovecot: '/usr/sbin/dovecot',
  imap: '/usr/lib/dovecot/imap',
  openssl: '/usr/bin/openssl',
} as const;

const wanted = ['postfix', 'dovecot-imapd', 'openssl'];

/** Debian asks it before it starts a service; 101 says no. Policy manual of `invoke-rc.d`. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs what is missing, on Debian and as root, and starts nothing of it. Postfix gets no configuration, so it never
 * will start by itself; Dovecot's own, of Debian's making, would at the next boot, so on a machine that is kept a
 * container is the better place. Throws with what is needed where nothing can be installed.
 */
export async function installMailServers(say: (line: string) => void): Promise<void> {
  if (!isRoot())
    throw new Error('Postfix starts as root only. Run this as root, in a container of Debian if there is none.');
  const missing = missingPrograms();
  if (missing.length === 0) return;
  if (!existsSync('/etc/debian_version'))
    throw new Error(`This needs ${missing.join(', ')}, as Debian places them. Run it on Debian, or in its container.`);
  say(`Installing ${wanted.join(', ')} with apt-get; the machine's own mail stays as it is.`);
  const env = environmentWith({ DEBIAN_FRONTEND: 'noninteractive' });
  const hasPolicy = existsSync(POLICY);
  if (!hasPolicy) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const none = 'postfix postfix/main_mailer_type select No configuration';
    await runToEnd('/bin/sh', ['-c', `echo '${none}' | debconf-set-selections`], { env });
    const install = ['install', '-y', '-q', '--no-install-recommends', ...wanted];
    await runToEnd('apt-get', install, { env }).catch(async () => {
      await runToEnd('apt-get', ['update', '-q'], { env }); // its list of packages may be old, or none
      await runToEnd('apt-get', install, { env });
    });
  } finally {
    if (!hasPolicy) rmSync(POLICY, { force: true });
  }
  const still = missingPrograms();
  if (still.length > 0) throw new Error(`apt-get installed everything, and yet there is no ${still.join(', ')}.`);
}

const missingPrograms = () => Object.values(programs).filter((file) => !existsSync(file));
