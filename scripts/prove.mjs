// `npm run prove -- NAME`: what takes too long, or too much of a machine, for the suite. Installs what is missing first.
// `npm run screens` is one of them that is asked for more often.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What can be proved: the program, and what it shows. */
const proofs = {
  kills: ['test/crash/run.ts', 'a sender killed, silenced and stopped at every point of a send, 125 times each'],
  crash: [
    'src/dev/demo/crash.ts',
    'the demo with the worker and the API killed at random: nothing lost, nothing doubled',
  ],
  crowd: ['bench/crowd.ts', 'thousands of sequences due at once on one account, against its cap and gap'],
  doors: ['bench/doors.ts', 'health, links, sign-in and callbacks while the worst CSV file is read on the same core'],
  rounds: ['scripts/rounds.mjs', 'races and random plans, as often as once convinced us; npm test repeats them less'],
  'foreign-mail': [
    'src/dev/foreign-mail/foreign-mail.ts',
    "a sequence over Debian's postfix and dovecot (installs them; as root)",
  ],
  postgres: [
    'scripts/postgres-versions.ts',
    'an installation as the documented role on PostgreSQL 14 to 18, and mails sent',
  ],
  screens: ['scripts/screens.ts', 'pictures of every page, light, dark and on a phone, in docs/screens'],
};

const [name, ...args] = process.argv.slice(2);
const proof = Object.hasOwn(proofs, name ?? '') ? proofs[name] : undefined;
if (proof === undefined) {
  const rows = Object.entries(proofs).map(([known, [, what]]) => `  ${known.padEnd(13)} ${what}`);
  console.error(`npm run prove -- NAME${name === undefined ? '' : `: there is no "${name}"`}\n${rows.join('\n')}`);
  process.exit(1);
}

const installed = spawnSync(process.execPath, [join(root, 'scripts', 'install.mjs')], { stdio: 'inherit' });
if (installed.status !== 0) process.exit(installed.status ?? 1);
if (name === 'screens') spawnSync(process.execPath, [join(root, 'scripts', 'build-web.mjs')], { stdio: 'inherit' });
const child = spawn(process.execPath, ['--import', 'tsx', join(root, proof[0]), ...args], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
