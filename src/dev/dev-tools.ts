import type { DevTools } from '../api/deps.ts';
import { type DevAnswer, type DevDeed, devAnswered, devLetter, devLinkedIn, devMailPage } from '../api/shapes/dev.ts';

/** Where the local mailbox and the LinkedIn simulator answer HTTP; both are processes beside the API. */
interface Addresses {
  mailbox: string;
  linkedIn: string;
}

/** The mailbox and the simulator for the page: it asks the API, and the API asks them, so that no request leaves its origin. */
export const createDevTools = ({ mailbox, linkedIn }: Addresses): DevTools => ({
  async mails({ q, page }) {
    const url = new URL(`/letters.json?${new URLSearchParams({ q, page: String(page) })}`, mailbox);
    return devMailPage.parse(await (await fetch(url)).json());
  },
  async letter(path) {
    const found = await find(new URL(`${path}/letter.json`, mailbox));
    return found && devLetter.parse(await found.json());
  },
  async letterPart(path, part) {
    const found = await find(new URL(`${path}/${part}`, mailbox));
    return found && Buffer.from(await found.arrayBuffer());
  },
  async answerMail(id, answer) {
    const answered = await submit(new URL(`/messages/${id}/answers/${answer.kind}`, mailbox), fieldsOfAnswer(answer));
    return answered.status === 404 ? null : devAnswered.parse(await answered.json());
  },
  linkedIn: async () => devLinkedIn.parse(await (await fetch(new URL('/people.json', linkedIn))).json()),
  async actOnLinkedIn(deed) {
    const answered = await submit(new URL(`/${deed.kind}`, linkedIn), fieldsOfDeed(deed));
    if (answered.status < 400) return null;
    return answered.status === 404 ? 'there is no such invitation or account any more' : answered.text();
  },
});

/** Null: nothing is there. */
async function find(url: URL): Promise<Response | null> {
  const answered = await fetch(url);
  if (answered.status === 404) return null;
  if (!answered.ok) throw new Error(`the local mailbox answered ${answered.status} for ${url.pathname}, expected 200`);
  return answered;
}

function fieldsOfAnswer(answer: DevAnswer): Record<string, string> {
  switch (answer.kind) {
    case 'reply':
      return { text: answer.text };
    case 'out-of-office':
      return { returnsOn: answer.returns_on ?? '' };
    case 'bounce':
      return { severity: answer.severity };
    default:
      return {};
  }
}

function fieldsOfDeed(deed: DevDeed): Record<string, string> {
  if (deed.kind === 'limit') return { account: deed.account, retryAfter: String(deed.retry_after_seconds ?? '') };
  const { kind: _, ...fields } = deed;
  return fields;
}

/** Under their own address as the Origin: so they tell a program of this machine from the page of another site. */
const submit = (url: URL, fields: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { origin: url.origin },
    body: new URLSearchParams(fields),
  });
