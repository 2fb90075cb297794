import { type Answer, type Asked, bodyOf, isOwnForm, json, notAllowed, notFound } from '../page.ts';
import { peoplePage } from './cards.ts';
import { peopleJson } from './people-json.ts';
import type { SimulatorMemory } from './state.ts';

const MAX_TEXT = 8_000;
const MOST_FORM_BYTES = 100_000;

/** Does what a form of the page asks for; an answer where it cannot. */
type Deed = (fields: URLSearchParams) => Answer | undefined;

/** The people an account has been in touch with, who answer by its buttons, and what LinkedIn does to the account. */
export function linkedInPages(memory: SimulatorMemory): (asked: Asked) => Promise<Answer> {
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

  return async (asked) => {
    const { method, url } = asked;
    if (url.pathname === '/')
      return method === 'GET' || method === 'HEAD' ? peoplePage(memory.state()) : notAllowed('GET, HEAD');
    if (url.pathname === '/people.json') return method === 'GET' ? json(peopleJson(memory.state())) : notAllowed('GET');
    const deed = deeds[url.pathname];
    if (!deed) return notFound();
    if (method !== 'POST') return notAllowed('POST');
    if (!isOwnForm(asked)) return { status: 403, body: 'Only a form of this page may do that.' };
    const fields = new URLSearchParams((await bodyOf(asked.request, MOST_FORM_BYTES)).toString('utf8'));
    return deed(fields) ?? { status: 303, headers: { Location: '/' } };
  };
}

/** A ready answer goes before what was typed. */
function reply(memory: SimulatorMemory, fields: URLSearchParams): Answer | undefined {
  const text = (fields.get('ready') ?? fields.get('text') ?? '').replace(/\r\n?/g, '\n').trim();
  if (text === '' || text.length > MAX_TEXT)
    return { status: 422, body: `A reply has 1 to ${MAX_TEXT} characters, this one has ${text.length}.` };
  const written = memory.reply(fields.get('account') ?? '', fields.get('profile') ?? '', text);
  return written ? undefined : { status: 409, body: 'Only who is connected can write.' };
}
