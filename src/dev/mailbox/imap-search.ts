import { DAY_MS } from '../../domain/durations.ts';
import { headerFields, MONTHS } from './imap-fetch.ts';
import type { ImapMessage } from './imap-folder.ts';
import { BadCommand, inSet, isSet, textOf, type Value } from './imap-reader.ts';

interface Searched {
  message: ImapMessage;
  /** Its place in the folder, from 1. */
  sequence: number;
  flags: readonly string[];
}

type Test = (searched: Searched) => boolean | Promise<boolean>;

const flagOf: Record<string, string> = {
  SEEN: '\\Seen',
  ANSWERED: '\\Answered',
  FLAGGED: '\\Flagged',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
};

const headerOf: Record<string, string> = { FROM: 'from', TO: 'to', CC: 'cc', BCC: 'bcc', SUBJECT: 'subject' };

/** Whether a message meets all the criteria. `last` is what `*` means for sequence numbers and for UIDs. RFC 3501 section 6.4.4. */
export function searchTest(criteria: readonly Value[], last: { sequence: number; uid: number }): Test {
  const rest = [...criteria];
  const text = (expected: string) => textOf(rest.shift(), expected);
  const next = (): Test => {
    const value = rest.shift();
    if (value?.kind === 'list') return searchTest(value.values, last);
    const key = textOf(value, 'something to search for').toUpperCase();
    if (isSet(key)) {
      const holds = inSet(key, last.sequence);
      return ({ sequence }) => holds(sequence);
    }
    const flag = flagOf[key.replace(/^UN/, '')];
    if (flag) return ({ flags }) => flags.includes(flag) !== key.startsWith('UN');
    const header = headerOf[key];
    if (header) return hasHeader(header, text('a text'));
    switch (key) {
      case 'ALL':
        return () => true;
      case 'UID': {
        const holds = inSet(text('a set of UIDs'), last.uid);
        return ({ message }) => holds(message.uid);
      }
      case 'SINCE': {
        const from = dayOf(text('a day'));
        return ({ message }) => message.receivedAt >= from;
      }
      case 'BEFORE': {
        const to = dayOf(text('a day'));
        return ({ message }) => message.receivedAt < to;
      }
      case 'ON': {
        const from = dayOf(text('a day'));
        return ({ message }) => message.receivedAt >= from && message.receivedAt < from + DAY_MS;
      }
      case 'HEADER':
        return hasHeader(text('the name of a header').toLowerCase(), text('a text'));
      case 'NOT': {
        const test = next();
        return async (searched) => !(await test(searched));
      }
      case 'OR': {
        const tests = [next(), next()];
        return async (searched) => (await Promise.all(tests.map((test) => test(searched)))).includes(true);
      }
      default:
        throw new BadCommand(`SEARCH ${key.slice(0, 40)} is not known here`);
    }
  };

  if (rest[0]?.kind === 'atom' && rest[0].text.toUpperCase() === 'CHARSET') rest.splice(0, 2);
  const tests: Test[] = [];
  do tests.push(next());
  while (rest.length > 0);
  return async (searched) => {
    for (const test of tests) if (!(await test(searched))) return false;
    return true;
  };
}

const hasHeader = (name: string, part: string): Test => {
  const wanted = part.toLowerCase();
  return async ({ message }) =>
    headerFields(await message.raw()).some(
      (field) =>
        field.name.toLowerCase() === name &&
        field.text
          .slice(name.length + 1)
          .replace(/\r\n/g, '')
          .toLowerCase()
          .includes(wanted),
    );
};

/** `17-Jul-1996` as the start of that day in UTC, epoch ms. */
function dayOf(text: string): number {
  const [, day, month = '', year] = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text) ?? [];
  const index = MONTHS.findIndex((name) => name.toLowerCase() === month.toLowerCase());
  if (index === -1) throw new BadCommand(`expected a day like 17-Jul-1996, got "${text.slice(0, 40)}"`);
  return Date.UTC(Number(year), index, Number(day));
}
