import {
  type Answer,
  type Asked,
  fieldsOf,
  isOwnOrigin,
  json,
  notAllowed,
  notFound,
  otherOrigin,
  sentOn,
} from '../local-server.ts';
import { peopleJson } from './people-json.ts';
import type { SimulatorMemory } from './state.ts';

const MAX_TEXT = 8_000;
const MOST_FORM_BYTES = 100_000;

const INSTEAD = 'Who was invited or written to, and the accounts: /people.json';

/** Does what is asked for; an answer where it cannot. */
type Deed = (fields: URLSearchParams) => Answer | undefined;

/**
 * What the page asks of the simulator: the people an account has been in touch with, their answers, and what LinkedIn
 * does to the account. Browsers are sent on to it.
 */
export function linkedInRoutes(memory: SimulatorMemory, page: string | null): (asked: Asked) => Promise<Answer> {
  const onAccount = (deed: (accountId: string, fields: URLSearchParams) => void) => (fields: URLSearchParams) => {
    const account = fields.get('account') ?? '';
    if (!memory.state().accounts.some(({ id }) => id === account)) return notFound();
    deed(account, fields);
    return undefined;
  };
  const settle = (kind: 'accepted' | 'declined') => (fields: URLSearchParams) => {
    const invitation = memory.invitation(fields.get('invitation') ?? '');
    if (!invitation) return notFound();
    memory.settle(invitation, kind);
    return undefined;
  };
  const deeds: Readonly<Record<string, Deed>> = {
    '/accept': settle('accepted'),
    '/decline': settle('declined'),
    '/reply': (fields) => reply(memory, fields),
    '/limit': onAccount((account, fields) => {
      const seconds = fields.get('retryAfter') ?? '';
      memory.limit(account, /^\d{1,6}$/.test(seconds) ? Number(seconds) : null);
    }),
    '/lift-limit': onAccount((account) => memory.liftLimit(account)),
    '/disconnect': onAccount((account) => memory.logOut(account)),
    '/reconnect': onAccount((account) => memory.logIn(account)),
  };
  const shown: Readonly<Record<string, () => Answer>> = {
    '/': () => sentOn(page, '/dev/linkedin', INSTEAD),
    '/people.json': () => json(peopleJson(memory.state())),
  };

  return async (asked) => {
    const { method, url } = asked;
    const show = shown[url.pathname];
    if (show) return method === 'GET' || method === 'HEAD' ? show() : notAllowed('GET, HEAD');
    const deed = deeds[url.pathname];
    if (!deed) return notFound();
    if (method !== 'POST') return notAllowed('POST');
    if (!isOwnOrigin(asked)) return otherOrigin();
    return deed(await fieldsOf(asked, MOST_FORM_BYTES)) ?? { status: 204 };
  };
}

function reply(memory: SimulatorMemory, fields: URLSearchParams): Answer | undefined {
  const text = (fields.get('text') ?? '').replace(/\r\n?/g, '\n').trim();
  if (text === '' || text.length > MAX_TEXT)
    return { status: 422, body: `A reply has 1 to ${MAX_TEXT} characters, this one has ${text.length}.` };
  const written = memory.reply(fields.get('account') ?? '', fields.get('profile') ?? '', text);
  return written ? undefined : { status: 409, body: 'Only who is connected can write.' };
}
