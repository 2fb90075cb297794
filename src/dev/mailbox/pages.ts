import type { DevAnswered } from '../../api/shapes/dev.ts';
import { type Answer, type Asked, bodyOf, isOwnForm, json, notAllowed, notFound } from '../page.ts';
import type { AnswerAsked, Answered } from './answer-asked.ts';
import { Unanswerable } from './answers.ts';
import { answerIn, answerKinds } from './forms.ts';
import { htmlPart, letterPage, type Notice } from './letter-page.ts';
import { inboxPath, type Letters, sentPath } from './letters.ts';
import { lettersPage, wholeLetter } from './letters-json.ts';
import { listPage } from './list.ts';
import type { Store } from './store.ts';
import { MAILBOX_STYLE } from './style.ts';
import { labelOf } from './words.ts';

const MAX_JSON = 1_000;
const MOST_FORM_BYTES = 500_000;
const KEPT_NOTICES = 50;

interface Inside {
  store: Store;
  letters: Letters;
  answer: (id: string, answer: AnswerAsked) => Promise<Answered>;
}

/**
 * The pages of the mailbox: a list, a message and the ways to answer it, its HTML in a sandbox, its bytes, and all that
 * was sent as JSON.
 */
export function mailboxPages({ store, letters, answer }: Inside): (asked: Asked) => Promise<Answer> {
  const notices = noticeBoard();

  const give = async ({ url }: Asked): Promise<Answer> => {
    if (url.pathname === '/') return listPage(await letters.all(), url);
    if (url.pathname === '/messages.json') return asJson(store, url);
    if (url.pathname === '/letters.json') return json(lettersPage(await letters.all(), url));
    if (url.pathname === '/mailbox.css')
      return { headers: { 'Content-Type': 'text/css; charset=utf-8' }, body: MAILBOX_STYLE };
    const [, path = '', part] =
      /^(\/(?:messages|inbox\/[^/]+)\/\d+)(?:\/(letter\.json|html|raw))?$/.exec(url.pathname) ?? [];
    const letter = await letters.at(path);
    if (!letter) return notFound();
    if (part === 'letter.json') return json(await wholeLetter(letter, await letters.all()));
    if (part === 'html') return htmlPart(letter);
    if (part === 'raw') return { body: await letter.raw() };
    return letterPage(await letters.all(), letter, { notice: notices.get(url.searchParams.get('done')) });
  };

  const take = async (asked: Asked, id: string, given: string): Promise<Answer> => {
    const kind = answerKinds.find((each) => each === given);
    const letter = await letters.at(sentPath(id));
    if (!kind || !letter) return notFound();
    if (asked.method !== 'POST') return notAllowed('POST');
    if (!isOwnForm(asked)) return { status: 403, body: 'Only a form of this page may do that.' };
    const fields = new URLSearchParams((await bodyOf(asked.request, MOST_FORM_BYTES)).toString('utf8'));
    const wantsJson = asked.request.headers.accept === 'application/json';
    try {
      const notice = noticeOf(await answer(id, answerIn(kind, fields)));
      if (wantsJson) return json(inShort(notice));
      return { status: 303, headers: { Location: `${letter.path}?done=${notices.put(notice)}#done` } };
    } catch (error) {
      if (!(error instanceof Unanswerable)) throw error;
      const notice = { text: `Nothing was sent: ${error.message}.`, detail: null, link: null, failed: true };
      if (wantsJson) return json(inShort(notice));
      return letterPage(await letters.all(), letter, {
        notice,
        draft: { text: fields.get('text') ?? '' },
        status: 422,
      });
    }
  };

  return async (asked) => {
    const [, id = '', kind] = /^\/messages\/(\d+)\/answers\/([a-z-]+)$/.exec(asked.url.pathname) ?? [];
    if (kind !== undefined) return take(asked, id, kind);
    return asked.method === 'GET' || asked.method === 'HEAD' ? give(asked) : notAllowed('GET, HEAD');
  };
}

function noticeOf(answered: Answered): Notice {
  if (answered.kind === 'posted') {
    const { url, status, text } = answered;
    return { text: `${url} answered ${status}.`, detail: text, link: null, failed: status < 200 || status > 299 };
  }
  const { account, uid } = answered;
  return {
    text: `${labelOf(answered.answer)}: delivered to the inbox of ${account} as UID ${uid}.`,
    detail: null,
    link: inboxPath(account, uid),
    failed: false,
  };
}

const inShort = ({ text, detail, failed }: Notice): DevAnswered => ({ text, detail: detail?.trim() || null, failed });

/** What was done, by the number in the address that the browser is sent to: reloading that page does nothing again. */
function noticeBoard() {
  const notices = new Map<string, Notice>();
  let counter = 0;
  return {
    put: (notice: Notice): string => {
      const number = String(++counter);
      notices.set(number, notice);
      notices.delete(String(counter - KEPT_NOTICES));
      return number;
    },
    get: (number: string | null): Notice | null => notices.get(number ?? '') ?? null,
  };
}

function asJson({ messages }: Store, url: URL): Answer {
  const limit = Number(url.searchParams.get('limit') ?? 200);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_JSON)
    return json({ problem: `limit must be a whole number from 1 to ${MAX_JSON}` }, 400);
  return json({ total: messages.length, messages: messages.slice(-limit).toReversed() });
}
