import type { OutgoingEmail, SendOutcome } from '../../../src/adapters/mailer.ts';
import { createSmtpMailer } from '../../../src/adapters/smtp-mailer.ts';
import { type Mailbox, startMailbox } from '../../../src/dev/mailbox/mailbox.ts';

export const PASSWORD = 'open sesame';

export const openMailbox = (
  dir: string,
  settings: { smtpPort?: number; imapPort?: number; pagePort?: number; page?: string } = {},
) => startMailbox({ smtpPort: 0, imapPort: 0, pagePort: 0, dir, imapPassword: PASSWORD, ...settings });

const mailer = createSmtpMailer();

/** An email of Sam to Ann, as the product sends it. */
export async function sendTo(mailbox: Mailbox, over: Partial<OutgoingEmail> = {}, to = 'ann@acme.example') {
  const email: OutgoingEmail = {
    from: { name: 'Sam Sender', address: 'sam@sender.example' },
    to: { name: 'Ann Example', address: to },
    subject: 'Hello Ann',
    text: 'Hello Ann, see https://sender.example/a.',
    html: '<p>Hello Ann</p>',
    messageId: '<one@sender.example>',
    inReplyTo: null,
    references: [],
    unsubscribeUrl: 'https://sender.example/u/token',
    ...over,
  };
  const composed = await mailer.compose(email);
  const settings = {
    host: '127.0.0.1',
    port: mailbox.smtpPort,
    secure: false,
    requireTls: false,
    user: null,
    password: null,
  };
  const outcome: SendOutcome = await mailer.send(
    settings,
    { from: email.from.address, to },
    composed.raw,
    async () => true,
  );
  return { outcome, ...composed };
}
