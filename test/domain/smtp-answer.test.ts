import { expect, test } from 'vitest';
import { type AnswerClass, type AnswerStage, classifyAnswer } from '../../src/domain/smtp-answer.ts';

/** Answers as servers give them, in the order of the table in reliability 3. */
const answers: readonly (readonly [AnswerClass, AnswerStage, number, string | null, string])[] = [
  ['authentication', 'auth', 535, '5.7.8', 'Username and Password not accepted'],
  ['authentication', 'auth', 535, null, 'authentication failed, too many attempts'],
  ['authentication', 'auth', 534, '5.7.9', 'Application-specific password required'],
  ['authentication', 'auth', 504, null, 'Unrecognized authentication type'],
  ['authentication', 'mail', 530, '5.7.57', 'Client not authenticated to send mail'],
  ['authentication', 'mail', 530, null, 'Must issue a STARTTLS command first'],

  ['limit', 'body', 550, '5.4.5', 'Daily user sending quota exceeded'],
  ['limit', 'mail', 421, '4.7.0', 'Try again later, closing connection'],
  ['limit', 'rcpt', 450, '4.7.28', 'Our system has detected an unusual rate'],
  ['limit', 'body', 550, '5.1.90', 'You have reached your daily limit for message recipients'],
  ['limit', 'body', 432, '4.3.2', 'STOREDRV.ClientSubmit; sender thread limit exceeded'],
  ['limit', 'mail', 454, null, 'Throttling failure: Daily message quota exceeded'],
  ['limit', 'mail', 454, null, 'Throttling failure: Maximum sending rate exceeded'],
  ['limit', 'auth', 454, '4.7.0', 'Too many login attempts, please try again later'],
  ['limit', 'rcpt', 550, null, 'This mailbox has passed its hourly sending limit'],

  ['temporary', 'rcpt', 450, '4.2.0', 'Greylisted, see http://example.org/'],
  ['temporary', 'rcpt', 451, '4.7.1', 'Greylisting in action, please come back later'],
  ['temporary', 'rcpt', 452, '4.2.2', 'Mailbox full, storage limit reached'],
  ['temporary', 'rcpt', 452, null, 'mailbox size limit exceeded'],
  ['temporary', 'body', 451, '4.3.0', 'Try again'],
  ['temporary', 'body', 421, '4.4.2', 'Timeout'],
  ['temporary', 'auth', 454, '4.7.0', 'Temporary authentication failure'],
  ['temporary', 'connect', 421, null, 'Service not available'],
  ['temporary', 'connect', 554, '5.7.1', 'Your address is on a block list'],
  ['temporary', 'connect', 502, null, 'STARTTLS not implemented'],

  ['unknown_recipient', 'rcpt', 550, '5.1.1', 'No such user'],
  ['unknown_recipient', 'rcpt', 550, '5.1.10', 'Recipient not found by SMTP address lookup'],
  ['unknown_recipient', 'rcpt', 550, '5.4.1', 'Recipient address rejected: Access denied'],
  ['unknown_recipient', 'body', 550, '5.1.1', 'User unknown'],
  ['unknown_recipient', 'data', 554, '5.1.1', 'User unknown'],
  ['unknown_recipient', 'rcpt', 550, null, 'no mailbox here by that name'],
  ['unknown_recipient', 'rcpt', 551, null, 'User not local'],
  ['unknown_recipient', 'rcpt', 553, null, 'mailbox name not allowed'],

  ['policy', 'rcpt', 550, null, 'Blocked, see https://example.org/blocked'],
  ['policy', 'rcpt', 550, null, 'relay not permitted'],
  ['policy', 'rcpt', 554, null, 'transaction failed'],
  ['policy', 'rcpt', 550, '5.7.1', 'Message rejected by policy'],
  ['policy', 'rcpt', 550, '5.2.1', 'Mailbox disabled'],
  ['policy', 'rcpt', 552, '5.2.2', 'Mailbox full, quota limit'],
  ['policy', 'mail', 550, '5.1.1', 'Sender unknown'],
  ['policy', 'mail', 553, null, 'sender address rejected: not owned by user'],
  ['policy', 'body', 554, '5.1.8', 'Access denied, bad outbound sender'],
  ['policy', 'body', 550, null, 'looks like spam'],
  ['policy', 'body', 550, '5.7.26', 'Unauthenticated mail is prohibited'],
  ['policy', 'body', 552, '5.3.4', 'Message size exceeds the fixed limit'],
  ['policy', 'body', 554, '5.4.6', 'Too many hops'],
];

test.each(answers)('%s: at %s, %i %s %s', (expected, stage, code, enhanced, text) => {
  expect(classifyAnswer({ stage, code, enhanced, text })).toBe(expected);
});

test('a 4xx is never a reason to give up on a contact or a message', () => {
  for (const stage of ['connect', 'auth', 'mail', 'rcpt', 'data', 'body'] as const)
    for (let code = 400; code < 500; code++)
      for (const enhanced of [null, '4.1.1', '4.7.1', '4.2.2'])
        expect(['temporary', 'limit']).toContain(classifyAnswer({ stage, code, enhanced, text: 'user unknown' }));
});
