import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { askSecret } from '../../src/cli/ask-secret.ts';
import { Failure } from '../../src/cli/client.ts';
import { commandLine, type Ran } from '../support/command-line.ts';
import { createMailServers } from '../support/mail-servers.ts';
import { type Served, startServed } from '../support/served.ts';

let api: Served;
let mail: ReturnType<typeof createMailServers>;
let topo: (...argv: string[]) => Promise<Ran>;
let folder: string;
let settings: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'topo-accounts-'));
  api = await startServed({
    deps: (deeds) => {
      mail = createMailServers(deeds);
      return mail.deps;
    },
  });
  settings = { TOPO_URL: await api.listen(), TOPO_TOKEN: api.token };
  topo = commandLine(settings);
});
afterEach(() => {
  mail.reset();
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
const smtp = { host: 'smtp.example.com', port: 465, tls: 'implicit', user: 'kim' };
const imap = { host: 'imap.example.com', port: 993, tls: 'implicit', user: 'kim' };
function aFile(also: object = {}) {
  const n = files++;
  const file = join(folder, `${n}.json`);
  writeFileSync(file, JSON.stringify({ address: `cli${n}@acme.example`, smtp, imap, ...also }));
  return file;
}
const json = ({ out }: Ran) => JSON.parse(out);
const local = { smtp: { ...smtp, user: null }, imap: { ...imap, user: null } };
const connected = async () => json(await topo('account', 'connect', aFile(local), '--json')).id;

describe('account connect', () => {
  test('takes the passwords from the environment variables that the file names', async () => {
    vi.stubEnv('KIM_SMTP', 'one word');
    vi.stubEnv('KIM_IMAP', 'another word');
    const file = aFile({
      smtp: { ...smtp, password: { env: 'KIM_SMTP' } },
      imap: { ...imap, password: { env: 'KIM_IMAP' } },
    });
    const ran = await topo('account', 'connect', file);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^Account [0-9a-f-]{36} \(cli\d+@acme\.example\) is CONNECTED\.$/);
    expect(mail.servers.asked.map(({ password }) => password)).toEqual(['one word', 'another word']);
  });

  test('asks the person at the terminal for those that are missing, and for no others', async () => {
    const questions: string[] = [];
    const asking = commandLine(settings, async (question) => {
      questions.push(question);
      return 'typed word';
    });
    const ran = await asking('account', 'connect', aFile({ imap: { ...imap, user: null } }));
    expect(ran.code).toBe(0);
    expect(questions).toEqual(['Password of kim at smtp.example.com: ']);
    expect(mail.servers.asked.map(({ password }) => password)).toEqual(['typed word', null]);
    expect(ran.out).not.toContain('typed word');
  });

  test('says what is missing where nobody can be asked', async () => {
    const ran = await topo('account', 'connect', aFile());
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(/^topo: smtp\.password is missing, and nobody is there to ask: write { "env": "NAME" }/);
    const unset = await topo('account', 'connect', aFile({ smtp: { ...smtp, password: { env: 'NO_SUCH' } } }));
    expect(unset.err).toBe('topo: smtp.password: the environment variable "NO_SUCH" is not set');
    expect(mail.servers.asked).toEqual([]);
  });

  test('prints every problem with its place', async () => {
    mail.servers.smtp = { kind: 'refused', at: 'host', detail: 'smtp.example.com is not known' };
    const refused = await topo('account', 'connect', aFile(local));
    expect(refused).toEqual({
      code: 1,
      out: '',
      err: 'topo: the connection test failed; nothing was changed\n  smtp.host: smtp.example.com is not known',
    });
    const wrong = await topo('account', 'connect', aFile({ ...local, daily_cap: -1, timezone: 'Paris' }));
    expect(wrong.err.split('\n').map((line) => line.trim().split(':')[0])).toEqual(['topo', 'timezone', 'daily_cap']);
  });

  test('has no option for a password, and shows how a file looks', async () => {
    expect((await topo('account', 'connect', aFile(local), '--password', 'x')).code).toBe(64);
    const { out } = await topo('account', 'connect', '--help');
    expect(out).toContain('$ topo account connect sam.json');
    expect(out).toContain('"password": { "env": "SAM_PASSWORD" }');
  });
});

describe('account connect-linkedin', () => {
  test('connects it with cautious limits, or with those that are given', async () => {
    const plain = await topo('account', 'connect-linkedin', 'linkedin.com/in/cli-one', 'cli-account-1');
    expect(plain).toMatchObject({ code: 0, err: '' });
    expect(plain.out).toMatch(/^Account [0-9a-f-]{36} \(cli-one\) is CONNECTED\.$/);
    const limits = ['--timezone', 'Europe/Paris', '--daily-cap', '30', '--gap-seconds', '240'];
    const invitations = ['--invitations-per-day', '0', '--invitations-per-week', '70', '--withdraw-after-days', '10'];
    const argv = ['account', 'connect-linkedin', 'cli-two', 'cli-account-2', ...limits, ...invitations];
    const { id, ...shown } = json(await topo(...argv, '--json'));
    expect(shown).toMatchObject({
      timezone: 'Europe/Paris',
      daily_cap: 30,
      gap_seconds: 240,
      invitations_per_day: 0,
      invitations_per_week: 70,
      withdraw_after_days: 10,
    });
    const { out } = await topo('account', 'show', id);
    expect(out).toMatch(/^Invitations +0 of 0 today, 0 to come; 0 of 70 in 7 days; taken back after 10 days$/m);
    expect((await topo('account', 'test', id)).out).toBe('cli-two is signed in at its LinkedIn provider.');
  });

  test('says with its place what the provider says, and what is no number', async () => {
    api.world.provider.accountStatus = 'disconnected';
    const refused = await topo('account', 'connect-linkedin', 'cli-three', 'cli-account-3');
    expect(refused.err).toContain('\n  external_id: is not signed in to LinkedIn any more');
    api.world.provider.accountStatus = 'ok';
    const many = ['--daily-cap', 'many'];
    expect((await topo('account', 'connect-linkedin', 'cli-three', 'cli-account-3', ...many)).code).toBe(64);
    const most = ['--invitations-per-day', '1001'];
    const tooMany = await topo('account', 'connect-linkedin', 'cli-three', 'cli-account-3', ...most);
    expect(tooMany.err).toContain('\n  invitations_per_day: must be a whole number from 0 to 1000, got 1001');
  });
});

describe('the other verbs', () => {
  test('list and show say what was sent and what ails an account', async () => {
    const id = await connected();
    await topo('account', 'pause', id);
    const { out } = await topo('account', 'list', '--channel', 'email', '--status', 'paused');
    expect(out).toMatch(
      new RegExp(`^${id} +email +cli\\d+@acme\\.example +PAUSED +0/50 +0 +0 +paused: nothing goes out`, 'm'),
    );
    const shown = await topo('account', 'show', id);
    expect(shown.out).toMatch(/^Status +PAUSED$/m);
    expect(shown.out).toMatch(/^SMTP +smtp\.example\.com:465, implicit, no login$/m);
    expect(shown.out).toMatch(/^Today +0 of 50 sent, 0 to come \(UTC\)$/m);
    expect(json(await topo('account', 'show', id, '--json'))).toMatchObject({ id, paused_why: 'by_user' });
  });

  test('test, pause, resume, reconnect and remove say where it stands then', async () => {
    const id = await connected();
    const said = async (verb: string) => (await topo('account', verb, id)).out.replace(/^.* is /, '');
    expect(await said('test')).toMatch(/^Both servers of cli\d+@acme\.example let us in\.$/);
    expect(await said('pause')).toBe('PAUSED.');
    expect((await topo('account', 'reconnect', id)).err).toBe(
      `topo: account ${id} is PAUSED: only a DISCONNECTED one is reconnected`,
    );
    expect(await said('resume')).toBe('CONNECTED.');
    expect(await said('reconnect')).toBe('CONNECTED.');
    expect(await said('remove')).toBe('REMOVED. 0 open sequences that still needed it failed.');
    expect((await topo('account', 'list', '--size', '100')).out).not.toContain(id);
    expect((await topo('account', 'list', '--status', 'removed')).out).toContain(id);
  });

  test('a wrong status or channel is a wrong command line', async () => {
    expect((await topo('account', 'list', '--status', 'happy')).code).toBe(64);
    expect((await topo('account', 'list', '--channel', 'fax')).code).toBe(64);
  });
});

describe('asking for a secret', () => {
  /** A terminal that shows what it is told to, and what is typed unless that is switched off. */
  function aTerminal() {
    const shown: string[] = [];
    const modes: boolean[] = [];
    const keys = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => void modes.push(isRaw) });
    return { keys, modes, shown, out: { write: (text: string) => void shown.push(text) } };
  }

  test('reads one line, corrections included, and shows none of it', async () => {
    const { keys, modes, shown, out } = aTerminal();
    const asked = askSecret('Password: ', keys, out);
    keys.write('wörx\u007fd 1');
    keys.write('2\b3\r');
    expect(await asked).toBe('wörd 13');
    expect(shown).toEqual(['Password: ', '\n']);
    expect(modes).toEqual([true, false]);
    expect(keys.listenerCount('data')).toBe(0);
  });

  test.each([
    ['Ctrl-C', (keys: PassThrough) => void keys.write('wo\u0003')],
    ['the end of the input', (keys: PassThrough) => void keys.end('wo')],
  ])('%s gives up, and leaves the terminal as it was', async (_, stop) => {
    const { keys, modes, out } = aTerminal();
    const asked = askSecret('Password: ', keys, out);
    stop(keys);
    await expect(asked).rejects.toThrow(Failure);
    expect(modes).toEqual([true, false]);
  });
});
