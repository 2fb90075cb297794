import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMail } from '../../src/adapters/parse-mail.ts';
import { receiveMail } from '../../src/commands/inbound/receive-mail.ts';
import { changeInbound, noteInbound } from '../../src/db/inbound.ts';
import { HOUR_MS } from '../../src/domain/durations.ts';
import { idOf, type SequenceId } from '../../src/domain/ids.ts';
import { hostileHtml } from '../fixtures/hostile-html.ts';
import { TUESDAY_1000 } from '../support/deeds.ts';
import { rounds } from '../support/rounds.ts';
import { aCampaign, always, content, sequencesOf, steps } from '../support/scenario.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite({ now: TUESDAY_1000 });

/** Where the hostile mails call home: who got through, by number, and who at least opened a connection. */
const home = { url: '', heard: new Set<string>(), connections: 0 };
const server = createServer(({ url = '' }, answer) => {
  const [, kind, number] = url.split('/');
  if (kind === 'mail') {
    answer.setHeader('content-type', 'text/html; charset=utf-8');
    answer.end(hostileHtml(home.url)[Number(number)]);
    return;
  }
  if (kind !== undefined && /^\d+$/.test(kind)) home.heard.add(kind);
  answer.end();
});
server.on('connection', () => home.connections++);
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the trap listens on no port');
  home.url = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let campaigns = 0;
let mails = 0;

/** Everybody was sent the first of two emails. */
async function written(firsts: readonly string[]) {
  const { commands, caller, memberId, seeded, db, forward } = site();
  const domain = `replies${campaigns}.example`;
  const { campaignId } = await aCampaign(
    commands,
    { ...seeded, workspaceId: caller.workspaceId, memberId },
    {
      content: content(
        steps({ kind: 'email', subject: 'A question', body: 'Do you run engines, {{first_name}}?' }, 'email'),
        {
          schedule: always,
        },
      ),
      leads: firsts.map((firstName) => ({
        email: `${firstName.toLowerCase()}@${domain}`,
        firstName,
        company: 'Navy Example',
      })),
    },
  );
  await forward(TUESDAY_1000 + ++campaigns * HOUR_MS);
  const sequences = await sequencesOf(db, campaignId);
  const details = await Promise.all(
    sequences.map(async ({ id }) => (await site().call('GET', `/v1/sequences/${id}`)).body),
  );
  return firsts.map((first) => {
    const found = details.find(({ contact }) => contact.first_name === first);
    const [{ delivery }] = found.steps;
    return {
      first,
      id: String(found.id),
      address: `${first.toLowerCase()}@${domain}`,
      messageId: String(delivery.message_id),
    };
  });
}

type Written = Awaited<ReturnType<typeof written>>[number];

async function answers({ first, address, messageId }: Written, text: string, html?: string) {
  const { engine, commands, caller, seeded } = site();
  const type = html === undefined ? 'text/plain' : 'text/html';
  const source = [
    `From: ${first} <${address}>`,
    'To: sam@northwind.example',
    'Subject: Re: A question',
    `Message-ID: <answer-${mails++}@lead.example>`,
    `In-Reply-To: ${messageId}`,
    'MIME-Version: 1.0',
    `Content-Type: ${type}; charset=utf-8`,
    '',
    html ?? text,
  ].join('\r\n');
  const mail = await parseMail(Buffer.from(source));
  await receiveMail({ ...engine.deps, ...commands }, caller, {
    accountId: seeded.emailAccount,
    messageId: mail.messageId ?? '',
    mail,
  });
}

const sequence = async ({ id }: Written) => (await site().call('GET', `/v1/sequences/${id}`)).body;

test('replies are read one after the other: interested succeeds, removed is suppressed, away is held, and each says so first', async () => {
  const { newPage, call } = site();
  const [ada, grace, edsger] = await written(['Ada', 'Grace', 'Edsger']);
  if (!ada || !grace || !edsger) throw new Error('nobody was written to');
  await answers(ada, 'Sounds interesting, tell me more. But what does it cost?');
  await answers(grace, 'Who gave you my address?');
  await answers(edsger, '', '<p>I am away until <b>28 March</b>, would that be a problem?</p>');
  const page = await newPage({ path: '/replies' });
  const panel = page.getByRole('complementary', { name: 'The reply in hand' });
  await panel.getByText('Sounds interesting, tell me more.').waitFor(); // the oldest
  await panel.getByText('Do you run engines, Ada?').waitFor();
  await panel.getByText('Suggested').waitFor();
  await noSeriousAxe(page);

  await page.keyboard.press('1');
  await panel.getByText('Ends as Succeeded, with a task to answer. Nothing more is sent. No undo.').waitFor();
  expect((await sequence(ada)).status).toBe('WAITING_FOR_USER'); // said, not done
  await page.keyboard.press('Enter');
  await panel.getByText('Who gave you my address?').waitFor(); // the next one opens
  expect(await sequence(ada)).toMatchObject({ status: 'SUCCEEDED', end_reason: 'positive_reply' });

  await page.keyboard.press('6');
  await panel
    .getByText('Ends as Failed, and the contact is never written to again, by any channel. No undo.')
    .waitFor();
  await page.keyboard.press('Enter');
  await panel.getByText('I am away until 28 March').waitFor();
  expect(await sequence(grace)).toMatchObject({ status: 'FAILED', end_reason: 'unsubscribed' });
  const { items } = (await call('GET', '/v1/suppressions?size=100')).body;
  expect(items).toContainEqual(expect.objectContaining({ value: grace.address, reason: 'unsubscribed' }));

  await panel.getByRole('button', { name: 'Show as it was written' }).click();
  await panel.frameLocator('iframe').getByText('28 March').waitFor();
  await page.keyboard.press('7');
  expect(await panel.getByLabel('Back on').inputValue()).toBe('2030-03-29'); // the day after the last one away
  await page.keyboard.press('Enter');
  await page.getByText('No reply waits to be read').waitFor();
  expect((await sequence(edsger)).status).toBe('WAITING_FOR_LEAD');

  await page.getByRole('button', { name: 'Handled' }).click();
  await page.getByRole('cell', { name: 'Remove me' }).waitFor();
  await noSeriousAxe(page);
  await page.goto(`/replies?show=handled&sequence=${edsger.id}`);
  await page
    .getByRole('dialog')
    .getByText(/^Out of office until/)
    .first()
    .waitFor();
});

test('a good reply is a task to answer, first in the queue and in its badge, with what was written by whom; what follows is added', async () => {
  const { newPage, call } = site();
  const [ada, grace] = await written(['Barbara', 'Grace']);
  if (!ada || !grace) throw new Error('nobody was written to');
  await answers(grace, 'Hm, what about the other building?');
  const page = await newPage({ path: '/tasks' });
  const main = page.getByRole('navigation', { name: 'Main' });
  const badge = (await call('GET', '/app/api/counts')).body.tasks;
  await answers(ada, "Sounds good, let's talk.");
  await main.getByRole('link', { name: `Tasks ${badge + 1} open tasks` }).waitFor(); // nobody reloaded
  const panel = page.getByRole('complementary', { name: 'The task in hand' });
  const table = page.getByRole('table', { name: 'Tasks' });
  await table.getByRole('button', { name: 'Answer Barbara' }).click();
  const titles = await table.getByRole('button').allInnerTexts();
  expect(titles.map((title) => title.split(' ')[0])).toEqual([...Array(badge + 1).fill('Answer'), 'Read']);
  await panel.getByRole('heading', { name: 'Answer Barbara' }).waitFor();
  const replies = panel.getByRole('list', { name: 'Replies' });
  await replies.getByText("Sounds good, let's talk.").waitFor();
  await replies.getByText(ada.address).waitFor();
  await noSeriousAxe(page);

  await answers(ada, 'When would it suit you?');
  await replies.getByText('When would it suit you?').waitFor();
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByLabel('Note').press('Control+Enter');
  await page.getByText('Completed “Answer Barbara”.').first().waitFor();
  await main.getByRole('link', { name: badge === 0 ? 'Tasks' : `Tasks ${badge} open tasks`, exact: true }).waitFor();
  expect((await call('GET', `/v1/tasks?sequence_id=${ada.id}&status=OPEN`)).body.items).toEqual([]);
});

/** Of the hostile mails, that show what they do where nothing keeps them from it. */
const EVERY = rounds(5, 1);

test('150 hostile mails, shown as they were written, run nothing, load nothing and go nowhere', async () => {
  const [ada] = await written(['Ada']);
  if (!ada) throw new Error('nobody was written to');
  const mailsToShow = hostileHtml(home.url);
  expect(new Set(mailsToShow).size).toBe(150);
  const paths = (await keep(ada, mailsToShow)).map((id) => `/app/api/replies/${id}/html`);

  // The watched page would fail on every refusal that the browser prints; this one is judged by what got through.
  const page = await (await site().newPage({ path: '/replies' })).context().newPage();
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto('/replies');
  await frames(page, paths);
  expect([...home.heard]).toEqual([]);
  expect(home.connections).toBe(0); // Chromium opens one for a frame within, before it asks the policy
  expect(dialogs).toEqual([]);
  expect(new URL(page.url()).pathname).toBe('/replies');
  const shown = page.frames().filter((frame) => frame.parentFrame() === page.mainFrame());
  expect(shown.map((frame) => new URL(frame.url()).pathname).sort()).toEqual([...paths].sort());

  // The same ones without the policy do call home: what was looked for above can be seen.
  await page.goto(`${home.url}/`);
  const some = mailsToShow.map((_, number) => `/mail/${number}`).filter((_, number) => number % EVERY === 0);
  await frames(page, some, 'allow-scripts allow-forms');
  await expect.poll(() => home.heard.size).toBeGreaterThan(some.length * 0.6);
});

/** Each as a message that came back to this sequence. */
async function keep({ id }: Written, htmls: readonly string[]): Promise<string[]> {
  const { db, caller, seeded } = site();
  const { workspaceId } = caller;
  return db.inWorkspace(workspaceId, async (tx) => {
    const ids: string[] = [];
    for (const [number, html] of htmls.entries()) {
      const messageId = `<hostile-${number}@lead.example>`;
      const receivedAt = TUESDAY_1000;
      const row = await noteInbound(tx, {
        workspaceId,
        accountId: seeded.emailAccount,
        messageId,
        kind: 'reply',
        receivedAt,
      });
      await changeInbound(tx, row.id, { sequenceId: idOf<SequenceId>(id), html, text: '', handledAt: receivedAt });
      ids.push(row.id);
    }
    return ids;
  });
}

/** Shows every address in a frame of its own, all on one page, and waits until each has loaded. Only their own policy binds them. */
const frames = (page: Page, addresses: readonly string[], sandbox?: string) =>
  page.evaluate<undefined>(`Promise.all(${JSON.stringify(addresses)}.map((address) => new Promise((loaded) => {
    const frame = document.createElement('iframe');
    frame.onload = () => requestIdleCallback(() => requestIdleCallback(loaded)); // what starts after loading has begun by then
    ${sandbox === undefined ? '' : `frame.setAttribute('sandbox', '${sandbox}');`}
    frame.src = address;
    document.body.append(frame);
  })))`);
