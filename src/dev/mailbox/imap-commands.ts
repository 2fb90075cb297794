import { fetchItems } from './imap-fetch.ts';
import type { ImapFolder, ImapMessage } from './imap-folder.ts';
import { BadCommand, inSet, textOf, type Value } from './imap-reader.ts';
import { searchTest } from './imap-search.ts';
import type { Selected, Service, Session } from './imap-state.ts';

interface KnownCommand {
  needs: 'nobody' | 'login' | 'folder';
  /** The answer without its tag. Throws BadCommand. */
  run(session: Session, args: readonly Value[]): Promise<string> | string;
}

const nothing = (answer: string) => () => answer;

export const commands: Record<string, KnownCommand> = {
  CAPABILITY: { needs: 'nobody', run: capability },
  NOOP: { needs: 'nobody', run: nothing('OK done') },
  LOGOUT: { needs: 'nobody', run: logout },
  ID: { needs: 'nobody', run: id },
  LOGIN: {
    needs: 'nobody',
    run: (session, [user, password]) => logIn(session, textOf(user, 'a user'), textOf(password, 'a password')),
  },
  AUTHENTICATE: { needs: 'nobody', run: authenticate },
  NAMESPACE: { needs: 'login', run: namespace },
  LIST: { needs: 'login', run: (session, args) => list(session, 'LIST', args) },
  LSUB: { needs: 'login', run: (session, args) => list(session, 'LSUB', args) },
  SUBSCRIBE: { needs: 'login', run: nothing('OK every folder is subscribed') },
  UNSUBSCRIBE: { needs: 'login', run: nothing('NO every folder is subscribed') },
  CREATE: { needs: 'login', run: nothing('NO [CANNOT] there are INBOX and Sent') },
  STATUS: { needs: 'login', run: status },
  SELECT: { needs: 'login', run: (session, args) => select(session, args, false) },
  EXAMINE: { needs: 'login', run: (session, args) => select(session, args, true) },
  APPEND: { needs: 'login', run: append },
  IDLE: { needs: 'login', run: idle },
  CHECK: { needs: 'folder', run: nothing('OK done') },
  EXPUNGE: { needs: 'folder', run: nothing('OK nothing is ever expunged') },
  UNSELECT: { needs: 'folder', run: unselect },
  CLOSE: { needs: 'folder', run: unselect },
  FETCH: { needs: 'folder', run: (session, args) => fetch(session, args, 'sequence') },
  STORE: { needs: 'folder', run: (session, args) => store(session, args, 'sequence') },
  SEARCH: { needs: 'folder', run: (session, args) => search(session, args, 'sequence') },
  UID: { needs: 'folder', run: byUid },
};

// ---- who and what

const STRANGERS = ['IMAP4rev1', 'LITERAL+', 'SASL-IR', 'AUTH=PLAIN', 'ID'];
const MEMBERS = ['IMAP4rev1', 'LITERAL+', 'ID', 'IDLE', 'NAMESPACE', 'SPECIAL-USE', 'UIDPLUS', 'UNSELECT'];

const offered = ({ folders, service }: Session) =>
  (folders === null ? STRANGERS : MEMBERS).filter((each) => !service.without?.includes(each)).join(' ');

async function capability(session: Session): Promise<string> {
  await session.tell(`CAPABILITY ${offered(session)}`);
  return 'OK done';
}

async function logout(session: Session): Promise<string> {
  session.leaving = true;
  await session.tell('BYE see you');
  return 'OK done';
}

async function id(session: Session): Promise<string> {
  await session.tell('ID ("name" "Topo Sequences")');
  return 'OK done';
}

function logIn(session: Session, user: string, password: string): string {
  if (session.folders !== null) throw new BadCommand('somebody is logged in already');
  session.folders = session.service.authenticate(user, password);
  return session.folders === null
    ? 'NO [AUTHENTICATIONFAILED] wrong user or password'
    : `OK [CAPABILITY ${offered(session)}] welcome`;
}

/** RFC 4616; the answer may come with the command (RFC 4959). */
async function authenticate(session: Session, [mechanism, initial]: readonly Value[]): Promise<string> {
  const asked = textOf(mechanism, 'a mechanism').toUpperCase();
  if (asked !== 'PLAIN')
    throw new BadCommand(`the mechanism here is PLAIN, got ${asked.slice(0, 20)}`, { status: 'NO' });
  if (initial === undefined) await session.goOn('');
  const answer = initial === undefined ? await session.input.line() : textOf(initial, 'base64');
  if (answer === null || answer === '*') throw new BadCommand('given up');
  const [, user, password] = Buffer.from(answer, 'base64').toString().split('\0');
  if (user === undefined || password === undefined) throw new BadCommand('expected base64 of three words between NULs');
  return logIn(session, user, password);
}

// ---- folders

async function namespace(session: Session): Promise<string> {
  await session.tell('NAMESPACE (("" "/")) NIL NIL');
  return 'OK done';
}

async function list(session: Session, name: string, [reference, pattern]: readonly Value[]): Promise<string> {
  const wanted = textOf(reference, 'a reference') + textOf(pattern, 'a name or a pattern');
  if (wanted === '') await session.tell(`${name} (\\Noselect) "/" ""`);
  const matches = new RegExp(
    `^${wanted
      .replace(/[^%*]/g, '\\$&')
      .replace(/\\([A-Za-z0-9])/g, '$1')
      .replace(/[%*]+/g, '.*')}$`,
    'i',
  );
  for (const { name: folder, specialUse } of session.folders ?? [])
    if (matches.test(folder))
      await session.tell(`${name} (\\HasNoChildren${specialUse === null ? '' : ` ${specialUse}`}) "/" "${folder}"`);
  return 'OK done';
}

function folderOf({ folders }: Session, value: Value | undefined): ImapFolder {
  const name = textOf(value, 'a folder');
  const found = folders?.find((folder) => folder.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new BadCommand('[NONEXISTENT] there is no such folder', { status: 'NO' });
  return found;
}

const unread = (service: Service, folder: ImapFolder) =>
  folder.messages().filter((message) => !flagsOf(service, folder, message).includes('\\Seen'));

const counts: Record<string, (folder: ImapFolder, service: Service) => number> = {
  MESSAGES: (folder) => folder.messages().length,
  RECENT: () => 0,
  UIDNEXT: (folder) => folder.uidNext(),
  UIDVALIDITY: (folder) => folder.uidValidity,
  UNSEEN: (folder, service) => unread(service, folder).length,
};

async function status(session: Session, [name, asked]: readonly Value[]): Promise<string> {
  const folder = folderOf(session, name);
  if (asked?.kind !== 'list') throw new BadCommand('expected a list of what to count');
  const items = asked.values.map((each) => {
    const item = textOf(each, 'what to count').toUpperCase();
    const count = counts[item];
    if (!count) throw new BadCommand(`STATUS ${item.slice(0, 40)} is not known here`);
    return `${item} ${count(folder, session.service)}`;
  });
  await session.tell(`STATUS "${folder.name}" (${items.join(' ')})`);
  return 'OK done';
}

const FLAGS = '\\Seen \\Answered \\Flagged \\Deleted \\Draft';

async function select(session: Session, [name]: readonly Value[], readOnly: boolean): Promise<string> {
  session.selected = null; // also where the new one does not open: RFC 3501 section 6.3.1
  const folder = folderOf(session, name);
  const view = [...folder.messages()];
  await session.tell(`FLAGS (${FLAGS})`);
  await session.tell(`${view.length} EXISTS`);
  await session.tell('0 RECENT');
  await session.tell(`OK [UIDVALIDITY ${folder.uidValidity}] of this folder`);
  await session.tell(`OK [UIDNEXT ${folder.uidNext()}] is next`);
  await session.tell(`OK [PERMANENTFLAGS (${readOnly ? '' : FLAGS})] can be set`);
  session.selected = { folder, readOnly, view };
  return `OK [${readOnly ? 'READ-ONLY' : 'READ-WRITE'}] done`;
}

function unselect(session: Session): string {
  session.selected = null;
  return 'OK done';
}

async function append(session: Session, [name, ...args]: readonly Value[]): Promise<string> {
  const folder = folderOf(session, name);
  const flags = args[0]?.kind === 'list' ? args[0].values.map((flag) => textOf(flag, 'a flag')) : [];
  const message = args.at(-1); // a date before it is not kept
  if (message?.kind !== 'string') throw new BadCommand('expected a message');
  const uid = await folder.append(message.bytes, flags);
  return `OK [APPENDUID ${folder.uidValidity} ${uid}] done`;
}

async function idle(session: Session): Promise<string> {
  const news = () => void session.tellNews();
  const stop = session.selected?.folder.onChange(news);
  try {
    await session.goOn('idling');
    await session.tellNews(); // what came before anybody listened
    const line = await session.input.line();
    if (line?.toUpperCase() !== 'DONE') throw new BadCommand('expected DONE');
    return 'OK done';
  } finally {
    stop?.();
  }
}

// ---- messages

type Numbers = 'sequence' | 'uid';

function flagsOf({ flags }: Service, folder: ImapFolder, message: ImapMessage): readonly string[] {
  return flags.get(folder)?.get(message.uid) ?? message.flags;
}

function setFlags({ flags }: Service, folder: ImapFolder, uid: number, now: readonly string[]): void {
  const known = flags.get(folder) ?? new Map<number, readonly string[]>();
  flags.set(folder, known.set(uid, now));
}

function selectedOf({ selected }: Session): Selected {
  if (selected === null) throw new BadCommand('wants a folder first');
  return selected;
}

interface Numbered {
  message: ImapMessage;
  sequence: number;
}

function chosen({ view }: Selected, value: Value | undefined, numbers: Numbers): Numbered[] {
  const last = numbers === 'uid' ? (view.at(-1)?.uid ?? 0) : view.length;
  const holds = inSet(textOf(value, 'a set of numbers'), last);
  return view
    .map((message, index) => ({ message, sequence: index + 1 }))
    .filter(({ message, sequence }) => holds(numbers === 'uid' ? message.uid : sequence));
}

async function byUid(session: Session, [name, ...args]: readonly Value[]): Promise<string> {
  const verb = textOf(name, 'FETCH, SEARCH or STORE').toUpperCase();
  if (verb === 'FETCH') return fetch(session, args, 'uid');
  if (verb === 'SEARCH') return search(session, args, 'uid');
  if (verb === 'STORE') return store(session, args, 'uid');
  if (verb === 'EXPUNGE') return 'OK nothing is ever expunged';
  throw new BadCommand(`UID ${verb.slice(0, 40)} is not known here`);
}

async function fetch(session: Session, [set, asked]: readonly Value[], numbers: Numbers): Promise<string> {
  const { service } = session;
  const selected = selectedOf(session);
  const items = fetchItems(asked);
  if (numbers === 'uid' && !items.some(({ label }) => label === 'UID'))
    items.unshift(...fetchItems({ kind: 'atom', text: 'UID' }));
  for (const { message, sequence } of chosen(selected, set, numbers)) {
    const before = flagsOf(service, selected.folder, message);
    const marks = items.some((item) => item.marks) && !selected.readOnly && !before.includes('\\Seen');
    const flags = marks ? [...before, '\\Seen'] : before;
    if (marks) setFlags(service, selected.folder, message.uid, flags);
    const parts: (string | Buffer)[] = [];
    for (const { label, answer } of items)
      parts.push(`${parts.length === 0 ? '' : ' '}${label} `, await answer(message, flags));
    if (marks && !items.some(({ label }) => label === 'FLAGS')) parts.push(` FLAGS (${flags.join(' ')})`);
    await session.tell(`${sequence} FETCH (`, ...parts, ')');
  }
  return 'OK done';
}

async function store(session: Session, [set, how, value]: readonly Value[], numbers: Numbers): Promise<string> {
  const { service } = session;
  const selected = selectedOf(session);
  const [found, sign = '', silent] = /^([+-]?)FLAGS(\.SILENT)?$/.exec(textOf(how, 'FLAGS').toUpperCase()) ?? [];
  if (found === undefined || value === undefined) throw new BadCommand('expected FLAGS, +FLAGS or -FLAGS, and flags');
  if (selected.readOnly) throw new BadCommand('[CANNOT] the folder was opened to read', { status: 'NO' });
  const given = (value.kind === 'list' ? value.values : [value]).map((flag) => textOf(flag, 'a flag'));
  for (const { message, sequence } of chosen(selected, set, numbers)) {
    const before = flagsOf(service, selected.folder, message);
    const kept = sign === '' ? [] : before.filter((flag) => !given.includes(flag));
    const flags = sign === '-' ? kept : [...kept, ...given];
    setFlags(service, selected.folder, message.uid, flags);
    const uid = numbers === 'uid' ? `UID ${message.uid} ` : '';
    if (silent === undefined) await session.tell(`${sequence} FETCH (${uid}FLAGS (${flags.join(' ')}))`);
  }
  return 'OK done';
}

async function search(session: Session, criteria: readonly Value[], numbers: Numbers): Promise<string> {
  const { service } = session;
  const { folder, view } = selectedOf(session);
  const test = searchTest(criteria, { sequence: view.length, uid: view.at(-1)?.uid ?? 0 });
  const found: number[] = [];
  for (const [index, message] of view.entries()) {
    const searched = { message, sequence: index + 1, flags: flagsOf(service, folder, message) };
    if (await test(searched)) found.push(numbers === 'uid' ? message.uid : searched.sequence);
  }
  await session.tell(['SEARCH', ...found].join(' '));
  return 'OK done';
}
