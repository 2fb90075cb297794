import type { DevAnswered } from '../../api/shapes/dev.ts';
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
import type { AnswerAsked, Answered } from './answer-asked.ts';
import { answerIn, answerKinds } from './answer-fields.ts';
import { type MailAnswer, Unanswerable } from './answers.ts';
import type { Letters } from './letters.ts';
import { lettersPage, wholeLetter } from './letters-json.ts';
import type { Store } from './store.ts';

const MAX_JSON = 1_000;
const MOST_FORM_BYTES = 500_000;

const INSTEAD = `What was sent and what came: /letters.json, and each by its path with /letter.json, /html or /raw.
What was sent, with its SMTP dialogue: /messages.json`;

interface Inside {
  store: Store;
  letters: Letters;
  answer: (id: string, answer: AnswerAsked) => Promise<Answered>;
  /** Where the page is; null: not here. */
  page: string | null;
}

/** What the page asks of the mailbox: a list, a message and its parts, and ways to answer it. Browsers are sent on to it. */
export function mailboxRoutes({ store, letters, answer, page }: Inside): (asked: Asked) => Promise<Answer> {
  const give = async ({ url }: Asked): Promise<Answer> => {
    if (url.pathname === '/') return sentOn(page, `/dev/mailbox${url.search}`, INSTEAD);
    if (url.pathname === '/messages.json') return asJson(store, url);
    if (url.pathname === '/letters.json') return json(lettersPage(await letters.all(), url));
    const [, path = '', part] =
      /^(\/(?:messages|inbox\/[^/]+)\/\d+)(?:\/(letter\.json|html|raw))?$/.exec(url.pathname) ?? [];
    const letter = await letters.at(path);
    if (!letter) return notFound();
    switch (part) {
      case 'letter.json':
        return json(await wholeLetter(letter, await letters.all()));
      case 'html':
        return { body: letter.message.html }; // as text: only the page shows it, in a frame that may do nothing
      case 'raw':
        return { body: await letter.raw() };
      default:
        return sentOn(page, `/dev/mailbox?${new URLSearchParams({ mail: path })}`, INSTEAD);
    }
  };

  const take = async (asked: Asked, id: string, given: string): Promise<Answer> => {
    const kind = answerKinds.find((each) => each === given);
    if (!kind || !store.get(id)) return notFound();
    if (asked.method !== 'POST') return notAllowed('POST');
    if (!isOwnOrigin(asked)) return otherOrigin();
    const fields = await fieldsOf(asked, MOST_FORM_BYTES);
    try {
      return json(inWords(await answer(id, answerIn(kind, fields))));
    } catch (error) {
      if (!(error instanceof Unanswerable)) throw error;
      return json(
        { text: `Nothing was sent: ${error.message}.`, detail: null, failed: true } satisfies DevAnswered,
        422,
      );
    }
  };

  return async (asked) => {
    const [, id = '', kind] = /^\/messages\/(\d+)\/answers\/([a-z-]+)$/.exec(asked.url.pathname) ?? [];
    if (kind !== undefined) return take(asked, id, kind);
    return asked.method === 'GET' || asked.method === 'HEAD' ? give(asked) : notAllowed('GET, HEAD');
  };
}

const names: Record<MailAnswer['kind'], string> = {
  reply: 'Reply',
  outOfOffice: 'Out of office',
  bounce: 'Bounce',
  complaint: 'Spam complaint',
};

function inWords(answered: Answered): DevAnswered {
  if (answered.kind === 'posted') {
    const { url, status, text } = answered;
    return { text: `${url} answered ${status}.`, detail: text.trim() || null, failed: status < 200 || status > 299 };
  }
  const { answer, account, uid } = answered;
  return {
    text: `${names[answer]}: delivered to the inbox of ${account} as UID ${uid}.`,
    detail: null,
    failed: false,
  };
}

function asJson({ messages }: Store, url: URL): Answer {
  const limit = Number(url.searchParams.get('limit') ?? 200);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_JSON)
    return json({ problem: `limit must be a whole number from 1 to ${MAX_JSON}` }, 400);
  return json({ total: messages.length, messages: messages.slice(-limit).toReversed() });
}
