import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createChildMailParser } from '../../src/adapters/child-mail-parser.ts';
import { createImapMailboxes } from '../../src/adapters/imap-mailbox.ts';
import { createSmtpMailer } from '../../src/adapters/smtp-mailer.ts';
import { appNow } from '../../src/db/clock.ts';
import { accounts, mailboxes } from '../../src/db/schema.ts';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { mailboxWorkflowId } from '../../src/domain/ids.ts';
import { type Engine, startEngine, testVault } from '../support/engine.ts';
import {
  aCampaign,
  aHouse,
  always,
  content,
  type House,
  sequenceRow,
  sequencesOf,
  steps,
} from '../support/scenario.ts';
import { until } from '../support/until.ts';

/*
 * The whole way of a message and its answer, nothing in memory: SMTP out, IMAP in, the parser in its child, the watcher on
 * Temporal, Postgres.
 */

const PASSWORD = 'open sesame';
let mailbox: Mailbox;
let engine: Engine;
const mailParser = createChildMailParser();

beforeAll(async () => {
  const dir = mkdtempSync(join(inject('scratchFolder'), 'mailbox-'));
  mailbox = await startMailbox({ smtpPort: 0, imapPort: 0, pagePort: 0, dir, imapPassword: PASSWORD });
  const deps = { mailer: createSmtpMailer(), mailboxes: createImapMailboxes(), mailParser };
  engine = await startEngine({ deps, now: Date.now() });
});
afterAll(async () => {
  await engine?.stop();
  await mailbox?.stop();
  await mailParser.stop();
});

/** The house's account is one of the local mailbox, and never was read. */
async function settle({ emailAccount }: House, imapPassword = PASSWORD): Promise<void> {
  const server = { host: '127.0.0.1', tls: 'none' } as const;
  await engine.db.asSystem(async (tx) => {
    await tx
      .update(accounts)
      .set({
        settings: {
          channel: 'email',
          smtp: { ...server, port: mailbox.smtpPort, user: null },
          imap: { ...server, port: mailbox.imapPort, user: 'sam@acme.example' },
          filesSent: false,
        },
        credentials: testVault.seal(JSON.stringify({ smtp: null, imap: imapPassword })),
      })
      .where(eq(accounts.id, emailAccount));
    await tx.update(mailboxes).set({ readAt: null }).where(eq(mailboxes.accountId, emailAccount));
  });
}

test('a reply in the inbox ends the sequence that it answers, and the copy of what was sent is in the Sent folder', async () => {
  const { db, commands, announcer, walks, client } = engine;
  const house = await aHouse(db);
  await settle(house);
  await walks.startMailbox(house.emailAccount);
  await walks.startMailbox(house.emailAccount); // harmless: there is one watcher
  const { campaignId } = await aCampaign(commands, house, {
    content: content(steps('email', 'email'), { schedule: always }),
  });
  await announcer.settled();
  await engine.conductor.forward((await db.asSystem(appNow)) + 3_600_000);
  const [sequence] = await sequencesOf(db, campaignId);
  if (!sequence) throw new Error('nobody was enrolled');
  await until(async () => (await mailbox.messages()).length === 1, 'the first email', engine.workDone);
  const [sent] = await mailbox.messages();
  const copies = () =>
    mailbox
      .folders('sam@acme.example')
      .find(({ name }) => name === 'Sent')
      ?.messages().length;
  await until(async () => copies() === 1, 'its copy', engine.workDone);

  await mailbox.answer(sent?.id ?? '', { kind: 'reply', text: "Sounds good, let's talk." });
  await until(async () => (await sequenceRow(db, sequence.id)).status === 'SUCCEEDED', 'the reply', engine.workDone);
  expect(await sequenceRow(db, sequence.id)).toMatchObject({ endReason: 'positive_reply' });

  const history = await client.workflow.getHandle(mailboxWorkflowId(house.emailAccount)).fetchHistory();
  const text = JSON.stringify(history);
  for (const secret of [PASSWORD, 'sam@acme.example', 'lead.example', 'Sounds good'])
    expect(text).not.toContain(secret);
});

test('a mailbox that refuses its password is left alone, and its account is disconnected', async () => {
  const { db, walks, client } = engine;
  const house = await aHouse(db);
  await settle(house, 'wrong');
  await walks.startMailbox(house.emailAccount);
  await client.workflow.getHandle(mailboxWorkflowId(house.emailAccount)).result();
  const [account] = await db.asSystem((tx) => tx.select().from(accounts).where(eq(accounts.id, house.emailAccount)));
  expect(account).toMatchObject({ status: 'DISCONNECTED' });
});
